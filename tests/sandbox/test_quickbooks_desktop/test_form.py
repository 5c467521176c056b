"""What QuickBooks takes at all: characters, version, order, types and lengths."""

import pytest

from .desk import HEAD, Desk, Refused, document, rq

NAMED = rq("CustomerAdd", {"Name": "Acme"})


def refused(desk: Desk, text: str) -> str:
    with pytest.raises(Refused) as error:
        desk.text(text)
    assert desk.app.control_state("Customer") == []
    return str(error.value.args[0])


@pytest.mark.parametrize(
    "message",
    [
        rq("CustomerAdd", {"CompanyName": "first", "Name": "Acme"}),
        rq("CustomerAdd", {"CompanyName": "no name"}),
        rq("CustomerAdd", {"Name": ["Acme", "twice"]}),
        rq("CustomerAdd", {"Name": "Acme", "Nickname": "A"}),
        rq("CustomerAdd", {"Name": "Acme", "JobStatus": "Perhaps"}),
        rq("CustomerAdd", {"Name": "Acme", "IsActive": "yes"}),
        rq("CustomerAdd", {"Name": "Acme", "SalesTaxCountry": "Canada"}),
        rq("InvoiceAdd", {"CustomerRef": {"FullName": "A"}, "TxnDate": "2024-13-01"}),
        rq("ReceivePaymentAdd", {"CustomerRef": {"FullName": "A"}, "TotalAmount": "1.5", "IsAutoApply": "true"}),
        rq("ReceivePaymentAdd", {"CustomerRef": {"FullName": "A"}, "TotalAmount": "1,500.00", "IsAutoApply": "true"}),
        rq("ReceivePaymentAdd", {"CustomerRef": {"FullName": "A"}, "TotalAmount": "1.50"}),
        rq("TxnVoid", {"TxnVoidType": "ReceivePayment", "TxnID": "1A01-1"}),
        rq("AccountQuery", {}, iterator="Start"),
        rq("InvoiceQuery", {"RefNumber": "7", "MaxReturned": "5"}),
        rq("CustomerSing"),
    ],
)
def test_one_message_out_of_form_refuses_the_whole_set(desk: Desk, message: str) -> None:
    assert refused(desk, document(NAMED, message)) == "0x80040400"


@pytest.mark.parametrize(
    "text",
    [
        "no XML",
        document(NAMED).replace("Acme", "Caf\u00e9"),
        document(NAMED).replace("Acme", "&#1046;"),
        document(NAMED).replace("Acme", "&#129302;"),
        document(NAMED).replace("<QBXML>", '<!DOCTYPE QBXML [<!ENTITY a "b">]><QBXML>'),
        document(NAMED).replace('<?qbxml version="13.0"?>', ""),
        document(NAMED, on_error="rollbackOnError"),
        document(NAMED, colour="red"),
        document(NAMED).replace("</QBXML>", "<QBXMLMsgsRq/></QBXML>"),
    ],
)
def test_what_windows_or_the_parser_cannot_take_is_refused(desk: Desk, text: str) -> None:
    assert refused(desk, text) == "0x80040400"


def test_a_version_of_tomorrow_is_unknown(desk: Desk) -> None:
    assert refused(desk, document(NAMED).replace("13.0", "17.0")) == "0x80040423"
    desk.app.control_setting("qbxml_version", "12.0")
    assert refused(desk, document(NAMED)) == "0x80040423"


def test_letters_of_windows_1252_arrive_as_numbers(desk: Desk) -> None:
    made = desk.text(document(NAMED.replace("Acme", "Caf&#233; &#8364;")))[0][0]
    assert made.findtext("Name") == "Caf\u00e9 \u20ac"


def test_a_text_that_is_too_long_is_refused_alone(desk: Desk) -> None:
    answers = desk.send(rq("CustomerAdd", {"Name": "A" * 42}), NAMED)
    assert [each.get("statusCode") for each in answers] == ["3070", "0"]
    line = {"ItemRef": {"ListID": desk.service}}
    body = {"CustomerRef": {"FullName": "Acme"}, "RefNumber": "123456789012", "InvoiceLineAdd": line}
    assert desk.code("InvoiceAdd", body) == 3070


def test_the_first_error_stops_what_follows_when_asked_to(desk: Desk) -> None:
    twice = (NAMED, NAMED, rq("CustomerAdd", {"Name": "Next"}))
    assert [each.get("statusCode") for each in desk.send(*twice, on_error="stopOnError")] == ["0", "3100"]
    assert [each.get("statusCode") for each in desk.send(*twice)] == ["3100", "3100", "0"]


def test_a_refused_message_leaves_nothing_behind(desk: Desk) -> None:
    key = desk.customer()
    made, memo = desk.invoice(key), desk.memo(key)
    uses = {"TxnID": made["TxnID"], "SetCredit": [{"CreditTxnID": memo["TxnID"], "AppliedAmount": "30.00"},
                                                  {"CreditTxnID": "1A00-1", "AppliedAmount": "10.00"}]}  # fmt: skip
    assert desk.code("ReceivePaymentAdd", {"CustomerRef": {"ListID": key}, "AppliedToTxnAdd": uses}) == 3120
    assert desk.read("Invoice", made["TxnID"])["EditSequence"] == made["EditSequence"]
    assert desk.read("CreditMemo", memo["TxnID"])["CreditRemaining"] == "100.00"


def test_an_answer_has_no_version_and_echoes_the_request_id(desk: Desk) -> None:
    said = desk.app.control_execute(
        f'{HEAD}<QBXML><QBXMLMsgsRq onError="stopOnError"><HostQueryRq requestID="h"/></QBXMLMsgsRq></QBXML>'
    )
    assert said["answer"].startswith(
        '<?xml version="1.0" ?>\n<QBXML><QBXMLMsgsRs><HostQueryRs requestID="h" statusCode="0"'
    )
    assert "responseData" not in said["answer"]
    assert len(desk.send(NAMED, responseData="includeNone")[0]) == 0


def test_requests_of_rooms_we_do_not_keep_are_not_supported(desk: Desk) -> None:
    assert desk.code("TemplateQuery") == 1030
