"""Every body we send, held against the vendor's own specification, which lies beside the repository."""

from __future__ import annotations

import importlib.util
import json
import os
import warnings
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apps.platforms.base import Draft, Verb, Write
from apps.platforms.records import Address, Application, CreditMemo, Item, Line, LineKind, Record, Refund, Status
from apps.platforms.xero.translate.payments import read_credit
from tests.platforms.xero.conftest import (
    BANK,
    CONTACT,
    DAY,
    FACTS,
    MARKER,
    PAID,
    SALES,
    A,
    B,
    Books,
    change,
    creation,
    customer,
    guid,
    invoice,
    key,
    line,
    payment,
    raw_credit,
)

SPECS = Path(os.environ.get("TIEOUT_SPECS") or Path(__file__).resolve().parents[4] / "shared" / "specs") / "xero"
#: Schemas of bodies that are one object and no list.
ALONE = {"Payments": "PaymentDelete", "BatchPayments": "BatchPaymentDeleteByUrlParam"}
Check = Callable[..., list[tuple[str, str]]]

LINES = (
    line("100.00", quantity=Decimal(3), price=Decimal("33.333333"), item_code="L", description="d" * 5000),
    line("-5.00", kind=LineKind.DISCOUNT),
    Line(kind=LineKind.TEXT, description="Thanks"),
    line("10.00", taxable=False),
)
SALE: dict[str, Any] = {"lines": LINES, "tax": Decimal("8.25"), "total": Decimal("113.25"), "tax_code_id": "TAX001"}
PLACE = Address(line1="1" * 600, line2="2", city="c" * 300, state="NY", postal_code="9" * 60, country="U.S.A. 1")
USED = (Application(document_id=guid(7), amount=Decimal(5), document_entity="credit_memo"),)
CREDIT_USED = (Application(document_id=f"overpayment:{guid(70)}", amount=Decimal(5), document_entity="payment"),)
FULL: tuple[Record, ...] = (
    customer("A" * 300, email="a@b.co", phone="1" * 60, mobile="2", address=PLACE, first_name="F" * 300, last_name="L"),
    Item(name="I" * 60, sku="s" * 60, price=Decimal("1.2345"), cost=Decimal(1), income_account_id=SALES, expense_account_id=SALES),
    invoice(**SALE, po_number="p" * 300, due_date=DAY),
    CreditMemo(customer_id=CONTACT, date=DAY, number="CN1", **SALE),
    payment("100.00", (A, "100.00"), reference="r" * 300),
    payment("100.00", (A, "60.00"), (B, "40.00"), reference="r" * 300),
    payment("40.00", reference="r" * 300),
    Refund(customer_id=CONTACT, date=DAY, amount=Decimal(5), account_id=BANK, applications=USED),
    Refund(customer_id=CONTACT, date=DAY, amount=Decimal(5), account_id="090", applications=CREDIT_USED),
)  # fmt: skip


def everything() -> list[Write]:
    """A write of each kind."""
    held: list[Any] = [
        replace(record, external_id=guid(200 + place), revision="3") for place, record in enumerate(FULL)
    ]
    owed = read_credit("overpayment", raw_credit())
    batch = replace(held[5], external_id=f"batch:{guid(60)}")
    found = [
        change(held[0], phone="2", status=Status.INACTIVE),
        change(replace(held[1], sku="W1"), price=Decimal(2)),
        change(held[2]),
        change(held[3]),
    ]
    found += [
        change(held[2], Verb.VOID),
        change(held[3], Verb.VOID),
        change(held[4], Verb.DELETE),
        change(batch, Verb.DELETE),
    ]
    found += [change(held[7], Verb.DELETE), change(owed, applications=(Application(document_id=A, amount=Decimal(5)),))]
    return [*(creation(record, MARKER if record.entity == "invoice" else PAID) for record in FULL), *found]


@pytest.fixture(scope="module")
def check() -> Check:
    """The check that lies with the specification."""
    place = SPECS / "validate.py"
    if not place.is_file():
        pytest.skip(f"Xero's specification is not at {SPECS}; set TIEOUT_SPECS to the folder that holds it.")
    spec = importlib.util.spec_from_file_location("xero_validate", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves the specification open
        spec.loader.exec_module(module)
    found: Check = module.check
    return found


def schema_of(draft: Draft, body: Any) -> str:
    root = next(iter(body))
    if root == "Status":
        return ALONE[draft.path.split("/")[-2]]
    return str(root)


@pytest.mark.parametrize("write", everything(), ids=lambda write: f"{write.verb}-{write.record.entity}")
def test_every_body_is_one_the_vendor_knows(books: Books, check: Check, write: Write) -> None:
    (draft,) = books.platform.draft(write.entity, [write], key)
    body = json.loads(draft.body)
    assert not check(schema_of(draft, body), body, write=True)


def test_batches_of_them_are_too(books: Books, check: Check) -> None:
    for entity in ("customer", "item", "invoice", "credit_memo", "payment", "refund"):
        writes = [write for write in everything() if write.entity == entity and write.verb is Verb.CREATE]
        for draft in books.platform.draft(entity, writes * 3, key):
            body = json.loads(draft.body)
            assert not check(schema_of(draft, body), body, write=True)


def test_the_check_finds_what_is_wrong(check: Check) -> None:
    assert check("Invoices", {"Invoices": [{"Type": "NOPE"}]}, write=True)
    assert check("Invoices", {"Invoices": [{"AmountDue": 1}]}, write=True)
    assert FACTS.currency == "USD"
