"""Voiding, deleting, and what the deleted queries remember."""

from .desk import Desk, on, payment

DAY = 86_400


def gone(desk: Desk, verb: str, entity: str, key: str) -> int:
    return desk.code(verb, {f"{verb}Type": entity, "ListID" if verb == "ListDel" else "TxnID": key})


def test_a_void_leaves_an_invoice_over_nothing(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key, "100.00", "Tax", RefNumber="7", Memo="work")
    said = desk.one(f"<TxnVoidRq><TxnVoidType>Invoice</TxnVoidType><TxnID>{made['TxnID']}</TxnID></TxnVoidRq>")
    assert said.findtext("RefNumber") == "7"
    after = desk.read("Invoice", made["TxnID"])
    assert (after["Subtotal"], after["SalesTaxTotal"], after["BalanceRemaining"]) == ("0.00", "0.00", "0.00")
    assert (after["Memo"], after["IsPaid"], after["InvoiceLineRet"]["Amount"]) == ("VOID: work", "true", "0.00")
    assert desk.owed(key)[0] == "0.00"
    assert gone(desk, "TxnVoid", "Invoice", made["TxnID"]) == 0
    assert desk.read("Invoice", made["TxnID"])["Memo"] == "VOID: work"


def test_an_invoice_with_a_payment_is_neither_voided_nor_deleted(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key)["TxnID"]
    paid = desk.make("ReceivePaymentAdd", payment(key, "100.00", on(made, "100.00")))["TxnID"]
    assert (gone(desk, "TxnVoid", "Invoice", made), gone(desk, "TxnDel", "Invoice", made)) == (3185, 3160)
    desk.app.control_setting("void_with_payment", "unapply")
    assert gone(desk, "TxnVoid", "Invoice", made) == 0
    assert desk.read("ReceivePayment", paid)["UnusedPayment"] == "100.00"


def test_a_credit_memo_in_use_stays(desk: Desk) -> None:
    key = desk.customer()
    made, memo = desk.invoice(key)["TxnID"], desk.memo(key)["TxnID"]
    uses = {"TxnID": made, "SetCredit": {"CreditTxnID": memo, "AppliedAmount": "30.00"}}
    desk.make("ReceivePaymentAdd", {"CustomerRef": {"ListID": key}, "AppliedToTxnAdd": uses})
    assert gone(desk, "TxnVoid", "CreditMemo", memo) == 3185
    desk.app.control_void("CreditMemo", memo)
    assert desk.read("Invoice", made)["BalanceRemaining"] == "100.00"


def test_a_deleted_payment_opens_its_invoices_again(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key)
    paid = desk.make("ReceivePaymentAdd", payment(key, "100.00", on(made["TxnID"], "100.00"), RefNumber="c-1"))["TxnID"]
    before = desk.read("Invoice", made["TxnID"])
    assert gone(desk, "TxnDel", "ReceivePayment", paid) == 0
    after = desk.read("Invoice", made["TxnID"])
    assert (after["BalanceRemaining"], "LinkedTxn" in after) == ("100.00", False)
    assert after["EditSequence"] != before["EditSequence"]
    assert gone(desk, "TxnDel", "ReceivePayment", paid) == 3120
    row = desk.ask("TxnDeletedQuery", {"TxnDelType": ["Invoice", "ReceivePayment"]})[0]
    assert (row["TxnDelType"], row["TxnID"], row["RefNumber"]) == ("ReceivePayment", paid, "c-1")


def test_deletions_are_remembered_for_ninety_days(desk: Desk) -> None:
    now = 1_790_000_000.0
    desk.app.clock = lambda: now
    made = desk.invoice(desk.customer())["TxnID"]
    desk.app.control_delete("Invoice", made)
    now += 89 * DAY
    assert len(desk.ask("TxnDeletedQuery", {"TxnDelType": "Invoice"})) == 1
    late = {"FromDeletedDate": "2026-12-01T00:00:00-08:00"}
    assert desk.code("TxnDeletedQuery", {"TxnDelType": "Invoice", "DeletedDateRangeFilter": late}) == 1
    now += 2 * DAY
    assert desk.code("TxnDeletedQuery", {"TxnDelType": "Invoice"}) == 1


def test_only_unused_list_entries_can_be_deleted(desk: Desk) -> None:
    parent, free = desk.customer(), desk.customer("Free")
    job = desk.customer("Job", ParentRef={"ListID": parent})
    desk.invoice(job)
    assert [gone(desk, "ListDel", "Customer", key) for key in (parent, job, free)] == [3160, 3160, 0]
    assert gone(desk, "ListDel", "ItemService", desk.service) == 3160
    row = desk.ask("ListDeletedQuery", {"ListDelType": "Customer"})[0]
    assert (row["ListID"], row["FullName"]) == (free, "Free")
