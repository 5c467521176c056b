"""Money back: out of credit memos and unused payments, to a card or by check."""

from .desk import Body, Desk, on, payment


def refund(customer: str, *applied: tuple[str, str], **more: object) -> Body:
    rows = [{"TxnID": key, "RefundAmount": amount} for key, amount in applied]
    return {"CustomerRef": {"ListID": customer}, **more, "RefundAppliedToTxnAdd": rows}


def check(customer: str, key: str, amount: str, line: str | None = None, account: str = "Accounts Receivable") -> Body:
    expense = {"AccountRef": {"FullName": account}, "Amount": line or amount, "CustomerRef": {"ListID": customer}}
    return {"AccountRef": {"FullName": "Checking"}, "PayeeEntityRef": {"ListID": customer}, "RefNumber": "1042",
            "ApplyCheckToTxnAdd": {"TxnID": key, "Amount": amount}, "ExpenseLineAdd": expense}  # fmt: skip


def test_a_refund_uses_up_credit_memos_and_payments(desk: Desk) -> None:
    key = desk.customer()
    memo, paid = desk.memo(key)["TxnID"], desk.make("ReceivePaymentAdd", payment(key, "50.00"))["TxnID"]
    made = desk.make("ARRefundCreditCardAdd", refund(key, (memo, "60.00"), (paid, "50.00"), RefNumber="R1"))
    assert (made["TotalAmount"], made["RefundFromAccountRef"]["FullName"]) == ("110.00", "Undeposited Funds")
    assert [(row["TxnType"], row["CreditRemaining"]) for row in made["RefundAppliedToTxnRet"]] == [
        ("CreditMemo", "40.00"),
        ("ReceivePayment", "0.00"),
    ]
    assert desk.read("ReceivePayment", paid)["UnusedPayment"] == "0.00"
    assert desk.owed(key)[0] == "-40.00"


def test_a_refund_is_not_more_than_the_credit_and_of_the_same_customer(desk: Desk) -> None:
    key = desk.customer()
    memo = desk.memo(key)["TxnID"]
    assert desk.code("ARRefundCreditCardAdd", refund(key, (memo, "100.01"))) == 3210
    assert desk.code("ARRefundCreditCardAdd", refund(key, (memo, "0.00"))) == 3210
    assert desk.code("ARRefundCreditCardAdd", refund(desk.customer("Else"), (memo, "1.00"))) == 3120
    assert desk.code("ARRefundCreditCardAdd", refund(key, (desk.invoice(key)["TxnID"], "1.00"))) == 3120
    assert desk.code("ARRefundCreditCardAdd", refund(key, (memo, "100.00"))) == 0
    assert desk.code("ARRefundCreditCardAdd", refund(key, (memo, "0.01"))) == 3120


def test_a_check_pays_out_through_one_line_on_receivables(desk: Desk) -> None:
    key = desk.customer()
    paid = desk.make("ReceivePaymentAdd", payment(key, "46.52"))["TxnID"]
    assert desk.code("CheckAdd", check(key, paid, "46.52", account="Cost of Goods Sold")) == 3210
    assert desk.code("CheckAdd", check(key, paid, "46.52", line="46.00")) == 3210
    assert desk.code("CheckAdd", check(key, paid, "46.53")) == 3210
    made = desk.make("CheckAdd", check(key, paid, "46.52"))
    assert (made["Amount"], made["ExpenseLineRet"]["CustomerRef"]["FullName"]) == ("46.52", "Acme")
    assert desk.read("Check", made["TxnID"])["LinkedTxn"]["TxnID"] == paid
    assert (desk.read("ReceivePayment", paid)["UnusedPayment"], desk.owed(key)[0]) == ("0.00", "0.00")


def test_a_deleted_or_voided_refund_gives_the_credit_back(desk: Desk) -> None:
    key = desk.customer()
    memo = desk.memo(key)["TxnID"]
    for verb in ("TxnDel", "TxnVoid"):
        made = desk.make("ARRefundCreditCardAdd", refund(key, (memo, "100.00")))["TxnID"]
        assert desk.code(verb, {f"{verb}Type": "ARRefundCreditCard", "TxnID": made}) == 0
        assert desk.read("CreditMemo", memo)["CreditRemaining"] == "100.00"


def test_a_refunded_payment_cannot_be_deleted(desk: Desk) -> None:
    key = desk.customer()
    paid = desk.make("ReceivePaymentAdd", payment(key, "50.00", on(desk.invoice(key)["TxnID"], "20.00")))["TxnID"]
    desk.make("ARRefundCreditCardAdd", refund(key, (paid, "30.00")))
    assert desk.code("TxnDel", {"TxnDelType": "ReceivePayment", "TxnID": paid}) == 3160


def test_refunds_are_found_again_with_what_they_used(desk: Desk) -> None:
    key = desk.customer()
    memo = desk.memo(key)["TxnID"]
    made = desk.make("ARRefundCreditCardAdd", refund(key, (memo, "10.00"), RefNumber="R1"))
    assert "RefundAppliedToTxnRet" not in desk.ask("ARRefundCreditCardQuery", {"RefNumber": "r1"})[0]
    assert desk.read("ARRefundCreditCard", made["TxnID"])["RefundAppliedToTxnRet"]["TxnID"] == memo
