"""Records to QuickBooks' objects and back, without a server."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from apps.platforms.errors import BadReference, Refused
from apps.platforms.exact_json import read_json, write_json
from apps.platforms.quickbooks_online.translate import invoices, lines, movements, payments, reference
from apps.platforms.quickbooks_online.translate.customers import read_customer, write_customer
from apps.platforms.quickbooks_online.translate.items import read_item, write_item
from apps.platforms.records import (
    Application,
    CreditMemo,
    Facts,
    Invoice,
    ItemKind,
    Line,
    LineKind,
    Payment,
    RefundReceipt,
    Status,
)  # fmt: skip
from tests.platforms.quickbooks_online.conftest import DAY, FACTS, MARKER, customer, item

ABROAD = Facts(country="CA", currency="CAD")


def line(amount: str, quantity: str = "1", price: str = "", **fields: Any) -> Line:
    value = Decimal(amount)
    return replace(
        Line(item_id="7", quantity=Decimal(quantity), price=Decimal(price or amount), amount=value), **fields
    )


def invoice(*items: Line, **fields: Any) -> Invoice:
    return replace(Invoice(customer_id="58", date=DAY, lines=items or (line("10.00"),)), **fields)


def payment(amount: str, *parts: tuple[str, str, str], **fields: Any) -> Payment:
    listed = tuple(
        Application(document_id=key, amount=Decimal(part), document_entity=kind) for key, part, kind in parts
    )
    return replace(Payment(customer_id="58", date=DAY, amount=Decimal(amount), applications=listed), **fields)


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [
        ("3", "33.333333", "100.00"),
        ("2", "10.005", "20.01"),
        ("3", "10", "29.99"),
        ("-1", "5", "-5.00"),
        ("0", "9", "4.00"),
        ("7", "0.01", "0.05"),
        ("100000", "1", "99999.99"),
    ],
)
def test_quantity_times_price_always_gives_the_amount(quantity: str, price: str, amount: str) -> None:
    count, each = lines.quantity_and_price(line(amount, quantity, price))
    assert (count * each).quantize(Decimal("0.01")) == Decimal(amount)


def test_a_price_that_fits_is_sent_unrounded() -> None:
    assert lines.quantity_and_price(line("100.00", "3", "33.333333")) == (Decimal(3), Decimal("33.333333"))


def test_us_lines_say_tax_or_non_and_the_tax_is_ours() -> None:
    body = invoices.write_invoice(invoice(line("10.00"), line("5.00", taxable=False), tax=Decimal("0.83")), FACTS)
    codes = [part["SalesItemLineDetail"]["TaxCodeRef"]["value"] for part in body["Line"]]
    assert codes == ["TAX", "NON"]
    assert body["TxnTaxDetail"] == {"TotalTax": Decimal("0.83")}


def test_a_us_company_without_automatic_tax_is_told_the_code() -> None:
    body = invoices.write_invoice(invoice(tax_code_id="3", tax=Decimal(1)), replace(FACTS, automatic_tax=False))
    assert body["TxnTaxDetail"] == {"TxnTaxCodeRef": {"value": "3"}, "TotalTax": Decimal(1)}


def test_elsewhere_each_line_has_its_code_and_tax_is_on_top() -> None:
    body = invoices.write_invoice(invoice(line("10.00", tax_code_id="4"), line("5.00"), tax_code_id="2"), ABROAD)
    codes = [part["SalesItemLineDetail"]["TaxCodeRef"]["value"] for part in body["Line"]]
    assert (codes, body["GlobalTaxCalculation"]) == (["4", "2"], "TaxExcluded")


def test_tax_where_sales_tax_is_switched_off_is_refused() -> None:
    with pytest.raises(Refused, match="switched off"):
        invoices.write_invoice(invoice(tax=Decimal(1)), replace(FACTS, uses_tax=False))


def test_an_amount_without_a_product_is_refused_and_a_text_is_a_text() -> None:
    with pytest.raises(BadReference, match="Gift"):
        lines.write_lines([line("5.00", item_id="", name="Gift")], FACTS)
    assert lines.write_lines([Line(kind=LineKind.TEXT, description="Thanks")], FACTS) == [
        {"DetailType": "DescriptionOnly", "Description": "Thanks"}
    ]


def test_a_discount_product_is_a_negative_line_and_a_loose_discount_comes_last() -> None:
    loose = Line(kind=LineKind.DISCOUNT, amount=Decimal("-2.00"))
    body = lines.write_lines([loose, line("-1.00", kind=LineKind.DISCOUNT), line("10.00")], FACTS)
    assert [part["Amount"] for part in body] == [Decimal("-1.00"), Decimal("10.00"), Decimal("2.00")]
    assert body[-1]["DetailType"] == "DiscountLineDetail"


def test_our_number_is_the_documents_where_numbers_are_kept() -> None:
    body = invoices.write_invoice(invoice(number="1" * 30, memo="Hello"), FACTS, MARKER)
    assert body["DocNumber"] == "1" * 21
    assert body["PrivateNote"] == f"Hello · {MARKER}"


def test_else_our_number_is_in_the_note_and_reading_gives_the_memo_back() -> None:
    body = invoices.write_invoice(invoice(number="10023", memo="Hello"), replace(FACTS, keeps_numbers=False), MARKER)
    assert "DocNumber" not in body
    assert body["PrivateNote"] == f"Syncro invoice 10023\nHello · {MARKER}"
    back = invoices.read_invoice({**body, "Id": "1", "DocNumber": "99"})
    assert (back.memo, back.marker, back.number) == ("Hello", MARKER, "99")


def test_a_long_memo_never_costs_the_marker() -> None:
    note = invoices.write_invoice(invoice(memo="m" * 5000), FACTS, MARKER)["PrivateNote"]
    assert len(note) == 4000
    assert note.endswith(MARKER)


def test_nothing_is_ever_sent_that_mails_the_customer_or_charges_a_card() -> None:
    bodies = [invoices.write_invoice(invoice(), FACTS), payments.write_payment(payment("5"), FACTS)]
    names = {name for body in bodies for name in body}
    assert not names & {"EmailStatus", "BillEmail", "CreditCardPayment", "ProcessPayment", "AllowIPNPayment"}


def test_a_currency_the_company_does_not_keep_is_refused() -> None:
    with pytest.raises(Refused, match="EUR"):
        invoices.write_invoice(
            invoice(currency="EUR"), replace(FACTS, raw={"CurrencyPrefs": {"MultiCurrencyEnabled": False}})
        )


def test_an_update_keeps_the_ids_of_lines_it_knows_and_makes_the_others() -> None:
    base = invoice(line("10.00", line_id="1"))
    body = invoices.write_invoice(invoice(line("12.00", line_id="1"), line("1.00", line_id="77")), FACTS, "", base)
    assert [part.get("Id") for part in body["Line"]] == ["1", None]


def test_reading_drops_the_subtotal_and_shows_discounts_below_zero() -> None:
    raw = read_json(b"""{"Id": "4", "TxnDate": "2026-03-05", "TotalAmt": 45.0, "Line": [
        {"Id": "1", "Amount": 50.0, "DetailType": "SalesItemLineDetail",
         "SalesItemLineDetail": {"ItemRef": {"value": "2", "name": "Bear"}, "UnitPrice": 50, "Qty": 1,
                                 "TaxCodeRef": {"value": "TAX"}}},
        {"Amount": 50.0, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
        {"Amount": 5.0, "DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": true}}]}""")
    found = invoices.read_invoice(raw)
    assert [(part.kind, part.amount, part.taxable) for part in found.lines] == [
        (LineKind.ITEM, Decimal(50), True), (LineKind.DISCOUNT, Decimal(-5), False),
    ]  # fmt: skip
    assert found.subtotal == Decimal(45)


def test_a_void_is_a_total_of_zero_with_a_note_that_says_so() -> None:
    raw = {"Id": "1", "TxnDate": "2026-03-05", "TotalAmt": 0, "PrivateNote": f"Voided - {MARKER}"}
    assert invoices.read_invoice(raw).status is Status.VOIDED
    assert invoices.read_invoice(raw).marker == MARKER
    assert invoices.read_invoice({**raw, "PrivateNote": "free of charge"}).status is Status.ACTIVE


def test_a_payment_says_where_each_part_lies() -> None:
    parts = (("130", "240.00", "invoice"), ("131", "200.00", "invoice"))
    body = payments.write_payment(payment("500.00", *parts, reference="CHK 1881 " + "x" * 20), FACTS, MARKER)
    assert body["Line"][1] == {"Amount": Decimal("200.00"), "LinkedTxn": [{"TxnId": "131", "TxnType": "Invoice"}]}
    assert (body["TotalAmt"], len(body["PaymentRefNum"])) == (Decimal("500.00"), 21)
    assert payments.read_payment({**body, "Id": "1"}).applications == payment("500", *parts).applications


def test_credit_spent_is_a_payment_of_nothing_with_both_documents() -> None:
    body = payments.write_payment(payment("0", ("130", "50", "invoice"), ("140", "50", "credit_memo")), FACTS)
    assert [part["LinkedTxn"][0]["TxnType"] for part in body["Line"]] == ["Invoice", "CreditMemo"]


UNTOLD = replace(payment("5"), applications=(Application(document_id="1"),))


@pytest.mark.parametrize("wrong", [payment("10", ("1", "11", "invoice")), payment("-5"), UNTOLD])
def test_payments_that_do_not_add_up_are_refused(wrong: Payment) -> None:
    with pytest.raises(Refused):
        payments.write_payment(wrong, FACTS)


def test_a_payment_tells_what_keeps_it_from_being_changed() -> None:
    banked = payments.read_payment({"TxnDate": "2026-03-05", "LinkedTxn": [{"TxnId": "9", "TxnType": "Deposit"}]})
    processed = payments.read_payment(
        {"TxnDate": "2026-03-05", "CreditCardPayment": {"CreditChargeInfo": {"ProcessPayment": True}}}
    )
    assert (banked.deposited, banked.locked, processed.locked) == (True, False, True)


def test_a_refund_needs_the_account_it_is_paid_from() -> None:
    refund = RefundReceipt(customer_id="58", date=DAY, lines=(line("10.00"),), reference="r" * 200)
    with pytest.raises(Refused, match="account"):
        invoices.write_refund_receipt(refund, FACTS)
    body = invoices.write_refund_receipt(replace(refund, account_id="35", method_id="2"), FACTS)
    assert (body["DepositToAccountRef"], len(body["PaymentRefNum"])) == ({"value": "35"}, 100)


def test_the_open_rest_of_a_credit_is_its_balance() -> None:
    raw = {"TxnDate": "2026-03-05", "TotalAmt": 50, "RemainingCredit": Decimal("12.50")}
    assert invoices.read_credit_memo(raw).balance == Decimal("12.50")
    assert "DueDate" not in invoices.write_credit_memo(CreditMemo(customer_id="1", date=DAY), FACTS)


def test_an_update_of_a_customer_says_only_what_changed_and_clears_what_is_empty() -> None:
    base = customer("Ada", phone="1", email="a@b.de", notes="old", external_id="5")
    assert write_customer(replace(base, phone="2", notes=""), FACTS, base) == {
        "PrimaryPhone": {"FreeFormNumber": "2"}, "Notes": "",
    }  # fmt: skip


def test_an_inactive_customer_is_read_by_its_name() -> None:
    found = read_customer({"Id": "1", "DisplayName": "Acme (deleted)", "Active": False, "Balance": 0})
    assert (found.name, found.status, found.balance) == ("Acme", Status.INACTIVE, Decimal(0))
    assert write_customer(replace(found, status=Status.ACTIVE), FACTS, found) == {"Active": True}


def test_a_sub_customer_names_its_parent() -> None:
    body = write_customer(customer(parent_id="58"), FACTS)
    assert (body["Job"], body["ParentRef"]) == (True, {"value": "58"})


def test_items_are_made_by_kind_and_inventory_never() -> None:
    made = write_item(item(kind=ItemKind.NON_INVENTORY, income_account_id="1", price=Decimal("9.99")), FACTS)
    assert (made["Type"], made["UnitPrice"]) == ("NonInventory", Decimal("9.99"))
    with pytest.raises(Refused, match="Inventory"):
        write_item(item(kind=ItemKind.INVENTORY), FACTS)
    assert read_item({"Id": "1", "Name": "B", "FullyQualifiedName": "A:B", "Type": "Group"}).category == "A"


def test_a_tax_code_is_the_sum_of_its_sales_rates() -> None:
    raw = {
        "Id": "7",
        "Name": "County",
        "SalesTaxRateList": {"TaxRateDetail": [{"TaxRateRef": {"value": "1"}}, {"TaxRateRef": {"value": "2"}}]},
    }
    rates = {"1": Decimal("6.25"), "2": Decimal(2)}
    assert reference.read_tax_code(raw, rates).percent == Decimal("8.25")
    assert reference.read_tax_code(raw, {}).percent is None


def test_lines_on_receivable_accounts_move_what_a_customer_owes() -> None:
    ours: dict[str, Any] = {"AccountRef": {"value": "84"}, "CustomerRef": {"value": "58"}}
    owner = {"Type": "Customer", "EntityRef": {"value": "58"}}
    debit = {"Amount": 20, "JournalEntryLineDetail": {**ours, "PostingType": "Debit", "Entity": owner}}
    credit = {"Amount": 5, "JournalEntryLineDetail": {**ours, "PostingType": "Credit", "Entity": owner}}
    documents = {
        "JournalEntry": [debit, credit],
        "Deposit": [{"Amount": 7, "DepositLineDetail": {**ours, "Entity": {"value": "58", "type": "Customer"}}}],
        "Purchase": [{"Amount": 60, "AccountBasedExpenseLineDetail": ours}],
    }
    found = [
        (one.external_id, one.customer_id, one.amount)
        for kind, parts in documents.items()
        for one in movements.read_movements(kind, {"Id": "12", "Line": parts}, {"84"})
    ]
    assert found == [
        ("JournalEntry:12:1", "58", Decimal(15)),
        ("Deposit:12:1", "58", Decimal(-7)),
        ("Purchase:12:1", "58", Decimal(60)),
    ]


def test_numbers_leave_as_the_numbers_they_are() -> None:
    assert write_json({"a": Decimal("10.10"), "b": Decimal("1E+2"), "c": 3}) == b'{"a":10.10,"b":100,"c":3}'
    with pytest.raises(TypeError):
        write_json({"a": 0.1})
