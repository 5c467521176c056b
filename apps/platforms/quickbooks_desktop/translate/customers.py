"""Customers, and jobs below them. qbXML 13.0: CustomerAdd, CustomerMod, CustomerRet."""

from __future__ import annotations

from apps.platforms.quickbooks_desktop.translate import names
from apps.platforms.quickbooks_desktop.translate.values import (
    Body,
    Raw,
    changed,
    currency,
    envelope,
    listed_status,
    maybe,
    part,
    ref,
    text,
    to_ref,
)
from apps.platforms.records import Address, Customer, Facts, Status


def read_customer(raw: Raw) -> Customer:
    """A CustomerRet; `balance` is its own, without its jobs, and None where QuickBooks says none."""
    return Customer(
        **envelope(raw),
        status=listed_status(raw),
        name=text(raw, "Name"),
        company_name=text(raw, "CompanyName"),
        first_name=text(raw, "FirstName"),
        last_name=text(raw, "LastName"),
        email=text(raw, "Email"),
        phone=text(raw, "Phone"),
        mobile=text(raw, "AltPhone"),
        address=_address(part(raw, "BillAddress")),
        notes=text(raw, "Notes"),
        tax_key=ref(raw, "SalesTaxCodeRef"),
        parent_id=ref(raw, "ParentRef"),
        currency=currency(raw),
        balance=maybe(raw, "Balance"),
    )


def customer_name(record: Customer) -> str:
    """The Name by the naming rule, at most 41 characters; Refused when nothing of the name can be kept."""
    person = f"{record.first_name} {record.last_name}"
    texts = (record.name, record.company_name, person, record.email)
    return names.first_left(tuple(names.name(each, names.CUSTOMER) for each in texts))


def add_customer(record: Customer, facts: Facts, marker: str = "") -> Body:
    """The CustomerAdd. Tax settings stay QuickBooks' own. Raises Refused."""
    body = {name: value for name, value in _whole(record).items() if _says_something(value)}
    body |= {"ParentRef": to_ref(record.parent_id)} if record.parent_id else {}
    body |= {"AccountNumber": account_number(marker), "ExternalGUID": names.guid(marker)} if marker else {}
    return body | ({"IsActive": False} if record.status is Status.INACTIVE else {})


def mod_customer(record: Customer, facts: Facts, base: Customer | None = None) -> Body:
    """What a CustomerMod has to say: only what differs from `base`; an empty text clears. Raises Refused."""
    body = changed(_whole(record), _whole(base) if base else None)
    if base is None or base.status is not record.status:
        body["IsActive"] = record.status is not Status.INACTIVE
    return body


def account_number(marker: str) -> str:
    """A short key for people: the number of the customer on the other side."""
    return f"SYN-{marker.rpartition(':')[2]}"


def _whole(record: Customer) -> Body:
    address = record.address
    return {
        "Name": customer_name(record),
        "CompanyName": names.one_line(record.company_name),
        "FirstName": names.one_line(record.first_name),
        "LastName": names.one_line(record.last_name),
        "BillAddress": {
            "Addr1": names.one_line(address.line1),
            "Addr2": names.one_line(address.line2),
            "City": names.one_line(address.city),
            "State": names.one_line(address.state),
            "PostalCode": names.one_line(address.postal_code),
            "Country": names.one_line(address.country),
        },
        "Phone": names.one_line(record.phone),
        "AltPhone": names.one_line(record.mobile),
        "Email": names.one_line(record.email),
        "Notes": names.lines(record.notes),
    }


def _says_something(value: object) -> bool:
    return any(value.values()) if isinstance(value, dict) else value != ""


def _address(raw: Raw) -> Address:
    more = (text(raw, line) for line in ("Addr2", "Addr3", "Addr4", "Addr5"))
    return Address(
        line1=text(raw, "Addr1"),
        line2=" ".join(line for line in more if line),
        city=text(raw, "City"),
        state=text(raw, "State"),
        postal_code=text(raw, "PostalCode"),
        country=text(raw, "Country"),
    )
