"""QuickBooks Online's own documents in the words of the stories."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from apps.connections.connecting import connect_account
from apps.connections.models import Company
from apps.platforms.base import Tokens
from apps.sandbox.quickbooks_online.app import PocketQuickBooks
from tests.features.ledger.base import TODAY, BookedInvoice, BookedLine, BookedPayment, Ledger

KINDS = {"customer": "Customer", "account": "Account", "item": "Item", "payment_method": "PaymentMethod"}


class QuickBooksOnline(Ledger):
    """One company of the pocket QuickBooks Online."""

    app = PocketQuickBooks
    chooses_tax: ClassVar[bool] = True
    notifies = "qbo"

    def connect(self, company: Company, settings: Any, **profile: Any) -> None:
        """A new company file, and our app's consent to it."""
        realm, url = self.control.new_company(**profile)["realm"], self.control.url
        granted = self.control.grant()
        settings.QBO_API_URL = f"{url}/v3"
        settings.QBO_DISCOVERY_URL = f"{url}/.well-known/openid_configuration"
        settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = granted["client_id"], granted["client_secret"]
        settings.QBO_WEBHOOK_VERIFIER = granted["webhook_verifier"]
        connect_account(company, "quickbooks_online", realm, Tokens(refresh=granted["refresh_token"]))

    def request(self, entity: str, verb: str = "create") -> tuple[str, str]:
        """Alone at the entity's own address, or several in a batch."""
        return "POST", rf"/({entity}|batch)$"

    def customers(self) -> list[str]:
        """Display names."""
        return sorted(row["DisplayName"] for row in self.control.state("Customer"))

    def parent_of(self, customer: str) -> str:
        """The customer whose job it is."""
        (row,) = [row for row in self.control.state("Customer") if row["DisplayName"] == customer]
        return _name(self._names("Customer"), row.get("ParentRef"))

    def named(self, entity: str, name: str) -> str:
        """By name, in its list."""
        return str(self.control.find(KINDS[entity], name))

    def invoices(self) -> list[BookedInvoice]:
        """Every invoice, by number."""
        people = self._names("Customer")
        rows = self.control.state("Invoice")
        return sorted((_invoice(row, people) for row in rows), key=lambda each: each.number)

    def payments(self) -> list[BookedPayment]:
        """Every payment, oldest first."""
        standing = [row for row in self.control.state("Payment") if not _voided(row)]
        names = {entity: self._names(entity) for entity in ("Customer", "PaymentMethod", "Account", "Invoice")}
        return sorted((_payment(row, names) for row in standing), key=lambda each: int(each.id))

    def account(self, name: str, kind: str) -> str:
        """A new account of the chart, by id."""
        return str(self.control.create(entity="Account", body={"Name": name, "AccountType": kind})["Id"])

    def own_customer(
        self, name: str, email: str = "", phone: str = "", first: str = "", last: str = "", parent: str = ""
    ) -> str:
        """A customer somebody makes in the books themselves."""
        body: dict[str, Any] = {"DisplayName": name, "GivenName": first or None, "FamilyName": last or None}
        body |= {"PrimaryEmailAddr": {"Address": email}} if email else {}
        body |= {"PrimaryPhone": {"FreeFormNumber": phone}} if phone else {}
        body |= {"Job": True, "ParentRef": {"value": self.named("customer", parent)}} if parent else {}
        return str(self.control.create(entity="Customer", body=body)["Id"])

    def edits_customer(self, customer: str, *, email: str = "", phone: str = "") -> None:
        """Give a customer another address or number."""
        body: dict[str, Any] = {"PrimaryEmailAddr": {"Address": email}} if email else {}
        body |= {"PrimaryPhone": {"FreeFormNumber": phone}} if phone else {}
        self.control.edit(entity="Customer", id=self.named("customer", customer), **body)

    def deactivates(self, customer: str) -> None:
        """Make a customer inactive."""
        self.control.edit(entity="Customer", id=self.named("customer", customer), Active=False)

    def contact(self, customer: str) -> tuple[str, str]:
        """E-mail and phone."""
        row = next(row for row in self.control.state("Customer") if row["DisplayName"] == customer)
        mail, phone = row.get("PrimaryEmailAddr") or {}, row.get("PrimaryPhone") or {}
        return str(mail.get("Address", "")), str(phone.get("FreeFormNumber", ""))

    def own_item(self, name: str, sku: str = "") -> str:
        """A product somebody makes in the books themselves."""
        income = self.named("account", "Sales of Product Income")
        body = {"Name": name, "Sku": sku or None, "Type": "NonInventory", "IncomeAccountRef": {"value": income}}
        return str(self.control.create(entity="Item", body=body)["Id"])

    def items(self) -> list[str]:
        """Names of products."""
        return sorted(row["Name"] for row in self.control.state("Item"))

    def renames(self, customer: str, name: str) -> None:
        """Give a customer another name."""
        self.control.edit(entity="Customer", id=self.named("customer", customer), DisplayName=name)

    def own_invoice(self, customer: str, number: str, amount: str, date: dt.date = TODAY) -> str:
        """An invoice somebody makes in the books themselves."""
        body = {
            "CustomerRef": {"value": self.named("customer", customer)},
            "DocNumber": number,
            "Line": [self._line(amount)],
        }
        return str(self.control.create(entity="Invoice", body={**body, "TxnDate": date.isoformat()})["Id"])

    def own_credit(self, customer: str, number: str, amount: str) -> str:
        """A credit memo somebody makes in the books themselves."""
        body = {
            "CustomerRef": {"value": self.named("customer", customer)},
            "DocNumber": number,
            "Line": [self._line(amount)],
        }
        return str(self.control.create(entity="CreditMemo", body={**body, "TxnDate": TODAY.isoformat()})["Id"])

    def edits_invoice(self, number: str, amount: str) -> None:
        """Make an invoice one line of another amount."""
        self.control.edit(entity="Invoice", id=self.invoice(number).id, Line=[self._line(amount)])

    def copies_payment(self, payment: BookedPayment, marker: str = "") -> None:
        """As somebody does who copies the memo too."""
        (row,) = [row for row in self.control.state("Payment") if row["Id"] == payment.id]
        body = {name: row[name] for name in ("CustomerRef", "TxnDate", "PaymentMethodRef", "TotalAmt")}
        self.control.create("Payment", {**body, "PrivateNote": marker or row["PrivateNote"]})

    def corrects_payment(self, payment: BookedPayment, amount: str) -> None:
        """Another TotalAmt; the rest of it stays unapplied."""
        self.control.edit(entity="Payment", id=payment.id, TotalAmt=float(amount))

    def drops_payment(self, payment: str) -> None:
        """Delete a payment."""
        self.control.delete(entity="Payment", id=payment)

    def _line(self, amount: str) -> dict[str, Any]:
        item = {"ItemRef": {"value": self.named("item", "Services")}, "TaxCodeRef": {"value": "NON"}}
        return {"DetailType": "SalesItemLineDetail", "Amount": float(amount), "SalesItemLineDetail": item}

    def _names(self, entity: str) -> dict[str, str]:
        """What the documents of an entity are called, by id."""
        words = ("DisplayName", "DocNumber", "Name")
        return {row["Id"]: next((row[word] for word in words if word in row), "") for row in self.control.state(entity)}


def _invoice(row: dict[str, Any], people: dict[str, str]) -> BookedInvoice:
    lines = [
        BookedLine(line.get("Description", ""), _money(line.get("Amount")))
        for line in row["Line"]
        if line["DetailType"] != "SubTotalLineDetail"
    ]
    return BookedInvoice(
        row["Id"], row.get("DocNumber", ""), _name(people, row["CustomerRef"]), row["TxnDate"], row.get("DueDate", ""),
        _money(row["TotalAmt"]), _money((row.get("TxnTaxDetail") or {}).get("TotalTax")), _money(row["Balance"]), lines,
        _voided(row),
    )  # fmt: skip


def _payment(row: dict[str, Any], names: dict[str, dict[str, str]]) -> BookedPayment:
    applied = {
        names["Invoice"][link["TxnId"]]: _money(line["Amount"])
        for line in row.get("Line") or []
        for link in line["LinkedTxn"]
        if link["TxnType"] == "Invoice"
    }
    marks = [word for word in str(row.get("PrivateNote", "")).split() if word.startswith("tieout:")]
    return BookedPayment(
        row["Id"], _name(names["Customer"], row["CustomerRef"]), _money(row["TotalAmt"]), row["TxnDate"],
        _name(names["PaymentMethod"], row.get("PaymentMethodRef")), _name(names["Account"], row.get("DepositToAccountRef")),
        row.get("PaymentRefNum", ""), _money(row.get("UnappliedAmt")), applied, "".join(marks[:1]),
    )  # fmt: skip


def _name(names: dict[str, str], reference: dict[str, str] | None) -> str:
    return names[reference["value"]] if reference else ""


def _voided(row: dict[str, Any]) -> bool:
    return str(row.get("PrivateNote", "")).startswith("Voided")


def _money(value: Any) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))
