"""What the stories ask of any books, in neutral words, and what a platform's pocket has to be told for it."""

from __future__ import annotations

import abc
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from apps.connections.models import Company
from apps.sandbox.control import Control
from apps.sandbox.frame import PocketApp

TODAY = dt.date(2026, 11, 20)
Parts = dict[str, str]
Wanted = tuple[str, str]


@dataclass(frozen=True)
class BookedLine:
    """A line of an invoice as it stands in the books."""

    text: str
    amount: Decimal


@dataclass(frozen=True)
class BookedInvoice:
    """An invoice as it stands in the books; a voided one is worth nothing."""

    id: str
    number: str
    customer: str
    date: str
    due: str
    total: Decimal
    tax: Decimal
    open: Decimal
    lines: list[BookedLine]
    voided: bool = False


@dataclass(frozen=True)
class BookedPayment:
    """A payment as it stands in the books, whatever documents it takes there; `applied` by invoice number."""

    id: str
    customer: str
    amount: Decimal
    date: str
    method: str
    account: str
    reference: str
    unapplied: Decimal
    applied: dict[str, Decimal] = field(default_factory=dict)
    marker: str = ""


class Ledger(abc.ABC):
    """The books as a bookkeeper reads and keeps them, straight on the pocket vendor."""

    #: The pocket vendor.
    app: ClassVar[type[PocketApp]]
    #: Whether they call us, so that nothing can be asked of them.
    calls_us: ClassVar[bool] = False
    #: Where payments go unless a mapping says otherwise.
    usual_account: ClassVar[str] = "Undeposited Funds"
    #: The word in the address of their notifications, "" where nobody notifies.
    notifies: ClassVar[str] = ""
    #: Whether a customer can stand below another there; elsewhere "Parent: Child" is its whole name.
    nests: ClassVar[bool] = True
    #: Whether these books know ways of paying.
    knows_methods: ClassVar[bool] = True
    #: Whether the amounts of an invoice with money on it can be changed.
    changes_paid_invoices: ClassVar[bool] = True
    #: Whether they choose the rates of an invoice by themselves.
    chooses_tax: ClassVar[bool] = False
    #: What is written there when a payment moves to another invoice.
    moving: ClassVar[Mapping[str, int]] = {"payment updated": 1}

    #: Whether what was brought to the bank cannot be put on another invoice any more.
    locks_deposited: ClassVar[bool] = True
    #: Whether they say of a payment that it is at the bank; the others only refuse when it is to be taken away.
    tells_deposits: ClassVar[bool] = True

    def __init__(self, control: Control) -> None:
        self.control = control

    @abc.abstractmethod
    def connect(self, company: Company, settings: Any, **profile: Any) -> None:
        """Make a new company in the pocket and connect it, as the `connect` command does."""

    @abc.abstractmethod
    def customers(self) -> list[str]:
        """The names of the customers, sorted."""

    @abc.abstractmethod
    def parent_of(self, customer: str) -> str:
        """The name of the customer it stands under, "" for none."""

    @abc.abstractmethod
    def invoices(self) -> list[BookedInvoice]:
        """Every invoice that was not deleted, by number."""

    @abc.abstractmethod
    def payments(self) -> list[BookedPayment]:
        """Every payment that stands, oldest first."""

    @abc.abstractmethod
    def account(self, name: str, kind: str) -> str:
        """A new account of the chart, by id."""

    @abc.abstractmethod
    def named(self, entity: str, name: str) -> str:
        """The id of a customer, account, item, rate of tax or way of paying; "" for a way of paying where they have none."""

    @abc.abstractmethod
    def own_customer(
        self, name: str, email: str = "", phone: str = "", first: str = "", last: str = "", parent: str = ""
    ) -> str:
        """A customer somebody makes in the books themselves; `parent` by name."""

    @abc.abstractmethod
    def edits_customer(self, customer: str, *, email: str = "", phone: str = "") -> None:
        """Give a customer another address or number."""

    @abc.abstractmethod
    def deactivates(self, customer: str) -> None:
        """Make a customer inactive."""

    @abc.abstractmethod
    def contact(self, customer: str) -> tuple[str, str]:
        """E-mail and phone of a customer."""

    @abc.abstractmethod
    def own_item(self, name: str, sku: str = "") -> str:
        """A product somebody makes in the books themselves."""

    @abc.abstractmethod
    def items(self) -> list[str]:
        """Names of products, sorted."""

    @abc.abstractmethod
    def renames(self, customer: str, name: str) -> None:
        """Give a customer another name."""

    @abc.abstractmethod
    def own_invoice(self, customer: str, number: str, amount: str, date: dt.date = TODAY) -> str:
        """An invoice somebody makes in the books themselves."""

    @abc.abstractmethod
    def own_credit(self, customer: str, number: str, amount: str) -> str:
        """A credit somebody gives in the books themselves."""

    @abc.abstractmethod
    def edits_invoice(self, number: str, amount: str) -> None:
        """Make an invoice one line of another amount."""

    @abc.abstractmethod
    def copies_payment(self, payment: BookedPayment, marker: str = "") -> None:
        """A payment like this one, mark and all (or with another mark), on nothing."""

    @abc.abstractmethod
    def corrects_payment(self, payment: BookedPayment, amount: str) -> None:
        """Another amount for a payment."""

    @abc.abstractmethod
    def drops_payment(self, payment: str) -> None:
        """Delete a payment."""

    def comes(self) -> bool:
        """Books that call us do so now; whether anything was said. The others are asked whenever we like."""
        return False

    def invoice(self, number: str) -> BookedInvoice:
        """The one invoice of this number."""
        (found,) = [each for each in self.invoices() if each.number == number]
        return found

    def refunds(self) -> list[tuple[str, Decimal]]:
        """Money that was paid back: to whom, and how much."""
        raise NotImplementedError("no story of refunds was told on these books yet")

    def owed(self, customer: str) -> Decimal:
        """What a customer owes by the books' own account."""
        return Decimal(str(self.control.balance(customer_id=self.named("customer", customer))))

    def method_shown(self, method: str) -> str:
        """How a way of paying stands on a payment."""
        return method if self.knows_methods else ""

    def deposits(self, payment: str) -> None:
        """Bring a payment to the bank."""
        self.control.deposit(payment_ids=[payment])

    def closes(self, date: dt.date | None) -> None:
        """Close the books up to a day; None opens them again."""
        self.control.close_books(date=date.isoformat() if date else None)

    def takes(
        self, amount: str, parts: Parts, date: dt.date = TODAY, customer: str = "", reference: str = "", method: str = "Check"
    ) -> str:  # fmt: skip
        """Receive a payment on invoices named by number; `customer` by name where there is no invoice."""
        documents = {number: self.invoice(number) for number in parts}
        payer = customer or next(each.customer for each in documents.values())
        apply = {documents[number].id: part for number, part in parts.items()}
        method = self.named("payment_method", method)
        return str(
            self.control.pay(
                customer_id=self.named("customer", payer), amount=amount, apply=apply, date=date.isoformat(),
                ref=reference, **({"method": method} if method else {}),
            )
        )  # fmt: skip

    def moves_payment(self, payment: str, parts: Parts) -> str:
        """Put a payment on other invoices; gives its id afterwards."""
        apply = {self.invoice(number).id: part for number, part in parts.items()}
        return str(self.control.move_payment(id=payment, apply=apply))

    def request(self, entity: str, verb: str = "create") -> Wanted:
        """Which requests of ours do this to such a thing: the method, and a regular expression for the path."""
        raise NotImplementedError("these books call us")

    def breaks(self, kind: str, entity: str, verb: str = "create", **fault: Any) -> None:
        """The next request that does this to such a thing goes wrong: "lose", "drop", "delay", "status"."""
        method, path = self.request(entity, verb)
        self.control.fault(kind=kind, method=method, path=path, **fault)

    def answered(self, entity: str, verb: str = "create") -> int:
        """How many such requests were done so far."""
        method, path = self.request(entity, verb)
        return sum(
            row["method"] == method and re.search(path, row["path"]) is not None and row["status"] == 200
            for row in self.control.log()
        )
