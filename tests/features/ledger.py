"""The books as a bookkeeper reads and keeps them: neutral words, one class per platform, straight on the pocket vendor."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from apps.sandbox.control import Control
from tests.world import TODAY

Parts = dict[str, str]


@dataclass(frozen=True)
class BookedLine:
    """A line of an invoice as it stands in the books."""

    text: str
    amount: Decimal


@dataclass(frozen=True)
class BookedInvoice:
    """An invoice as it stands in the books."""

    id: str
    number: str
    customer: str
    date: str
    due: str
    total: Decimal
    tax: Decimal
    open: Decimal
    lines: list[BookedLine]


@dataclass(frozen=True)
class BookedPayment:
    """A payment as it stands in the books; `applied` by invoice number."""

    id: str
    customer: str
    amount: Decimal
    date: str
    method: str
    account: str
    reference: str
    unapplied: Decimal
    applied: dict[str, Decimal] = field(default_factory=dict)


class Ledger(Protocol):
    """What the stories ask of any books."""

    def customers(self) -> list[str]: ...
    def invoices(self) -> list[BookedInvoice]: ...
    def invoice(self, number: str) -> BookedInvoice: ...
    def payments(self) -> list[BookedPayment]: ...
    def account(self, name: str, kind: str) -> str: ...
    def own_customer(
        self, name: str, email: str = "", phone: str = "", first: str = "", last: str = "", under: str = ""
    ) -> str: ...
    def renames(self, customer: str, name: str) -> None: ...
    def edits_customer(self, customer: str, *, email: str = "", phone: str = "") -> None: ...
    def deactivates(self, customer: str) -> None: ...
    def parent(self, customer: str) -> str: ...
    def contact(self, customer: str) -> tuple[str, str]: ...
    def own_item(self, name: str, sku: str = "") -> str: ...
    def items(self) -> list[str]: ...
    def own_invoice(self, customer: str, number: str, amount: str, date: dt.date = TODAY) -> str: ...
    def edits_invoice(self, number: str, amount: str) -> None: ...
    def deposits(self, payment: str) -> None: ...
    def takes(
        self, amount: str, parts: Parts, date: dt.date = TODAY, customer: str = "", reference: str = ""
    ) -> str: ...
    def edits_payment(self, payment: str, parts: Parts) -> None: ...


class QuickBooksOnline:
    """QuickBooks Online's own documents."""

    def __init__(self, control: Control) -> None:
        self.control = control

    def customers(self) -> list[str]:
        """Display names."""
        return sorted(row["DisplayName"] for row in self.control.state("Customer"))

    def invoices(self) -> list[BookedInvoice]:
        """Every invoice, by number."""
        return sorted(map(self._invoice, self.control.state("Invoice")), key=lambda each: each.number)

    def invoice(self, number: str) -> BookedInvoice:
        """The one invoice of this number."""
        (found,) = [each for each in self.invoices() if each.number == number]
        return found

    def payments(self) -> list[BookedPayment]:
        """Every payment, oldest first."""
        return sorted(map(self._payment, self.control.state("Payment")), key=lambda each: int(each.id))

    def account(self, name: str, kind: str) -> str:
        """A new account of the chart, by id."""
        return str(self.control.create(entity="Account", body={"Name": name, "AccountType": kind})["Id"])

    def own_customer(
        self, name: str, email: str = "", phone: str = "", first: str = "", last: str = "", under: str = ""
    ) -> str:
        """A customer somebody makes in the books themselves, below another one (`under`, by name) if that is given."""
        body: dict[str, Any] = {"DisplayName": name, "GivenName": first or None, "FamilyName": last or None}
        body |= {"PrimaryEmailAddr": {"Address": email}} if email else {}
        body |= {"PrimaryPhone": {"FreeFormNumber": phone}} if phone else {}
        body |= {"Job": True, "ParentRef": {"value": self.control.find("Customer", under)}} if under else {}
        return str(self.control.create(entity="Customer", body=body)["Id"])

    def edits_customer(self, customer: str, *, email: str = "", phone: str = "") -> None:
        """Give a customer another address or number."""
        body: dict[str, Any] = {"PrimaryEmailAddr": {"Address": email}} if email else {}
        body |= {"PrimaryPhone": {"FreeFormNumber": phone}} if phone else {}
        self.control.edit(entity="Customer", id=self.control.find("Customer", customer), **body)

    def deactivates(self, customer: str) -> None:
        """Make a customer inactive."""
        self.control.edit(entity="Customer", id=self.control.find("Customer", customer), Active=False)

    def parent(self, customer: str) -> str:
        """The name of the customer above, "" for none."""
        rows = {row["Id"]: row for row in self.control.state("Customer")}
        above = (rows[self.control.find("Customer", customer)].get("ParentRef") or {}).get("value", "")
        return str(rows[above]["DisplayName"]) if above else ""

    def contact(self, customer: str) -> tuple[str, str]:
        """E-mail and phone."""
        row = next(row for row in self.control.state("Customer") if row["DisplayName"] == customer)
        mail, phone = row.get("PrimaryEmailAddr") or {}, row.get("PrimaryPhone") or {}
        return str(mail.get("Address", "")), str(phone.get("FreeFormNumber", ""))

    def own_item(self, name: str, sku: str = "") -> str:
        """A product somebody makes in the books themselves."""
        income = self.control.find("Account", "Sales of Product Income")
        body = {"Name": name, "Sku": sku or None, "Type": "NonInventory", "IncomeAccountRef": {"value": income}}
        return str(self.control.create(entity="Item", body=body)["Id"])

    def items(self) -> list[str]:
        """Names of products."""
        return sorted(row["Name"] for row in self.control.state("Item"))

    def renames(self, customer: str, name: str) -> None:
        """Give a customer another name."""
        self.control.edit(entity="Customer", id=self.control.find("Customer", customer), DisplayName=name)

    def own_invoice(self, customer: str, number: str, amount: str, date: dt.date = TODAY) -> str:
        """An invoice somebody makes in the books themselves."""
        body = {
            "CustomerRef": {"value": self.control.find("Customer", customer)},
            "DocNumber": number,
            "Line": [self._line(amount)],
        }
        return str(self.control.create(entity="Invoice", body={**body, "TxnDate": date.isoformat()})["Id"])

    def own_credit(self, customer: str, number: str, amount: str) -> str:
        """A credit memo somebody makes in the books themselves."""
        body = {
            "CustomerRef": {"value": self.control.find("Customer", customer)},
            "DocNumber": number,
            "Line": [self._line(amount)],
        }
        return str(self.control.create(entity="CreditMemo", body={**body, "TxnDate": TODAY.isoformat()})["Id"])

    def edits_invoice(self, number: str, amount: str) -> None:
        """Make an invoice one line of another amount."""
        self.control.edit(entity="Invoice", id=self.invoice(number).id, Line=[self._line(amount)])

    def deposits(self, payment: str) -> None:
        """Bring a payment to the bank."""
        self.control.deposit(payment_ids=[payment])

    def takes(self, amount: str, parts: Parts, date: dt.date = TODAY, customer: str = "", reference: str = "") -> str:
        """Receive a payment on invoices named by number; `customer` by name where there is no invoice."""
        documents = {number: self.invoice(number) for number in parts}
        payer = customer or next(each.customer for each in documents.values())
        apply = {documents[number].id: part for number, part in parts.items()}
        return str(
            self.control.pay(
                customer_id=self.control.find("Customer", payer), amount=amount, apply=apply, date=date.isoformat(), ref=reference,
                method=self.control.find("PaymentMethod", "Check"),
            )
        )  # fmt: skip

    def edits_payment(self, payment: str, parts: Parts) -> None:
        """Put a payment on other invoices."""
        self.control.move_payment(id=payment, apply={self.invoice(number).id: part for number, part in parts.items()})

    def _line(self, amount: str) -> dict[str, Any]:
        item = {"ItemRef": {"value": self.control.find("Item", "Services")}, "TaxCodeRef": {"value": "NON"}}
        return {"DetailType": "SalesItemLineDetail", "Amount": float(amount), "SalesItemLineDetail": item}

    def _invoice(self, row: dict[str, Any]) -> BookedInvoice:
        lines = [
            BookedLine(line.get("Description", ""), _money(line.get("Amount")))
            for line in row["Line"]
            if line["DetailType"] != "SubTotalLineDetail"
        ]
        tax = _money((row.get("TxnTaxDetail") or {}).get("TotalTax"))
        return BookedInvoice(
            row["Id"], row.get("DocNumber", ""), self._name("Customer", row["CustomerRef"]), row["TxnDate"], row.get("DueDate", ""),
            _money(row["TotalAmt"]), tax, _money(row["Balance"]), lines,
        )  # fmt: skip

    def _payment(self, row: dict[str, Any]) -> BookedPayment:
        numbers = {doc["Id"]: doc.get("DocNumber", "") for doc in self.control.state("Invoice")}
        applied = {
            numbers[link["TxnId"]]: _money(line["Amount"])
            for line in row.get("Line") or []
            for link in line["LinkedTxn"]
            if link["TxnType"] == "Invoice"
        }
        return BookedPayment(
            row["Id"], self._name("Customer", row["CustomerRef"]), _money(row["TotalAmt"]), row["TxnDate"],
            self._name("PaymentMethod", row.get("PaymentMethodRef")), self._name("Account", row.get("DepositToAccountRef")),
            row.get("PaymentRefNum", ""), _money(row.get("UnappliedAmt")), applied,
        )  # fmt: skip

    def _name(self, entity: str, reference: dict[str, str] | None) -> str:
        rows = {row["Id"]: row.get("DisplayName") or row["Name"] for row in self.control.state(entity)}
        return str(rows[reference["value"]]) if reference else ""


def _money(value: Any) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))


#: The books every story is told on, by platform key.
LEDGERS = {"quickbooks_online": QuickBooksOnline}
