"""The recorder itself: what the rest of the suite is held against would be noticed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.sandbox.frame import Request
from tests import recorder

KEY = "d8e1f0a2-0000-4000-8000-00000000d8e1"
pytestmark = pytest.mark.skipif(not recorder.checkable(), reason=recorder.MISSING)


def sent(name: str, **body: Any) -> Request:
    return Request("POST", f"/v3/company/1/{name}", {}, {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(sent("customer", DisplayName="Acme", Colour="red"), id="unknown field"),
        pytest.param(sent("customer", DisplayName=7), id="a number for a text"),
        pytest.param(sent("invoice", DocNumber="1001"), id="a new one without its customer"),
        pytest.param(
            sent("batch", BatchItemRequest=[{"bId": "1", "operation": "create", "Payment": {"TotalAmt": "5"}}]),
            id="in a batch",
        ),
    ],
)
def test_a_body_the_vendor_does_not_describe_is_noticed(wrong: Request) -> None:
    assert recorder.quickbooks_online(wrong)


def to_xero(method: str, path: str, **body: Any) -> Request:
    return Request(method, f"/api.xro/2.0/{path}", {}, {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(to_xero("PUT", "Invoices", Invoices=[{"Type": "SALE"}]), id="an unknown kind"),
        pytest.param(to_xero("POST", "Contacts", Contacts=[{"Name": 7}]), id="a number for a text"),
        pytest.param(to_xero("PUT", "Invoices", Invoices=[{"AmountDue": 5}]), id="what only Xero says"),
        pytest.param(to_xero("POST", f"Payments/{KEY}", Status=2), id="of one payment"),
        pytest.param(to_xero("PUT", f"Overpayments/{KEY}/Allocations", Allocations=[{"Amount": 1}]), id="incomplete"),
    ],
)
def test_so_is_one_that_xero_does_not_describe(wrong: Request) -> None:
    assert recorder.xero(wrong)


def test_a_body_as_xero_describes_it_passes() -> None:
    assert recorder.xero(to_xero("PUT", "Contacts", Contacts=[{"Name": "Acme"}])) == []
    assert recorder.xero(to_xero("POST", f"Payments/{KEY}", Status="DELETED")) == []


def test_a_body_as_described_passes() -> None:
    assert recorder.quickbooks_online(sent("customer", DisplayName="Acme")) == []


def letter(inside: str, method: str = recorder.LETTER) -> Request:
    kind = "Rq" if method == recorder.LETTER else "Rs"
    said = f'<QBXMLMsgsRq onError="continueOnError">{inside}</QBXMLMsgsRq>' if kind == "Rq" else inside
    return Request(method, "QBD", {}, {}, f"<QBXML>{said}</QBXML>".encode())


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(
            "<CustomerAddRq><CustomerAdd><Phone>5</Phone><Name>Acme</Name></CustomerAdd></CustomerAddRq>", id="order"
        ),
        pytest.param(f"<CustomerAddRq><CustomerAdd><Name>{'A' * 42}</Name></CustomerAdd></CustomerAddRq>", id="length"),
        pytest.param("<CustomerAddRq><CustomerAdd><Name>A</Name><Colour/></CustomerAdd></CustomerAddRq>", id="field"),
    ],
)
def test_a_letter_the_vendor_does_not_describe_is_noticed(wrong: str) -> None:
    assert recorder.quickbooks_desktop(letter(wrong))


def test_a_letter_as_described_passes() -> None:
    said = letter("<CustomerAddRq><CustomerAdd><Name>Acme</Name></CustomerAdd></CustomerAddRq>")
    assert recorder.quickbooks_desktop(said) == []


def test_an_answer_the_vendor_does_not_describe_is_noticed() -> None:
    assert recorder.quickbooks_desktop(letter("<QBXMLMsgsRs><CustomerRet/></QBXMLMsgsRs>", recorder.ANSWER))
