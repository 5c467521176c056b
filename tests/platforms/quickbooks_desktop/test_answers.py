"""What QuickBooks' answers say, and what they must never be taken to say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.platforms.errors import Unreadable
from apps.platforms.quickbooks_desktop.reading import read_answer
from apps.platforms.quickbooks_desktop.translate import Beside, read_rows
from apps.platforms.records import (
    Account,
    Application,
    CreditMemo,
    Customer,
    Invoice,
    Item,
    ItemKind,
    LineKind,
    Payment,
    Refund,
    Status,
    TaxCode,
)
from tests.platforms.quickbooks_desktop.conftest import CANADA, FACTS, answer, reply, ret
from tests.platforms.quickbooks_desktop.facts import SPECS

RECEIVABLE = Beside(receivable=frozenset({"A/R"}))


def said(entity: str, kind: str, values: Any, beside: Beside | None = None) -> list[Any]:
    """The records of one element, read as from an answer."""
    (only,) = read_answer(answer(reply(f"{kind}Query", ret(kind, values)))).replies
    ((element, raw),) = only.rows
    return read_rows(entity, element, raw, FACTS, beside or Beside())


def example(name: str) -> list[Any]:
    text = (SPECS / "examples" / name).read_text()
    return list(read_answer(text).replies)


@pytest.mark.usefixtures("specs")
def test_the_pages_own_invoice_reads_right() -> None:
    ((element, raw),) = example("invoice_add.rs.xml")[0].rows
    (invoice,) = read_rows("invoice", element, raw, FACTS, Beside(tax_items={"80000021-1": "ItemSalesTaxGroup"}))
    assert isinstance(invoice, Invoice)
    assert (invoice.subtotal, invoice.tax, invoice.total) == (Decimal("438.00"), Decimal("15.48"), Decimal("453.48"))
    assert (invoice.number, invoice.date, invoice.due_date) == ("10234", date(2024, 10, 1), date(2024, 10, 31))
    assert invoice.updated_at == datetime(2024, 10, 1, 16, 26, 39, tzinfo=UTC)
    assert (invoice.balance, invoice.tax_code_id) == (Decimal("453.48"), "ItemSalesTaxGroup:80000021-1")
    assert [(line.line_id, line.quantity, line.amount) for line in invoice.lines] == [
        ("2", Decimal("1.5"), Decimal("180.00")), ("3", Decimal(2), Decimal("258.00")),
    ]  # fmt: skip


@pytest.mark.usefixtures("specs")
def test_the_pages_own_payment_reads_right() -> None:
    first, second = example("receive_payment_add.rs.xml")
    ((element, raw),) = first.rows
    (payment,) = read_rows("payment", element, raw, FACTS, Beside())
    assert isinstance(payment, Payment)
    assert payment.applications == (
        Application(document_id="1A2B-1727799999", amount=Decimal("453.48")),
        Application(document_id="1A2C-1727800100", amount=Decimal("100.00")),
    )
    assert (payment.unapplied, second.code, second.rows) == (Decimal("46.52"), "3210", [])


@pytest.mark.usefixtures("specs")
def test_every_reply_of_the_page_can_be_read() -> None:
    for path in sorted((SPECS / "examples").glob("*.rs.xml")):
        assert read_answer(path.read_text()).replies, path.name


def test_a_balance_that_is_not_told_is_not_zero() -> None:
    silent = {"ListID": "8-1", "EditSequence": "1", "Name": "Acme", "FullName": "Acme"}
    (customer,) = said("customer", "Customer", silent)
    assert customer.balance is None
    (told,) = said("customer", "Customer", {**silent, "Balance": "0.00", "TotalBalance": "50.00"})
    assert told.balance == 0


def test_a_job_is_its_parents_and_a_customer_its_own() -> None:
    values = {"ListID": "8-2", "EditSequence": "1", "Name": "Clinic", "FullName": "Acme:Clinic", "IsActive": "false",
              "ParentRef": {"ListID": "8-1"}, "AltPhone": "2", "BillAddress": {"Addr1": "a", "Addr2": "b", "Addr3": "c", "City": "Boise"}}  # fmt: skip
    (customer,) = said("customer", "Customer", values)
    assert isinstance(customer, Customer)
    assert (customer.name, customer.parent_id, customer.status) == ("Clinic", "8-1", Status.INACTIVE)
    assert (customer.address.line2, customer.mobile) == ("b c", "2")


def test_empty_elements_are_empty_texts_and_no_references() -> None:
    values = {
        "TxnID": "1-1",
        "EditSequence": "1",
        "CustomerRef": "",
        "TxnDate": "2026-03-05",
        "Memo": "",
        "DueDate": "",
    }
    (invoice,) = said("invoice", "Invoice", values)
    assert (invoice.customer_id, invoice.memo, invoice.due_date) == ("", "", None)
    assert invoice.balance is None


def test_a_time_without_its_zone_is_no_instant() -> None:
    text = answer(reply("InvoiceQuery", "<InvoiceRet><TxnID>1-1</TxnID><TimeModified>2026-03-05T10:00:00</TimeModified>"
                        "<TxnDate>2026-03-05</TxnDate></InvoiceRet>"))  # fmt: skip
    ((element, raw),) = read_answer(text).replies[0].rows
    (invoice,) = read_rows("invoice", element, raw, FACTS, Beside())
    assert invoice.updated_at is None


BASE = {"TxnID": "1-1", "EditSequence": "1", "CustomerRef": {"ListID": "8-1"}, "TxnDate": "2026-03-05"}


def test_lines_on_tax_items_are_tax() -> None:
    lines = [("InvoiceLineRet", {"TxnLineID": "2", "ItemRef": {"ListID": "i"}, "Amount": "100.00"}),
             ("InvoiceLineRet", {"TxnLineID": "3", "ItemRef": {"ListID": "t"}, "Amount": "6.00"})]  # fmt: skip
    values = [*BASE.items(), ("Subtotal", "106.00"), ("SalesTaxTotal", "0.00"), *lines]
    (invoice,) = said("invoice", "Invoice", values, Beside(tax_items={"t": "ItemSalesTax"}))
    assert (invoice.subtotal, invoice.tax, invoice.total) == (Decimal("100.00"), Decimal("6.00"), Decimal("106.00"))
    assert [line.line_id for line in invoice.lines] == ["2"]


def test_lines_stay_in_order_and_a_group_counts_as_its_members() -> None:
    member = {"TxnLineID": "5", "ItemRef": {"ListID": "i"}, "Amount": "1.00"}
    group = [
        ("TxnLineID", "4"),
        ("ItemGroupRef", {"ListID": "g"}),
        ("TotalAmount", "2.00"),
        ("InvoiceLineRet", member),
        ("InvoiceLineRet", member),
    ]
    first = {"TxnLineID": "3", "Desc": "Ticket"}
    last = {"TxnLineID": "7", "ItemRef": {"ListID": "i"}, "Amount": "3.00"}
    values = [*BASE.items(), ("InvoiceLineRet", first), ("InvoiceLineGroupRet", group), ("InvoiceLineRet", last)]
    (invoice,) = said("invoice", "Invoice", values)
    assert [(line.line_id, line.kind, line.amount) for line in invoice.lines] == [
        ("3", LineKind.TEXT, 0), ("", LineKind.ITEM, 1), ("", LineKind.ITEM, 1), ("7", LineKind.ITEM, 3),
    ]  # fmt: skip
    assert invoice.subtotal == 5


def test_a_voided_invoice_is_told_by_its_memo_and_nothing_else() -> None:
    nothing = {**BASE, "Subtotal": "0.00", "SalesTaxTotal": "0.00"}
    assert said("invoice", "Invoice", {**nothing, "Memo": "VOID: Thanks"})[0].status is Status.VOIDED
    assert said("invoice", "Invoice", {**nothing, "Memo": "Thanks"})[0].status is Status.ACTIVE
    assert said("invoice", "Invoice", {**BASE, "Subtotal": "5.00", "Memo": "void: no"})[0].status is Status.ACTIVE
    assert said("payment", "ReceivePayment", {**BASE, "Memo": "VOID: x"})[0].status is Status.ACTIVE


def test_a_pending_invoice_is_not_booked() -> None:
    assert said("invoice", "Invoice", {**BASE, "Subtotal": "5.00", "IsPending": "true"})[0].status is Status.VOIDED


def test_a_credit_memo_says_what_is_left_of_it() -> None:
    (memo,) = said(
        "credit_memo", "CreditMemo", {**BASE, "Subtotal": "9.00", "SalesTaxTotal": "1.00", "CreditRemaining": "4.00"}
    )
    assert isinstance(memo, CreditMemo)
    assert (memo.total, memo.balance) == (Decimal("10.00"), Decimal("4.00"))


def test_a_refund_says_which_credits_it_used() -> None:
    used = {
        "TxnID": "1C-1",
        "TxnType": "CreditMemo",
        "TxnDate": "2026-03-05",
        "CreditRemaining": "0.00",
        "RefundAmount": "5.00",
    }
    (refund,) = said("refund", "ARRefundCreditCard", {**BASE, "TotalAmount": "5.00", "RefundAppliedToTxnRet": used})
    assert isinstance(refund, Refund)
    assert refund.external_id == "ARRefundCreditCard:1-1"
    assert refund.applications == (
        Application(document_id="1C-1", amount=Decimal("5.00"), document_entity="credit_memo"),
    )


def test_money_on_a_journal_entry_names_its_part() -> None:
    on = {"TxnID": "1J-1", "TxnType": "JournalEntry", "Amount": "5.00"}
    (payment,) = said("payment", "ReceivePayment", {**BASE, "TotalAmount": "5.00", "AppliedToTxnRet": on})
    assert payment.applications[0].document_id == "JournalEntry:1J-1:1"
    assert payment.applications[0].document_entity == "receivable_movement"


def test_items_are_known_by_type_and_id_and_tax_items_are_none() -> None:
    values = {"ListID": "8-1", "EditSequence": "1", "Name": "SSD", "FullName": "Disks:SSD", "SalesTaxCodeRef": {"ListID": "80000001-1"},
              "SalesAndPurchase": {"SalesPrice": "129.00", "IncomeAccountRef": {"ListID": "in"}, "ExpenseAccountRef": {"ListID": "out"}}}  # fmt: skip
    (item,) = said("item", "ItemNonInventory", values)
    assert isinstance(item, Item)
    assert (item.external_id, item.kind, item.category) == ("ItemNonInventory:8-1", ItemKind.NON_INVENTORY, "Disks")
    assert (item.price, item.taxable, item.expense_account_id) == (Decimal("129.00"), True, "out")
    assert said("item", "ItemSalesTax", {"ListID": "8-1", "Name": "ID State"}) == []


def test_a_tax_group_is_the_sum_of_its_rates_and_unknown_where_one_is() -> None:
    values = [
        ("ListID", "g"),
        ("EditSequence", "1"),
        ("Name", "Boise"),
        ("ItemSalesTaxRef", {"ListID": "a"}),
        ("ItemSalesTaxRef", {"ListID": "b"}),
    ]
    rates = {"a": Decimal("6.0"), "b": Decimal("0.5")}
    (group,) = said("tax_code", "ItemSalesTaxGroup", values, Beside(rates=rates))
    assert isinstance(group, TaxCode)
    assert (group.external_id, group.percent, group.rate_ids) == ("ItemSalesTaxGroup:g", Decimal("6.5"), ("a", "b"))
    assert said("tax_code", "ItemSalesTaxGroup", values, Beside(rates={"a": Decimal(6)}))[0].percent is None


def test_a_canadian_code_has_the_rate_of_its_item() -> None:
    values = {"ListID": "h", "EditSequence": "1", "Name": "H", "IsTaxable": "true", "ItemSalesTaxRef": {"ListID": "a"}}
    (code,) = said("tax_code", "SalesTaxCode", values, Beside(rates={"a": Decimal(13)}))
    assert (code.external_id, code.percent, CANADA.country) == ("SalesTaxCode:h", Decimal(13), "CA")


def test_an_account_is_named_by_its_whole_path() -> None:
    (account,) = said(
        "account", "Account", {"ListID": "8-1", "Name": "Bank", "FullName": "Assets:Bank", "AccountType": "Bank"}
    )
    assert isinstance(account, Account)
    assert (account.name, account.kind) == ("Assets:Bank", "Bank")


def test_a_journal_entry_moves_each_customer_by_its_lines_on_receivables() -> None:
    def row(customer: str, amount: str, account: str = "A/R") -> dict[str, Any]:
        return {"AccountRef": {"ListID": account}, "Amount": amount, "EntityRef": {"ListID": customer}}

    values = [("TxnID", "1J-1"), ("TxnDate", "2026-03-05"), ("JournalDebitLine", row("a", "10.00")), ("JournalCreditLine", row("b", "4.00")),
              ("JournalCreditLine", row("a", "1.00")), ("JournalCreditLine", row("", "5.00", "Sales"))]  # fmt: skip
    found = said("receivable_movement", "JournalEntry", values, RECEIVABLE)
    assert [(each.external_id, each.customer_id, each.amount) for each in found] == [
        ("JournalEntry:1J-1:1", "a", Decimal("9.00")), ("JournalEntry:1J-1:2", "b", Decimal("-4.00")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "values", "amount"),
    [
        ("Deposit", {"DepositLineRet": {"AccountRef": {"ListID": "A/R"}, "EntityRef": {"ListID": "a"}, "Amount": "5.00"}}, "-5.00"),
        ("Deposit", {"DepositLineRet": {"AccountRef": {"ListID": "Undeposited"}, "EntityRef": {"ListID": "a"}, "Amount": "5.00"}}, ""),
        ("Check", {"PayeeEntityRef": {"ListID": "a"}, "ExpenseLineRet": {"AccountRef": {"ListID": "A/R"}, "Amount": "5.00"}}, "5.00"),
        ("Charge", {"CustomerRef": {"ListID": "a"}, "Amount": "5.00"}, "5.00"),
        ("ReceivePayment", {"CustomerRef": {"ListID": "a"}, "AppliedToTxnRet": {"TxnID": "1", "DiscountAmount": "2.00"}}, "-2.00"),
        ("ReceivePayment", {"CustomerRef": {"ListID": "a"}, "AppliedToTxnRet": {"TxnID": "1", "Amount": "2.00"}}, ""),
    ],
)  # fmt: skip
def test_other_documents_move_receivables_too(kind: str, values: dict[str, Any], amount: str) -> None:
    found = said("receivable_movement", kind, {"TxnID": "1-1", "TxnDate": "2026-03-05", **values}, RECEIVABLE)
    assert [(each.customer_id, each.amount) for each in found] == ([("a", Decimal(amount))] if amount else [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        "<html><body>502</body></html>",
        '<!DOCTYPE x [<!ENTITY e "boom">]><QBXML><QBXMLMsgsRs>&e;</QBXMLMsgsRs></QBXML>',
    ],
)
def test_what_is_no_answer_says_nothing(text: str) -> None:
    with pytest.raises(Unreadable):
        read_answer(text)


def test_control_characters_of_old_files_do_not_spoil_an_answer() -> None:
    text = answer(
        reply(
            "CustomerQuery",
            ret("Customer", {"ListID": "8-1", "Name": "A&#x1F;c&#11;me\x0b &#233;&#10;&#xD83D;&#xDE00;"}),
        )
    )
    ((_, raw),) = read_answer(text).replies[0].rows
    assert raw["Name"] == "Acme é\n"


@given(st.text(max_size=300))
def test_no_text_whatever_makes_reading_fail_in_another_way(inside: str) -> None:
    with pytest.raises(Unreadable):
        read_answer(f"<QBXML>{inside}")


def test_a_big_answer_is_read_whole() -> None:
    text = answer(reply("CustomerQuery", ret("Customer", {"ListID": "8-1", "Name": "n" * 11_000_000})))
    assert len(read_answer(text).replies[0].rows[0][1]["Name"]) == 11_000_000


@pytest.mark.parametrize(
    "values", [{"TxnID": "1", "TxnDate": "soon"}, {"TxnDate": "2026-03-05"}, {**BASE, "Subtotal": "many"}]
)
def test_a_record_that_makes_no_sense_is_said_to_make_none(values: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        said("invoice", "Invoice", values)
