"""Payments: what they are put on and what stands in their way."""

from .desk import Body, Desk, on, payment


def edit(made: Body, customer: str, total: float, *lines: Body) -> Body:
    return payment(customer, total, *lines, Id=made["Id"], SyncToken=made["SyncToken"], sparse=True)


def test_one_payment_covers_several_invoices_and_the_rest_is_credit(desk: Desk) -> None:
    key = desk.customer()
    first, second = desk.invoice(key, 240, DocNumber="7"), desk.invoice(key, 300)
    made = desk.make("Payment", payment(key, 500, on(first["Id"], 240), on(second["Id"], 200)))
    assert made["UnappliedAmt"] == 60
    facts = {entry["value"]["Name"]: entry["value"]["Value"] for entry in made["Line"][0]["LineEx"]["any"]}
    assert facts == {"txnId": first["Id"], "txnOpenBalance": "240.00", "txnReferenceNumber": "7"}
    assert desk.read("Invoice", second["Id"])["Balance"] == 100
    assert desk.read("Invoice", first["Id"])["LinkedTxn"] == [{"TxnId": made["Id"], "TxnType": "Payment"}]
    assert desk.read("Customer", key)["Balance"] == 40


def test_more_than_is_open_is_refused(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key, 100)
    assert desk.code("Payment", payment(key, 200, on(made["Id"], 100.01))) == "6000"
    assert desk.code("Payment", payment(key, 50, on(made["Id"], 60))) == "6000"
    assert desk.code("Payment", payment(key, 50, on("99", 10))) == "610"
    assert desk.code("Payment", payment(key, -1)) == "6000"
    assert desk.control.state(kind="Payment") == []


def test_another_customers_invoice_is_refused_but_for_the_parent_who_is_billed(desk: Desk) -> None:
    parent = desk.customer()
    sub = desk.customer("Branch", Job=True, ParentRef={"value": parent}, BillWithParent=True)
    made = desk.invoice(sub)
    assert desk.code("Payment", payment(desk.customer("Else"), 100, on(made["Id"], 100))) == "6000"
    desk.make("Payment", payment(parent, 100, on(made["Id"], 100)))
    assert (desk.read("Customer", sub)["Balance"], desk.read("Customer", parent)["Balance"]) == (0, 0)


def test_a_payment_moves_by_a_sparse_update_with_all_its_lines(desk: Desk) -> None:
    key = desk.customer()
    first, second = desk.invoice(key), desk.invoice(key)
    made = desk.make("Payment", payment(key, 100, on(first["Id"], 100)))
    assert desk.code("Payment", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Line": []}) == "2020"
    moved = desk.make("Payment", edit(made, key, 100, on(second["Id"], 100)))
    assert moved["SyncToken"] == "1"
    assert desk.read("Invoice", first["Id"])["Balance"] == 100
    touched = desk.read("Invoice", second["Id"])
    assert (touched["Balance"], touched["SyncToken"]) == (0, "1")
    assert desk.make("Payment", edit(moved, key, 100))["UnappliedAmt"] == 100


def test_a_payment_of_nothing_applies_a_credit_memo(desk: Desk) -> None:
    key = desk.customer()
    made, memo = desk.invoice(key), desk.make("CreditMemo", desk.sale(key, 30))
    tied = desk.make("Payment", payment(key, 0, on(made["Id"], 30), on(memo["Id"], 30, "CreditMemo")))
    assert (tied["TotalAmt"], tied["UnappliedAmt"]) == (0, 0)
    assert desk.read("Invoice", made["Id"])["Balance"] == 70
    assert desk.read("CreditMemo", memo["Id"])["RemainingCredit"] == 0
    assert desk.read("Customer", key)["Balance"] == 70


def test_credits_apply_themselves_when_the_company_wants_it(desk: Desk) -> None:
    key = desk.customer()
    early = desk.make("Payment", payment(key, 30))
    desk.make("CreditMemo", desk.sale(key, 20))
    desk.control.preference(path="SalesFormsPrefs.AutoApplyCredit", value=True)
    assert desk.invoice(key)["Balance"] == 50
    assert desk.read("Payment", early["Id"])["UnappliedAmt"] == 0
    assert [row["TotalAmt"] for row in desk.control.state(kind="Payment")] == [30, 0]


def test_an_invoice_with_a_payment_is_neither_voided_nor_deleted(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key)
    desk.make("Payment", payment(key, 100, on(made["Id"], 100)))
    body = {"Id": made["Id"], "SyncToken": "1"}
    assert desk.code("Invoice", body, operation="void") == "6000"
    assert desk.code("Invoice", body, operation="delete") == "6000"
    desk.control.setting(name="void_with_payment", value="unapply")
    assert desk.make("Invoice", body, operation="void")["LinkedTxn"] == []
    assert desk.control.state(kind="Payment")[0]["UnappliedAmt"] == 100


def test_voiding_a_payment_reopens_the_invoice(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key)
    paid = desk.make("Payment", payment(key, 100, on(made["Id"], 100)))
    body = {"Id": paid["Id"], "SyncToken": "0", "sparse": True}
    gone = desk.make("Payment", body, operation="update", include="void")
    assert (gone["TotalAmt"], gone["UnappliedAmt"], gone["PrivateNote"]) == (0, 0, "Voided")
    assert desk.read("Invoice", made["Id"])["Balance"] == 100


def test_deposited_and_merchant_payments_stand_still(desk: Desk) -> None:
    key = desk.customer()
    first, second = desk.control.pay(customer_id=key, amount=10), desk.control.pay(customer_id=key, amount=20)
    deposit = desk.control.deposit(payment_ids=[first])
    held = desk.read("Payment", first)
    assert held["LinkedTxn"] == [{"TxnId": deposit, "TxnType": "Deposit"}]
    assert desk.code("Payment", edit(held, key, 10)) == "6540"
    desk.control.delete(entity="Deposit", id=deposit)
    assert desk.code("Payment", edit(desk.read("Payment", first), key, 10)) == ""
    desk.control.merchant(payment_id=second)
    locked = desk.read("Payment", second)
    assert desk.code("Payment", edit(locked, key, 20)) == "6110"
    assert desk.code("Payment", {"Id": second, "SyncToken": locked["SyncToken"]}, operation="delete") == "6120"


def test_an_expense_link_is_dropped_unless_told_otherwise(desk: Desk) -> None:
    key = desk.customer()
    detail = {"AccountRef": desk.account("Accounts Receivable (A/R)"), "CustomerRef": {"value": key}}
    line = {"DetailType": "AccountBasedExpenseLineDetail", "Amount": 60, "AccountBasedExpenseLineDetail": detail}
    payee = {"value": key, "type": "Customer"}
    body = {"PaymentType": "Cash", "AccountRef": desk.account("Checking"), "EntityRef": payee, "Line": [line]}
    expense = desk.make("Purchase", body)
    assert desk.read("Customer", key)["Balance"] == 60
    lost = desk.make("Payment", payment(key, 60, on(expense["Id"], 60, "Expense")))
    assert lost["UnappliedAmt"] == 60
    desk.control.setting(name="expense_link", value="kept")
    assert desk.make("Payment", edit(lost, key, 60, on(expense["Id"], 60, "Expense")))["UnappliedAmt"] == 0
    assert desk.read("Customer", key)["Balance"] == 0


def test_the_screens_delete_an_invoice_and_leave_its_payment_as_credit(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key)
    paid = desk.control.pay(customer_id=key, amount=100, apply={made["Id"]: 100}, date="2026-03-01", ref="CHK 1")
    desk.control.delete(entity="Invoice", id=made["Id"])
    assert (desk.read("Payment", paid)["UnappliedAmt"], desk.control.balance(customer_id=key)) == (100, -100)


def test_a_journal_entry_moves_the_receivable(desk: Desk) -> None:
    key = desk.customer()
    who = {"Type": "Customer", "EntityRef": {"value": key}}
    sides = [("Debit", "Accounts Receivable (A/R)", who), ("Credit", "Services", {})]
    lines = []
    for side, account, entity in sides:
        detail = {"PostingType": side, "AccountRef": desk.account(account), **({"Entity": entity} if entity else {})}
        lines.append({"DetailType": "JournalEntryLineDetail", "Amount": 25, "JournalEntryLineDetail": detail})
    entry = desk.make("JournalEntry", {"Line": lines})
    assert desk.control.balance(customer_id=key) == 25
    desk.make("Payment", payment(key, 25, on(entry["Id"], 25, "JournalEntry")))
    assert desk.control.balance(customer_id=key) == 0
    assert desk.code("JournalEntry", {"Line": lines[:1]}) == "6000"
