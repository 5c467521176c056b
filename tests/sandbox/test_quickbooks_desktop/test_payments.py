"""Payments: what they are put on, what stands in their way, and moving them."""

import pytest

from .desk import Body, Desk, on, payment


def test_one_payment_covers_several_invoices_and_the_rest_is_credit(desk: Desk) -> None:
    key = desk.customer()
    first, second = (desk.invoice(key, total)["TxnID"] for total in ("240.00", "300.00"))
    made = desk.make("ReceivePaymentAdd", payment(key, "500.00", on(first, "240.00"), on(second, "200.00")))
    assert made["UnusedPayment"] == "60.00"
    assert [row["BalanceRemaining"] for row in made["AppliedToTxnRet"]] == ["0.00", "100.00"]
    assert desk.read("Invoice", first)["IsPaid"] == "true"
    link = desk.read("Invoice", second)["LinkedTxn"]
    assert (link["TxnID"], link["TxnType"], link["Amount"]) == (made["TxnID"], "ReceivePayment", "-200.00")
    assert desk.owed(key) == ("40.00", "40.00")


def test_an_invoice_changes_when_a_payment_is_put_on_it(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key)
    desk.make("ReceivePaymentAdd", payment(key, "10.00", on(made["TxnID"], "10.00")))
    after = desk.read("Invoice", made["TxnID"])
    assert int(after["EditSequence"]) > int(made["EditSequence"])
    desk.app.control_setting("payment_touches_invoice", value=False)
    desk.make("ReceivePaymentAdd", payment(key, "10.00", on(made["TxnID"], "10.00")))
    assert desk.read("Invoice", made["TxnID"])["EditSequence"] == after["EditSequence"]


def test_more_than_is_due_or_paid_is_refused(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key)["TxnID"]
    answer = desk.code("ReceivePaymentAdd", payment(key, "200.00", on(made, "100.01")))
    assert answer == 3210
    assert desk.code("ReceivePaymentAdd", payment(key, "50.00", on(made, "60.00"))) == 3210
    assert desk.code("ReceivePaymentAdd", payment(key, "50.00", on(made, "20.00"), on(made, "30.00"))) == 3210
    assert desk.code("ReceivePaymentAdd", payment(key, "50.00", {"TxnID": made})) == 3150
    assert desk.code("ReceivePaymentAdd", payment(key, "50.00", on("1A00-1", "50.00"))) == 3120
    assert desk.code("ReceivePaymentAdd", payment(key, "-5.00")) == 3210
    assert desk.code("ReceivePaymentAdd", payment(key, "0.00")) == 3210
    assert desk.app.control_state("ReceivePayment") == []


def test_a_paid_invoice_cannot_be_paid(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key)["TxnID"]
    desk.make("ReceivePaymentAdd", payment(key, "100.00", on(made, "100.00")))
    assert desk.code("ReceivePaymentAdd", payment(key, "1.00", on(made, "1.00"))) == 3120


def test_a_parent_pays_for_its_jobs_and_nobody_for_others(desk: Desk) -> None:
    parent = desk.customer()
    jobs = [desk.customer(name, ParentRef={"ListID": parent}) for name in ("A", "B")]
    made = [desk.invoice(job)["TxnID"] for job in jobs]
    assert desk.owed(parent) == ("0.00", "200.00")
    both = payment(parent, "200.00", *(on(key, "100.00") for key in made))
    assert desk.code("ReceivePaymentAdd", {**both, "CustomerRef": {"ListID": jobs[0]}}) == 3120
    assert desk.code("ReceivePaymentAdd", {**both, "CustomerRef": {"ListID": desk.customer("Else")}}) == 3120
    desk.make("ReceivePaymentAdd", both)
    assert (desk.owed(parent), desk.owed(jobs[0])) == (("0.00", "0.00"), ("0.00", "0.00"))


def test_auto_apply_takes_the_exact_amount_and_then_the_oldest(desk: Desk) -> None:
    key = desk.customer()
    made = [desk.invoice(key, total, TxnDate=day)["TxnID"] for total, day in
            (("50.00", "2026-03-01"), ("70.00", "2026-01-01"), ("60.00", "2026-02-01"))]  # fmt: skip
    body = {"CustomerRef": {"ListID": key}, "TotalAmount": "60.00", "IsAutoApply": "true"}
    assert desk.make("ReceivePaymentAdd", body)["AppliedToTxnRet"]["TxnID"] == made[2]
    rows = desk.make("ReceivePaymentAdd", {**body, "TotalAmount": "100.00"})["AppliedToTxnRet"]
    assert [(row["TxnID"], row["Amount"]) for row in rows] == [(made[1], "70.00"), (made[0], "30.00")]
    assert desk.make("ReceivePaymentAdd", {**body, "TotalAmount": "30.00"})["UnusedPayment"] == "10.00"


def test_it_goes_to_undeposited_funds_unless_an_account_is_named(desk: Desk) -> None:
    key = desk.customer()
    assert (
        desk.make("ReceivePaymentAdd", payment(key, "1.00"))["DepositToAccountRef"]["FullName"] == "Undeposited Funds"
    )
    named = payment(key, "1.00", DepositToAccountRef={"FullName": "Sales of Product Income"})
    assert desk.code("ReceivePaymentAdd", named) == 3140
    assert desk.code("ReceivePaymentAdd", payment(key, "1.00", PaymentMethodRef={"FullName": "Barter"})) == 3140


def moved(made: Body, *applied: Body, **more: object) -> Body:
    rest = {"AppliedToTxnMod": list(applied)} if applied else {}
    return {"TxnID": made["TxnID"], "EditSequence": made["EditSequence"], **more, **rest}


def test_a_mod_replaces_all_applications_or_keeps_them_all(desk: Desk) -> None:
    key = desk.customer()
    first, second = (desk.invoice(key)["TxnID"] for _ in range(2))
    made = desk.make("ReceivePaymentAdd", payment(key, "100.00", on(first, "100.00")))
    kept = desk.make("ReceivePaymentMod", moved(made, Memo="kept"))
    assert kept["AppliedToTxnRet"]["TxnID"] == first
    after = desk.make("ReceivePaymentMod", moved(kept, on(second, "60.00")))
    assert (after["AppliedToTxnRet"]["TxnID"], after["UnusedPayment"]) == (second, "40.00")
    assert desk.read("Invoice", first)["BalanceRemaining"] == "100.00"
    again = desk.make("ReceivePaymentMod", moved(after, on(second, "70.00"), on(first, "30.00")))
    assert again["UnusedPayment"] == "0.00"
    assert desk.code("ReceivePaymentMod", moved(after, on(first, "1.00"))) == 3200


def test_a_mod_cannot_spend_more_than_the_payment_or_less_than_it_spent(desk: Desk) -> None:
    key = desk.customer()
    made = desk.make("ReceivePaymentAdd", payment(key, "100.00", on(desk.invoice(key)["TxnID"], "100.00")))
    assert desk.code("ReceivePaymentMod", moved(made, TotalAmount="99.99")) == 3210
    other = desk.invoice(key, "500.00")["TxnID"]
    assert desk.code("ReceivePaymentMod", moved(made, on(other, "100.01"))) == 3210
    assert (
        desk.make("ReceivePaymentMod", moved(made, on(other, "250.00"), TotalAmount="250.00"))["TotalAmount"]
        == "250.00"
    )


def test_an_application_of_nothing_is_a_doubt(desk: Desk) -> None:
    key = desk.customer()
    made = desk.make("ReceivePaymentAdd", payment(key, "100.00", on(target := desk.invoice(key)["TxnID"], "100.00")))
    assert desk.code("ReceivePaymentMod", moved(made, on(target, "0.00"))) == 3210
    desk.app.control_setting("zero_application", "unapply")
    assert desk.make("ReceivePaymentMod", moved(made, on(target, "0.00")))["UnusedPayment"] == "100.00"


def test_credits_alone_create_nothing_and_give_no_id(desk: Desk) -> None:
    key = desk.customer()
    target, memo = desk.invoice(key)["TxnID"], desk.memo(key, "30.00")["TxnID"]
    uses = {"TxnID": target, "SetCredit": {"CreditTxnID": memo, "AppliedAmount": "30.00"}}
    said = desk.make("ReceivePaymentAdd", {"CustomerRef": {"ListID": key}, "AppliedToTxnAdd": uses})
    assert "TxnID" not in said
    assert desk.app.control_state("ReceivePayment") == []
    read = desk.read("Invoice", target)
    assert (read["BalanceRemaining"], read["LinkedTxn"]["TxnType"]) == ("70.00", "CreditMemo")
    assert desk.code("ReceivePaymentAdd", {"CustomerRef": {"ListID": key}, "AppliedToTxnAdd": uses}) == 3120


def test_a_discount_closes_what_the_money_leaves(desk: Desk) -> None:
    key = desk.customer()
    target = desk.invoice(key)["TxnID"]
    cut = {"DiscountAmount": "2.00", "DiscountAccountRef": {"FullName": "Discounts Given"}}
    made = desk.make("ReceivePaymentAdd", payment(key, "98.00", {**on(target, "98.00"), **cut}))
    assert (made["UnusedPayment"], made["AppliedToTxnRet"]["DiscountAmount"]) == ("0.00", "2.00")
    assert (desk.read("Invoice", target)["IsPaid"], desk.owed(key)[0]) == ("true", "0.00")


@pytest.mark.parametrize("entity", ["Charge", "JournalEntry"])
def test_charges_and_journal_entries_can_be_paid(desk: Desk, entity: str) -> None:
    key = desk.customer()
    made = desk.app.control_charge(key, 40) if entity == "Charge" else desk.app.control_journal(key, 40)
    assert desk.owed(key)[0] == "40.00"
    paid = desk.make("ReceivePaymentAdd", payment(key, "40.00", on(made, "40.00")))
    assert (paid["AppliedToTxnRet"]["TxnType"], desk.owed(key)[0]) == (entity, "0.00")


def test_a_deposited_payment_neither_changes_its_amount_nor_goes(desk: Desk) -> None:
    key = desk.customer()
    made = desk.make("ReceivePaymentAdd", payment(key, "100.00"))
    desk.app.control_deposit([made["TxnID"]])
    target = desk.invoice(key)["TxnID"]
    assert desk.code("ReceivePaymentMod", moved(made, TotalAmount="90.00")) == 3170
    assert desk.code("TxnDel", {"TxnDelType": "ReceivePayment", "TxnID": made["TxnID"]}) == 3160
    assert desk.make("ReceivePaymentMod", moved(made, on(target, "100.00")))["UnusedPayment"] == "0.00"
    row = desk.ask("DepositQuery", {"IncludeLineItems": "true"})[0]
    assert (row["DepositTotal"], row["DepositLineRet"]["TxnID"]) == ("100.00", made["TxnID"])


def test_a_payment_stays_on_its_own_receivables_account(desk: Desk) -> None:
    desk.app.control_create("Account", {"Name": "Other receivables", "AccountType": "AccountsReceivable"})
    key = desk.customer()
    other: Body = {"ARAccountRef": {"FullName": "Other receivables"}}
    made = desk.invoice(key, **other)["TxnID"]
    body = payment(key, "100.00", on(made, "100.00"))
    assert desk.code("ReceivePaymentAdd", body) == 3120
    assert desk.code("ReceivePaymentAdd", {"CustomerRef": body.pop("CustomerRef"), **other, **body}) == 0
