"""What we write, kept by QuickBooks as it came, reads as what it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from apps.platforms.quickbooks_desktop.finding import holds
from apps.platforms.records import (
    Address,
    Application,
    CreditMemo,
    Customer,
    Invoice,
    Item,
    ItemKind,
    LineKind,
    Payment,
    Record,
    Refund,
)
from tests.platforms.quickbooks_desktop.conftest import (
    CUSTOMER,
    DAY,
    FACTS,
    Counter,
    change,
    creation,
    invoice,
    line,
    reply,
)

#: What QuickBooks calls in a record what a request calls otherwise.
RENAMED = {
    "AppliedToTxnAdd": "AppliedToTxnRet",
    "RefundAppliedToTxnAdd": "RefundAppliedToTxnRet",
    "PaymentAmount": "Amount",
}


def kept(counter: Counter, record: Record, **worked_out: str) -> Any:
    """The record of an answer in which QuickBooks repeats what it was sent, and adds ids and sums."""
    write = creation(record)
    message = counter.body(write)
    kind = message[0].tag.removesuffix("Add")
    stored = "".join(_stored(child) for child in message[0])
    key = "ListID" if record.entity in ("customer", "item") else "TxnID"
    added = {key: "1-1", "EditSequence": "1", **worked_out}
    inside = f"<{kind}Ret>{''.join(f'<{name}>{value}</{name}>' for name, value in added.items())}{stored}</{kind}Ret>"
    outcome = counter.outcome(write, reply(f"{kind}Add", inside))
    assert outcome.record, outcome.error
    return outcome.record


def _stored(element: etree._Element) -> str:
    name = RENAMED.get(element.tag) or (
        element.tag.replace("LineAdd", "LineRet") if "LineAdd" in element.tag else element.tag
    )
    inside = (
        "".join(_stored(child) for child in element) if len(element) else (element.text or "").replace("&", "&amp;")
    )
    if name.endswith("LineRet"):
        inside = f"<TxnLineID>9</TxnLineID>{inside}"
    if name.endswith("TxnRet"):
        inside += f"<TxnType>{'Invoice' if name.startswith('Applied') else 'CreditMemo'}</TxnType>"
    return f"<{name}>{inside}</{name}>"


def test_an_invoice_comes_back_as_it_went(counter: Counter) -> None:
    text = line("0", kind=LineKind.TEXT, item_id="", description="Ticket 5 & 6", taxable=False, quantity=Decimal(1))
    record = invoice(
        line("180.00", quantity=Decimal("1.5")),
        text,
        tax=Decimal("10.80"),
        memo="Thanks",
        po_number="77",
        due_date=date(2026, 4, 4),
    )
    back = kept(counter, record, Subtotal="180.00", SalesTaxTotal="10.80", BalanceRemaining="190.80")
    assert isinstance(back, Invoice)
    for name in ("number", "customer_id", "date", "due_date", "memo", "po_number", "tax"):
        assert getattr(back, name) == getattr(record, name), name
    assert [(each.description, each.amount, each.quantity, each.taxable, each.kind) for each in back.lines] == [
        (each.description, each.amount, each.quantity, each.taxable, each.kind) for each in record.lines
    ]
    assert back.marker == creation(record).marker


def test_a_credit_memo_comes_back_as_it_went(counter: Counter) -> None:
    record = CreditMemo(
        customer_id=CUSTOMER, date=DAY, number="CM-1", lines=(line("50.00", taxable=False),), memo="Sorry"
    )
    back = kept(counter, record, Subtotal="50.00", CreditRemaining="50.00")
    assert (back.number, back.total, back.balance, back.memo) == ("CM-1", Decimal(50), Decimal(50), "Sorry")


def test_a_payment_comes_back_as_it_went(counter: Counter) -> None:
    on = Application(document_id="1A2B-1", amount=Decimal("60.00"))
    record = Payment(
        customer_id=CUSTOMER,
        date=DAY,
        amount=Decimal(75),
        reference="r",
        method="m",
        deposit_account_id="d",
        applications=(on,),
        memo="x",
    )
    back = kept(counter, record, UnusedPayment="15.00")
    for name in ("customer_id", "date", "amount", "reference", "method", "deposit_account_id", "applications", "memo"):
        assert getattr(back, name) == getattr(record, name), name


def test_a_refund_comes_back_as_it_went(counter: Counter) -> None:
    used = Application(document_id="1C-1", amount=Decimal(5), document_entity="credit_memo")
    record = Refund(
        customer_id=CUSTOMER,
        date=DAY,
        amount=Decimal(5),
        reference="r",
        method="m",
        account_id="a",
        applications=(used,),
    )
    back = kept(counter, record, TotalAmount="5.00")
    for name in ("customer_id", "date", "amount", "reference", "method", "account_id", "applications"):
        assert getattr(back, name) == getattr(record, name), name


def test_a_customer_comes_back_as_it_went_and_leaves_nothing_to_say(counter: Counter) -> None:
    address = Address(line1="1 Main", line2="Floor 2", city="Boise", state="ID", postal_code="83702", country="USA")
    record = Customer(
        name="Zoë & Co",
        company_name="Zoë",
        first_name="Z",
        last_name="O",
        email="z@o.example",
        phone="1",
        mobile="2",
        address=address,
        notes="a\nb",
    )
    back = kept(counter, record)
    for name in ("name", "company_name", "first_name", "last_name", "email", "phone", "mobile", "address", "notes"):
        assert getattr(back, name) == getattr(record, name), name
    assert holds(change(back, notes="a\nb"), back, FACTS)


def test_an_item_comes_back_as_it_went_and_leaves_nothing_to_say(counter: Counter) -> None:
    record = Item(
        name="SSD", sku="S-1", description="Disk", price=Decimal("129.5"), cost=Decimal(80), kind=ItemKind.NON_INVENTORY,
        income_account_id="i", expense_account_id="e",
    )  # fmt: skip
    back = kept(counter, record)
    for name in (
        "name",
        "sku",
        "description",
        "price",
        "cost",
        "kind",
        "taxable",
        "income_account_id",
        "expense_account_id",
    ):
        assert getattr(back, name) == getattr(record, name), name
    assert holds(change(back), back, FACTS)
    assert not holds(change(back, price=Decimal(130)), back, FACTS)


def test_an_update_is_done_only_when_all_it_set_is_there() -> None:
    now = invoice(line(), external_id="1-1", revision="2", memo="Thanks", due_date=date(2026, 4, 4))
    assert holds(change(now), now, FACTS)
    for other in (
        replace(now, memo="No"),
        replace(now, due_date=None),
        replace(now, date=date(2026, 1, 1)),
        replace(now, lines=()),
    ):
        assert not holds(change(now), other, FACTS)
