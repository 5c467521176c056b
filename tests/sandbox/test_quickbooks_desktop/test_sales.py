"""Invoices and credit memos: lines, tax, totals, and changing them."""

import pytest

from .desk import Body, Desk, on, payment


def test_the_total_is_subtotal_and_tax_and_no_field_says_it(desk: Desk) -> None:
    made = desk.invoice(desk.customer(), "250.00", "Tax", RefNumber="7")
    assert (made["Subtotal"], made["SalesTaxPercentage"], made["SalesTaxTotal"]) == ("250.00", "8.25", "20.63")
    assert (made["BalanceRemaining"], made["IsPaid"]) == ("270.63", "false")
    assert not {"TotalAmount", "Total"} & set(made)


def test_tax_is_rounded_once_per_document_and_tax_item(desk: Desk) -> None:
    rates = [desk.app.control_tax_rate(name, "2.5") for name in ("State", "City")]
    desk.app.control_tax_rate("Both", parts=rates)
    lines = [desk.line("0.10", "Tax") for _ in range(2)]
    body: Body = {"CustomerRef": {"ListID": desk.customer()}, "ItemSalesTaxRef": {"FullName": "Both"}}
    made = desk.make("InvoiceAdd", {**body, "InvoiceLineAdd": lines})
    assert (made["SalesTaxPercentage"], made["SalesTaxTotal"]) == ("5", "0.02")


def test_an_omitted_tax_item_is_the_customers_own(desk: Desk) -> None:
    desk.app.control_tax_rate("Far", "1")
    key = desk.customer("Acme", ItemSalesTaxRef={"FullName": "Far"})
    assert desk.invoice(key, "100.00", "Tax")["SalesTaxTotal"] == "1.00"
    assert desk.invoice(desk.customer("Else"), "100.00", "Tax")["SalesTaxTotal"] == "8.25"


def test_a_customer_who_is_exempt_pays_no_tax_on_taxable_lines(desk: Desk) -> None:
    key = desk.customer("School", SalesTaxCodeRef={"FullName": "Non"})
    assert desk.invoice(key, "100.00", "Tax")["SalesTaxTotal"] == "0.00"
    taxed = desk.invoice(key, "100.00", "Tax", CustomerSalesTaxCodeRef={"FullName": "Tax"})
    assert taxed["SalesTaxTotal"] == "8.25"


def test_a_company_without_sales_tax_taxes_nothing(desk: Desk) -> None:
    desk.app.control_profile(sales_tax=False)
    made = desk.invoice(desk.customer(), "100.00", "Tax")
    assert (made["SalesTaxTotal"], made["InvoiceLineRet"]["SalesTaxCodeRef"]["FullName"]) == ("0.00", "Non")
    assert "SalesTaxPreferences" not in desk.ask("PreferencesQuery")[0]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"Quantity": "3", "Rate": "33.33"}, ("3", "33.33", "99.99")),
        ({"Quantity": "3", "Rate": "5.00", "Amount": "100.00"}, ("3", "33.33333", "100.00")),
        ({"Rate": "12.50"}, (None, "12.50", "12.50")),
        ({"Quantity": "2"}, ("2", "80.00", "160.00")),
        ({}, ("1", "80.00", "80.00")),
        ({"Quantity": "0.5", "Rate": "0.01"}, ("0.5", "0.01", "0.01")),
    ],
)
def test_amount_wins_over_rate_and_nothing_means_once_the_price(
    desk: Desk, sent: Body, shown: tuple[str | None, ...]
) -> None:
    desk.app.control_edit("ItemService", desk.service, SalesOrPurchaseMod={"Price": "80.00"})
    line = {"ItemRef": {"FullName": "Services"}, **sent}
    made = desk.make("InvoiceAdd", {"CustomerRef": {"ListID": desk.customer()}, "InvoiceLineAdd": line})
    row = made["InvoiceLineRet"]
    assert (row.get("Quantity"), row["Rate"], row["Amount"]) == shown


def test_a_line_of_text_has_no_value_and_an_amount_needs_an_item(desk: Desk) -> None:
    body = {"CustomerRef": {"ListID": desk.customer()}}
    made = desk.make("InvoiceAdd", {**body, "InvoiceLineAdd": [desk.line(), {"Desc": "Ticket 5"}]})
    assert made["InvoiceLineRet"][1] == {"TxnLineID": "3", "Desc": "Ticket 5"}
    assert desk.code("InvoiceAdd", {**body, "InvoiceLineAdd": {"Desc": "x", "Amount": "1.00"}}) == 3150


def test_an_invoice_over_nothing_is_paid_and_one_below_nothing_is_refused(desk: Desk) -> None:
    key = desk.customer()
    free = desk.invoice(key, "0.00")
    assert (free["IsPaid"], free["BalanceRemaining"]) == ("true", "0.00")
    assert desk.code("ReceivePaymentAdd", payment(key, "5.00", on(free["TxnID"], "5.00"))) == 3120
    body = {"CustomerRef": {"ListID": key}, "InvoiceLineAdd": [desk.line("10.00"), desk.line("-10.01")]}
    assert desk.code("InvoiceAdd", body) == 3210


def test_terms_give_the_due_date(desk: Desk) -> None:
    made = desk.invoice(desk.customer(), TxnDate="2026-10-01", TermsRef={"FullName": "Net 30"})
    assert made["DueDate"] == "2026-10-31"


def test_numbers_are_neither_given_nor_unique(desk: Desk) -> None:
    key = desk.customer()
    assert "RefNumber" not in desk.invoice(key)
    assert desk.invoice(key, RefNumber="7")["TxnID"] != desk.invoice(key, RefNumber="7")["TxnID"]
    assert len(desk.ask("InvoiceQuery", {"RefNumber": "7"})) == 2


def edited(made: Body, **more: object) -> Body:
    return {"TxnID": made["TxnID"], "EditSequence": made["EditSequence"], **more}


def three(desk: Desk) -> Body:
    body = {"CustomerRef": {"ListID": desk.customer()}, "RefNumber": "7", "Memo": "first"}
    return desk.make("InvoiceAdd", {**body, "InvoiceLineAdd": [desk.line(f"{each}.00") for each in (10, 20, 30)]})


def test_a_mod_without_lines_keeps_them_and_with_lines_deletes_the_others(desk: Desk) -> None:
    made = three(desk)
    kept = desk.make("InvoiceMod", edited(made, RefNumber="", Memo="second"))
    assert (len(kept["InvoiceLineRet"]), kept["Memo"], "RefNumber" in kept) == (3, "second", False)
    ids = [line["TxnLineID"] for line in made["InvoiceLineRet"]]
    lines = [{"TxnLineID": ids[0]}, {"TxnLineID": ids[2], "Amount": "35.00"}, {"TxnLineID": "-1", **desk.line("1.00")}]
    after = desk.make("InvoiceMod", edited(kept, InvoiceLineMod=lines))
    assert [line["Amount"] for line in after["InvoiceLineRet"]] == ["10.00", "35.00", "1.00"]
    assert [line["TxnLineID"] for line in after["InvoiceLineRet"]][:2] == [ids[0], ids[2]]
    assert after["Subtotal"] == "46.00"


def test_lines_keep_their_order_and_must_exist(desk: Desk) -> None:
    made = three(desk)
    ids = [line["TxnLineID"] for line in made["InvoiceLineRet"]]
    turned = [{"TxnLineID": ids[2]}, {"TxnLineID": ids[0]}]
    assert desk.code("InvoiceMod", edited(made, InvoiceLineMod=turned)) == 3290
    assert desk.code("InvoiceMod", edited(made, InvoiceLineMod={"TxnLineID": "FF"})) == 3120
    assert desk.code("InvoiceMod", {**edited(made), "EditSequence": "1"}) == 3200


def test_a_paid_invoice_neither_shrinks_below_its_payments_nor_changes_hands(desk: Desk) -> None:
    made = three(desk)
    desk.make("ReceivePaymentAdd", payment(made["CustomerRef"]["ListID"], "50.00", on(made["TxnID"], "50.00")))
    now = desk.read("Invoice", made["TxnID"])
    first = {"TxnLineID": now["InvoiceLineRet"][0]["TxnLineID"]}
    assert desk.code("InvoiceMod", edited(now, InvoiceLineMod=first)) == 3210
    assert desk.code("InvoiceMod", edited(now, CustomerRef={"ListID": desk.customer("Else")})) == 3170
    assert desk.read("Invoice", made["TxnID"])["BalanceRemaining"] == "10.00"


def test_closed_books_stay_closed_to_applications(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key, TxnDate="2026-03-01")
    desk.app.control_close_books("2026-03-31")
    body = {"CustomerRef": {"ListID": key}, "TxnDate": "2026-03-31", "InvoiceLineAdd": desk.line()}
    assert desk.code("InvoiceAdd", body) == 3171
    assert desk.code("InvoiceMod", edited(made, TxnDate="2026-05-01")) == 3171
    assert desk.code("TxnDel", {"TxnDelType": "Invoice", "TxnID": made["TxnID"]}) == 3171
    assert desk.code("InvoiceAdd", {**body, "TxnDate": "2026-04-01"}) == 0
    assert desk.ask("PreferencesQuery")[0]["AccountingPreferences"]["ClosingDate"] == "2026-03-31"
    desk.app.control_edit("Invoice", made["TxnID"], Memo="a person may")


def test_canada_taxes_by_the_code_of_each_line(app: object) -> None:
    desk = Desk(app, country="CA", tax_percent="13")  # type: ignore[arg-type]
    made = desk.invoice(desk.customer(), "100.00", "H")
    assert (made["SalesTaxTotal"], "ItemSalesTaxRef" in made) == ("13.00", False)
    assert desk.invoice(desk.customer("Else"), "100.00", "E")["SalesTaxTotal"] == "0.00"


def test_a_percentage_is_of_the_line_above(desk: Desk) -> None:
    lines = [desk.line("200.00"), {"ItemRef": {"FullName": "Services"}, "RatePercent": "-10"}]
    made = desk.make("InvoiceAdd", {"CustomerRef": {"ListID": desk.customer()}, "InvoiceLineAdd": lines})
    assert made["Subtotal"] == "180.00"


def test_existing_credits_go_on_a_new_invoice(desk: Desk) -> None:
    key = desk.customer()
    memo = desk.memo(key, "30.00")
    credit = {"CreditTxnID": memo["TxnID"], "AppliedAmount": "30.00"}
    made = desk.invoice(key, SetCredit=credit)
    assert made["BalanceRemaining"] == "70.00"
    assert desk.read("CreditMemo", memo["TxnID"])["CreditRemaining"] == "0.00"
