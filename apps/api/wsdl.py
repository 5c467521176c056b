"""The WSDL of one company's Web Connector address, written from the table of methods."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from apps.api.soap import LISTS, METHODS, NUMBERS, SPACE

NAME = "QBWebConnectorSvc"
HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" '
    f'xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:tns="{SPACE}" targetNamespace="{SPACE}">\n'
)
LIST_TYPE = (
    '<s:complexType name="ArrayOfString"><s:sequence>'
    '<s:element minOccurs="0" maxOccurs="unbounded" name="string" nillable="true" type="s:string"/>'
    "</s:sequence></s:complexType>"
)


def wsdl(address: str) -> bytes:
    """The service at this address, SOAP 1.1, document/literal wrapped."""
    parts = [
        f'<wsdl:types><s:schema elementFormDefault="qualified" targetNamespace="{SPACE}">',
        *map(_elements, METHODS),
        LIST_TYPE,
        "</s:schema></wsdl:types>",
        *map(_messages, METHODS),
        f'<wsdl:portType name="{NAME}Soap">',
        *map(_operation, METHODS),
        f'</wsdl:portType><wsdl:binding name="{NAME}Soap" type="tns:{NAME}Soap">',
        '<soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>',
        *map(_bound, METHODS),
        f'</wsdl:binding><wsdl:service name="{NAME}"><wsdl:port name="{NAME}Soap" binding="tns:{NAME}Soap">',
        f"<soap:address location={quoteattr(address)}/></wsdl:port></wsdl:service></wsdl:definitions>",
    ]
    return (HEAD + "\n".join(parts) + "\n").encode()


def _elements(method: str) -> str:
    result = f"{method}Result"
    return f"{_wrapped(method, METHODS[method])}{_wrapped(f'{method}Response', (result,))}"


def _wrapped(name: str, children: tuple[str, ...]) -> str:
    inner = "".join(
        f'<s:element minOccurs="{int(child in NUMBERS)}" maxOccurs="1" name="{child}" type="{_type(child)}"/>'
        for child in children
    )
    return f'<s:element name="{name}"><s:complexType><s:sequence>{inner}</s:sequence></s:complexType></s:element>'


def _type(name: str) -> str:
    if name in LISTS:
        return "tns:ArrayOfString"
    return "s:int" if name in NUMBERS else "s:string"


def _messages(method: str) -> str:
    return "".join(
        f'<wsdl:message name="{method}Soap{way}"><wsdl:part name="parameters" element="tns:{element}"/></wsdl:message>'
        for way, element in (("In", method), ("Out", f"{method}Response"))
    )


def _operation(method: str) -> str:
    ways = f'<wsdl:input message="tns:{method}SoapIn"/><wsdl:output message="tns:{method}SoapOut"/>'
    return f'<wsdl:operation name="{method}">{ways}</wsdl:operation>'


def _bound(method: str) -> str:
    body = '<soap:body use="literal"/>'
    return (
        f'<wsdl:operation name="{method}"><soap:operation soapAction="{SPACE}{method}" style="document"/>'
        f"<wsdl:input>{body}</wsdl:input><wsdl:output>{body}</wsdl:output></wsdl:operation>"
    )
