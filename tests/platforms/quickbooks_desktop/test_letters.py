"""What each record becomes on its way into QuickBooks; the counter holds every letter against the vendor's schema."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from apps.platforms.base import Verb
from apps.platforms.errors import BadReference, Refused
from apps.platforms.quickbooks_desktop.translate import names
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
    Refund,
    Status,
)
from tests.platforms.conftest import Bench
from tests.platforms.quickbooks_desktop.conftest import (
    CUSTOMER,
    DAY,
    FACTS,
    Counter,
    change,
    creation,
    invoice,
    key,
    line,
    texts,
)

PAID = Payment(
    external_id="1B00-1", revision="7", customer_id=CUSTOMER, date=DAY, amount=Decimal(600), reference="syn-55012",
    applications=(Application(document_id="1A2B-1", amount=Decimal("453.48")),),
)  # fmt: skip


def test_an_invoice_says_amounts_and_lets_quickbooks_work_out_the_rest(counter: Counter) -> None:
    record = invoice(
        line("180.00", quantity=Decimal("1.5"), taxable=False),
        line("258.00"),
        tax=Decimal("15.48"),
        tax_code_id="ItemSalesTax:80000021-1",
    )
    body = counter.body(creation(replace(record, due_date=date(2026, 4, 4), po_number="PO-77")))[0]
    assert texts(body)["ItemSalesTaxRef"] == {"ListID": "80000021-1"}
    codes = [row.findtext("SalesTaxCodeRef/ListID") for row in body.findall("InvoiceLineAdd")]
    assert codes == ["80000002-1", "80000001-1"]
    assert [row.findtext("Amount") for row in body.findall("InvoiceLineAdd")] == ["180.00", "258.00"]
    assert body.find("InvoiceLineAdd/Rate") is None
    assert (body.findtext("DueDate"), body.findtext("PONumber"), body.findtext("RefNumber")) == (
        "2026-04-04",
        "PO-77",
        "10023",
    )


def test_an_invoice_carries_its_mark_twice_and_is_never_mailed(counter: Counter) -> None:
    write = creation(invoice(memo="Thanks"))
    said = texts(counter.body(write)[0])
    assert said["Memo"] == f"Thanks · {write.marker}"
    assert said["ExternalGUID"] == names.guid(write.marker)
    assert (said["IsToBePrinted"], said["IsToBeEmailed"]) == ("false", "false")


def test_a_long_number_is_cut_and_a_long_memo_keeps_its_mark(counter: Counter) -> None:
    write = creation(invoice(number="INV-2026-000123", memo="m" * 5000))
    said = texts(counter.body(write)[0])
    assert said["RefNumber"] == "INV-2026-00"
    assert len(said["Memo"]) == 4095
    assert said["Memo"].endswith(write.marker)


def test_without_tax_no_line_is_taxed_whatever_the_product_says(counter: Counter) -> None:
    body = counter.body(creation(invoice(line(taxable=True))))[0]
    assert body.findtext("InvoiceLineAdd/SalesTaxCodeRef/ListID") == "80000002-1"
    assert body.findtext("ItemSalesTaxRef/ListID") == "80000009-1"


def test_several_rates_are_lines_of_their_own(counter: Counter) -> None:
    rate = line("6.00", item_id="ItemSalesTax:80000031-1", description="County")
    body = counter.body(creation(invoice(line(), rate, tax=Decimal(6), tax_code_id="ItemSalesTax:80000030-1")))[0]
    row = body.findall("InvoiceLineAdd")[1]
    assert [child.tag for child in row] == ["ItemRef", "Desc", "Amount"]


def test_where_sales_tax_is_off_nothing_is_said_of_it_and_tax_is_refused(bench: Bench) -> None:
    counter = Counter(bench, replace(FACTS, uses_tax=False))
    body = counter.body(creation(invoice()))[0]
    assert body.find("ItemSalesTaxRef") is None
    assert body.find("InvoiceLineAdd/SalesTaxCodeRef") is None
    with pytest.raises(Refused, match="switched off"):
        counter.draft(creation(invoice(tax=Decimal(1))))


def test_a_canadian_invoice_has_a_code_on_each_line_and_no_tax_item(canada: Counter) -> None:
    record = invoice(line(), line(taxable=False), tax=Decimal(13), tax_code_id="SalesTaxCode:80000004-1")
    body = canada.body(creation(record))[0]
    assert body.find("ItemSalesTaxRef") is None
    codes = [row.findtext("SalesTaxCodeRef/ListID") for row in body.findall("InvoiceLineAdd")]
    assert codes == ["80000004-1", "80000002-1"]


def test_a_line_of_text_has_only_its_text_and_an_amount_needs_a_product(counter: Counter) -> None:
    text = line("0", kind=LineKind.TEXT, item_id="", description="Ticket #5521")
    assert texts(counter.body(creation(invoice(line(), text)))[0])["InvoiceLineAdd"] == {"Desc": "Ticket #5521"}
    with pytest.raises(BadReference, match="has no product"):
        counter.draft(creation(invoice(line(item_id=""))))


def test_an_invoice_over_nothing_is_plain(counter: Counter) -> None:
    assert counter.body(creation(invoice(line("0.00")))).findtext("InvoiceAdd/InvoiceLineAdd/Amount") == "0.00"


def test_a_discount_line_is_negative_and_has_no_quantity(counter: Counter) -> None:
    off = line("-10.00", item_id="ItemDiscount:80000007-1")
    row = counter.body(creation(invoice(line(), off)))[0].findall("InvoiceLineAdd")[1]
    assert (row.findtext("Amount"), row.find("Quantity")) == ("-10.00", None)


def test_another_currency_is_refused(counter: Counter) -> None:
    with pytest.raises(Refused, match="EUR"):
        counter.draft(creation(invoice(currency="EUR")))


def test_a_changed_invoice_lists_all_lines_in_their_old_order(counter: Counter) -> None:
    text = line("0", kind=LineKind.TEXT, item_id="", line_id="5")
    now = invoice(line(line_id="2"), text, line(line_id="9"), external_id="1A2B-1", revision="17")
    write = change(now, lines=(line("1.00"), line("2.00"), line("3.00")))
    body = counter.body(write)[0]
    assert (body.findtext("TxnID"), body.findtext("EditSequence")) == ("1A2B-1", "17")
    assert [row.findtext("TxnLineID") for row in body.findall("InvoiceLineMod")] == ["2", "9", "-1"]
    assert [row.findtext("Amount") for row in body.findall("InvoiceLineMod")] == ["1.00", "2.00", "3.00"]


def test_a_void_names_the_document_and_a_payment_is_deleted_instead(counter: Counter) -> None:
    voided = counter.body(change(invoice(external_id="1A2B-1", revision="17"), Verb.VOID))
    assert (voided.tag, texts(voided)) == ("TxnVoidRq", {"TxnVoidType": "Invoice", "TxnID": "1A2B-1"})
    deleted = counter.body(change(PAID, Verb.VOID))
    assert (deleted.tag, texts(deleted)) == ("TxnDelRq", {"TxnDelType": "ReceivePayment", "TxnID": "1B00-1"})


def test_a_payment_says_where_it_lies_and_what_is_left_is_not_applied(counter: Counter) -> None:
    body = counter.body(creation(replace(PAID, method="80000010-1", deposit_account_id="80000011-1")))[0]
    said = texts(body)
    assert (said["TotalAmount"], said["RefNumber"]) == ("600.00", "syn-55012")
    assert said["AppliedToTxnAdd"] == {"TxnID": "1A2B-1", "PaymentAmount": "453.48"}
    assert said["DepositToAccountRef"] == {"ListID": "80000011-1"}
    alone = counter.body(creation(replace(PAID, applications=())))[0]
    assert alone.findtext("IsAutoApply") == "false"


def test_credit_used_with_a_payment_goes_on_the_invoice_first(counter: Counter) -> None:
    credit = Application(document_id="1C00-1", amount=Decimal(20), document_entity="credit_memo")
    on = Application(document_id="1A2B-1", amount=Decimal(120))
    body = counter.body(creation(replace(PAID, amount=Decimal(100), applications=(on, credit))))[0]
    assert texts(body)["AppliedToTxnAdd"] == {
        "TxnID": "1A2B-1", "PaymentAmount": "100.00", "SetCredit": {"CreditTxnID": "1C00-1", "AppliedAmount": "20.00"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": Decimal(-5), "applications": ()}, "no negative payments"),
        ({"amount": Decimal(5)}, "would be applied"),
        ({"applications": (Application(document_id="1"),)}, "not known how much"),
        ({"amount": Decimal(0), "applications": ()}, "makes no document"),
    ],
)
def test_a_payment_that_cannot_be_is_refused(counter: Counter, fields: dict[str, object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        counter.draft(creation(replace(PAID, **fields)))  # type: ignore[arg-type]


def test_a_moved_payment_lists_all_it_lies_on(counter: Counter) -> None:
    more = (*PAID.applications, Application(document_id="1A2C-1", amount=Decimal("146.52")))
    body = counter.body(change(PAID, applications=more))[0]
    assert [child.tag for child in body] == ["TxnID", "EditSequence", "Memo", "AppliedToTxnMod", "AppliedToTxnMod"]


def test_a_payment_whose_reference_changes_keeps_where_it_lies(counter: Counter) -> None:
    body = counter.body(change(replace(PAID, marker="tieout:home:acme:payment:10023"), reference="new"))[0]
    assert body.findtext("RefNumber") == "new"
    assert body.find("AppliedToTxnMod") is None


def test_a_payment_cannot_be_taken_off_its_last_invoice_from_outside(counter: Counter) -> None:
    with pytest.raises(Refused, match="last invoice"):
        counter.draft(change(PAID, applications=()))


def test_a_refund_uses_up_credits_of_its_own_amount(counter: Counter) -> None:
    used = Application(document_id="1C00-1", amount=Decimal("136.74"), document_entity="credit_memo")
    refund = Refund(
        customer_id=CUSTOMER, date=DAY, amount=Decimal("136.74"), account_id="80000011-1", applications=(used,)
    )
    body = counter.body(creation(refund))[0]
    assert texts(body)["RefundAppliedToTxnAdd"] == {"TxnID": "1C00-1", "RefundAmount": "136.74"}
    with pytest.raises(Refused, match="credits of the same amount"):
        counter.draft(creation(replace(refund, amount=Decimal(200))))


def test_a_credit_memo_needs_a_line(counter: Counter) -> None:
    memo = CreditMemo(customer_id=CUSTOMER, date=DAY, number="CM-1", lines=(line(), line("-5.00")))
    rows = counter.body(creation(memo))[0].findall("CreditMemoLineAdd")
    assert [row.findtext("Amount") for row in rows] == ["100.00", "-5.00"]
    with pytest.raises(Refused, match="at least one line"):
        counter.draft(creation(replace(memo, lines=())))


def test_a_customer_leaves_tax_to_quickbooks_and_carries_our_number(counter: Counter) -> None:
    customer = Customer(
        name="Acme: Dental",
        first_name="Ana",
        last_name="Muñoz",
        mobile="2",
        address=Address(line1="1 Main St", city="Boise"),
        parent_id="80000001-1",
    )
    said = texts(counter.body(creation(customer))[0])
    assert (said["Name"], said["AltPhone"], said["AccountNumber"]) == ("Acme- Dental", "2", "SYN-10023")
    assert said["BillAddress"] == {"Addr1": "1 Main St", "City": "Boise"}
    assert said["ParentRef"] == {"ListID": "80000001-1"}
    assert "SalesTaxCodeRef" not in said


def test_a_changed_customer_says_only_what_changed_and_clears_what_is_empty(counter: Counter) -> None:
    now = Customer(name="Acme", external_id=CUSTOMER, revision="3", phone="1", notes="keep", email="a@b.example")
    said = texts(counter.body(change(now, phone="", email="c@d.example"))[0])
    assert said == {"ListID": CUSTOMER, "EditSequence": "3", "Phone": "", "Email": "c@d.example"}
    assert texts(counter.body(change(now, status=Status.INACTIVE))[0])["IsActive"] == "false"


def test_a_service_is_sold_and_goods_with_a_cost_account_are_bought_too(counter: Counter) -> None:
    service = Item(
        name="Labor", description="Remote", price=Decimal(120), income_account_id="80000020-1", taxable=False
    )
    said = texts(counter.body(creation(service))[0])
    assert said["SalesOrPurchase"] == {"Desc": "Remote", "Price": "120", "AccountRef": {"ListID": "80000020-1"}}
    assert said["SalesTaxCodeRef"] == {"ListID": "80000002-1"}
    goods = replace(
        service, kind=ItemKind.NON_INVENTORY, sku="C6-1M", cost=Decimal("3.1"), expense_account_id="80000021-1"
    )
    said = texts(counter.body(creation(goods))[0])
    assert said["ManufacturerPartNumber"] == "C6-1M"
    assert said["SalesAndPurchase"]["PurchaseCost"] == "3.1"


def test_a_changed_item_keeps_its_accounts_and_says_only_what_changed(counter: Counter) -> None:
    now = Item(
        name="Labor", external_id="ItemService:8-1", revision="3", price=Decimal(1), income_account_id="80000020-1"
    )
    said = texts(counter.body(change(now, price=Decimal(2)))[0])
    assert said == {"ListID": "8-1", "EditSequence": "3", "SalesOrPurchaseMod": {"Price": "2", "Desc": ""}}
    stock = replace(now, external_id="ItemInventory:8-2", kind=ItemKind.INVENTORY)
    assert texts(counter.body(change(stock, price=Decimal(2)))[0])["SalesPrice"] == "2"


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (Item(name="Disk", kind=ItemKind.INVENTORY, income_account_id="1"), "Inventory items"),
        (Item(name="Labor"), "income account"),
    ],
)
def test_an_item_we_cannot_make_is_refused(counter: Counter, record: Item, words: str) -> None:
    with pytest.raises(Refused, match=words):
        counter.draft(creation(record))


def test_a_letter_has_one_verb_at_most_twenty_writes_and_a_key_that_fits(counter: Counter) -> None:
    news = [creation(invoice(number=str(place))) for place in range(21)]
    old = change(invoice(external_id="1A2B-1", revision="17"), Verb.DELETE)
    letters = counter.draft(*news[:10], old, *news[10:])
    assert [(letter.verb, len(letter.positions)) for letter in letters] == [
        ("create", 20),
        ("create", 1),
        ("delete", 1),
    ]
    assert letters[2].positions == (10,)
    assert all(letter.key == key().replace("-", "")[:23] in letter.text for letter in letters)


def test_a_write_that_cannot_be_spoils_no_others(counter: Counter) -> None:
    letters = counter.draft(creation(invoice(line(item_id=""))), creation(invoice()))
    assert [letter.positions for letter in letters] == [(1,)]


def test_two_changes_of_one_document_are_not_one_batch(counter: Counter) -> None:
    now: Invoice = invoice(external_id="1A2B-1", revision="17")
    with pytest.raises(ValueError, match="two writes of one document"):
        counter.draft(change(now, memo="a"), change(now, memo="b"))


def test_the_same_writes_give_the_same_letter(counter: Counter) -> None:
    writes = [creation(invoice()), creation(invoice(number="2"))]
    assert counter.draft(*writes) == counter.draft(*writes)
