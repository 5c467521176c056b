"""Whatever is done in whatever order: nothing is paid twice, and what is owed adds up."""

import random
from collections.abc import Callable
from decimal import Decimal

import pytest

from .desk import Body, Desk, on, payment

CENT = Decimal("0.01")


class Clerk:
    """Does something at random that QuickBooks may refuse."""

    def __init__(self, desk: Desk, seed: int) -> None:
        print(f"seed {seed}")
        self.desk, self.dice = desk, random.Random(seed)
        parent = desk.customer("Parent")
        self.names = [parent, desk.customer("Job", ParentRef={"ListID": parent}), desk.customer("Else")]
        self.jobs: list[Callable[[], int]] = [self.sell, self.sell, self.credit, self.pay, self.pay, self.move, self.refund,
                                              self.remove, self.use]  # fmt: skip

    def amount(self) -> str:
        return str(Decimal(self.dice.randint(1, 200_00)) * CENT)

    def any(self, entity: str) -> Body:
        rows = self.desk.app.control_state(entity)
        return self.dice.choice(rows) if rows else {"TxnID": "1A00-1", "EditSequence": "1"}

    def targets(self) -> list[Body]:
        keys = {self.any("Invoice")["TxnID"] for _ in range(2)}
        return [on(key, self.amount()) for key in sorted(keys)]

    def sell(self) -> int:
        line = self.desk.line(self.amount(), self.dice.choice(["Tax", "Non"]))
        return self.desk.code(
            "InvoiceAdd", {"CustomerRef": {"ListID": self.dice.choice(self.names)}, "InvoiceLineAdd": line}
        )

    def credit(self) -> int:
        line = self.desk.line(self.amount())
        return self.desk.code(
            "CreditMemoAdd", {"CustomerRef": {"ListID": self.dice.choice(self.names)}, "CreditMemoLineAdd": line}
        )

    def pay(self) -> int:
        return self.desk.code("ReceivePaymentAdd", payment(self.dice.choice(self.names), "250.00", *self.targets()))

    def move(self) -> int:
        held = self.any("ReceivePayment")
        body = {"TxnID": held["TxnID"], "EditSequence": held["EditSequence"], "AppliedToTxnMod": self.targets()}
        return self.desk.code("ReceivePaymentMod", body)

    def use(self) -> int:
        wish = {"TxnID": self.any("Invoice")["TxnID"],
                "SetCredit": {"CreditTxnID": self.any("CreditMemo")["TxnID"], "AppliedAmount": self.amount()}}  # fmt: skip
        return self.desk.code("ReceivePaymentAdd", {"CustomerRef": {"ListID": self.names[0]}, "AppliedToTxnAdd": wish})

    def refund(self) -> int:
        held = self.any(self.dice.choice(["ReceivePayment", "CreditMemo"]))
        rows = {"TxnID": held["TxnID"], "RefundAmount": self.amount()}
        customer = held.get("CustomerRef", {}).get("ListID", self.names[0])
        return self.desk.code(
            "ARRefundCreditCardAdd", {"CustomerRef": {"ListID": customer}, "RefundAppliedToTxnAdd": rows}
        )

    def remove(self) -> int:
        verb = self.dice.choice(["TxnDel", "TxnVoid"])
        entity = self.dice.choice(["Invoice", "CreditMemo", "ARRefundCreditCard"])
        return self.desk.code(verb, {f"{verb}Type": entity, "TxnID": self.any(entity)["TxnID"]})

    def owed(self) -> Decimal:
        """By the totals of the documents alone."""
        state = self.desk.app.control_state
        bills = sum((Decimal(row["Subtotal"]) + Decimal(row["SalesTaxTotal"]) for row in state("Invoice")), Decimal(0))
        back = sum((Decimal(row["TotalAmount"]) for row in state("ARRefundCreditCard")), Decimal(0))
        given = sum(
            (Decimal(row["TotalAmount"]) for name in ("ReceivePayment", "CreditMemo") for row in state(name)),
            Decimal(0),
        )
        return bills + back - given

    def lefts(self) -> list[Decimal]:
        fields = {"Invoice": "BalanceRemaining", "ReceivePayment": "UnusedPayment", "CreditMemo": "CreditRemaining"}
        return [Decimal(row[field]) for name, field in fields.items() for row in self.desk.app.control_state(name)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_owed_adds_up_after_anything(desk: Desk, seed: int) -> None:
    clerk = Clerk(desk, seed)
    desk.app.control_setting("void_with_payment", "unapply")
    codes = {clerk.dice.choice(clerk.jobs)() for _ in range(150)}
    assert {0, 3120, 3210} <= codes
    assert min(clerk.lefts()) >= 0
    whole = [Decimal(desk.owed(name)[1]) for name in (clerk.names[0], clerk.names[2])]
    assert sum(whole) == clerk.owed()
