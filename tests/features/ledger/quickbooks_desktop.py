"""QuickBooks Desktop's own documents in the words of the stories; the pocket Web Connector calls us."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

from apps.connections.mailboxes import make_mailbox
from apps.connections.models import Company
from apps.sandbox.quickbooks_desktop.app import PocketDesktop
from tests.features.ledger.base import TODAY, BookedInvoice, BookedLine, BookedPayment, Ledger

KINDS = {"customer": "Customer", "account": "Account", "item": "ItemService", "payment_method": "PaymentMethod"}
SOLD = ("ItemService", "ItemNonInventory", "ItemInventory", "ItemOtherCharge")
#: What a request of ours calls such a thing, by what it does to it.
NAMES = {"invoice": "Invoice", "payment": "ReceivePayment", "customer": "Customer", "credit_memo": "CreditMemo"}
MESSAGES = {"create": "<{}AddRq", "update": "<{}ModRq", "void": "<TxnVoidType>{}<", "delete": "<TxnDelType>{}<"}
#: What the connector says of a session for which there was nothing to do, or which another one kept out.
FOR_NOTHING = frozenset({"No data exchange required", "The application is busy"})
#: Then it comes again so often, this many seconds later.
PATIENCE, PAUSE = 40, 0.02


class QuickBooksDesktop(Ledger):
    """One company file of the pocket QuickBooks Desktop."""

    app = PocketDesktop
    calls_us = True
    locks_deposited = False
    tells_deposits = False

    def connect(self, company: Company, settings: Any, **profile: Any) -> None:
        """A new company file, and our .qwc file added to its Web Connector."""
        self.control.new_company(**profile)
        self.session: dict[str, Any] = {}
        self.done: list[str] = []
        self.mailbox = make_mailbox(company, "quickbooks_desktop")
        self.control.connect(qwc=self.mailbox.file.decode(), password=self.mailbox.password)

    def comes(self) -> bool:
        """One session of the Web Connector, as soon as there is something to say."""
        for _ in range(PATIENCE):
            self.session = self.control.poll()
            if self.session["status"] not in FOR_NOTHING:
                break
            time.sleep(PAUSE)
        self.done += self.session["requests"][: len(self.session["answers"])]
        return bool(self.session["requests"])

    def request(self, entity: str, verb: str = "create") -> tuple[str, str]:
        """The message of a letter."""
        return "LETTER", MESSAGES[verb].format(NAMES[entity])

    def breaks(self, kind: str, entity: str, verb: str = "create", **fault: Any) -> None:
        """The next session ends at this request: before QuickBooks does it, or after it did, its answer never sent."""
        self.control.cut(at=self.request(entity, verb)[1], when={"lose": "after", "drop": "before"}[kind])

    def answered(self, entity: str, verb: str = "create") -> int:
        """How many such requests QuickBooks answered in all sessions so far."""
        return sum(self.request(entity, verb)[1] in text for text in self.done)

    def customers(self) -> list[str]:
        """Names without the path of a job."""
        return sorted(row["Name"] for row in self.control.state("Customer"))

    def parent_of(self, customer: str) -> str:
        """The customer whose job it is."""
        return _name(self._customer(customer).get("ParentRef"))

    def named(self, entity: str, name: str) -> str:
        """By name, in its list; a job by its own."""
        if entity == "customer":
            return str(self._customer(name)["ListID"])
        if entity == "tax_code":
            return f"ItemSalesTax:{self.control.find('ItemSalesTax', name)}"
        return str(self.control.find(KINDS[entity], name))

    def _customer(self, name: str) -> dict[str, Any]:
        (row,) = [row for row in self.control.state("Customer") if row["Name"] == name]
        return dict(row)

    def invoices(self) -> list[BookedInvoice]:
        """Every invoice, by number."""
        return sorted(map(_invoice, self.control.state("Invoice")), key=lambda each: each.number)

    def payments(self) -> list[BookedPayment]:
        """Every payment, oldest first."""
        rows = sorted(self.control.state("ReceivePayment"), key=lambda row: int(row["TxnNumber"]))
        return [_payment(row) for row in rows]

    def account(self, name: str, kind: str) -> str:
        """A new account of the chart, by id."""
        return self._made("Account", {"Name": name, "AccountType": kind})

    def _made(self, entity: str, body: dict[str, Any]) -> str:
        row = self.control.create(entity=entity, body=body)
        return str(row.get("ListID") or row["TxnID"])

    def own_customer(
        self, name: str, email: str = "", phone: str = "", first: str = "", last: str = "", parent: str = ""
    ) -> str:
        """A customer somebody makes in the books themselves."""
        said = {"FirstName": first, "LastName": last, "Phone": phone, "Email": email}
        body: dict[str, Any] = {"Name": name, **{field: text for field, text in said.items() if text}}
        body |= {"ParentRef": self.named("customer", parent)} if parent else {}
        return self._made("Customer", body)

    def edits_customer(self, customer: str, *, email: str = "", phone: str = "") -> None:
        """Give a customer another address or number."""
        said = {"Email": email, "Phone": phone}
        self._edit_customer(customer, **{field: text for field, text in said.items() if text})

    def _edit_customer(self, customer: str, **fields: Any) -> None:
        self.control.edit(entity="Customer", id=self.named("customer", customer), **fields)

    def deactivates(self, customer: str) -> None:
        """Make a customer inactive."""
        self._edit_customer(customer, IsActive=False)

    def renames(self, customer: str, name: str) -> None:
        """Give a customer another name."""
        self._edit_customer(customer, Name=name)

    def contact(self, customer: str) -> tuple[str, str]:
        """E-mail and phone."""
        row = self._customer(customer)
        return str(row.get("Email", "")), str(row.get("Phone", ""))

    def own_item(self, name: str, sku: str = "") -> str:
        """A product somebody makes in the books themselves."""
        income = self.named("account", "Sales of Product Income")
        body: dict[str, Any] = {"Name": name, "SalesOrPurchase": {"Price": "0.00", "AccountRef": income}}
        body |= {"ManufacturerPartNumber": sku} if sku else {}
        return f"ItemNonInventory:{self._made('ItemNonInventory', body)}"

    def items(self) -> list[str]:
        """Names of products."""
        return sorted(row["Name"] for kind in SOLD for row in self.control.state(kind))

    def own_invoice(self, customer: str, number: str, amount: str, date: dt.date = TODAY) -> str:
        """An invoice somebody makes in the books themselves."""
        return self._own_sale("Invoice", customer, number, amount, date)

    def own_credit(self, customer: str, number: str, amount: str) -> str:
        """A credit memo somebody makes in the books themselves."""
        return self._own_sale("CreditMemo", customer, number, amount, TODAY)

    def _own_sale(self, entity: str, customer: str, number: str, amount: str, date: dt.date) -> str:
        body = {"CustomerRef": self.named("customer", customer), "RefNumber": number, "TxnDate": date.isoformat()}
        return self._made(entity, {**body, f"{entity}LineAdd": [_line(amount)]})

    def edits_invoice(self, number: str, amount: str) -> None:
        """Make an invoice one line of another amount."""
        lines = [{"TxnLineID": "-1", **_line(amount)}]
        self.control.edit(entity="Invoice", id=self.invoice(number).id, InvoiceLineMod=lines)

    def copies_payment(self, payment: BookedPayment, marker: str = "") -> None:
        """As somebody does who copies the memo too."""
        (row,) = [row for row in self.control.state("ReceivePayment") if row["TxnID"] == payment.id]
        body = {name: row[name]["ListID"] for name in ("CustomerRef", "PaymentMethodRef") if name in row}
        body |= {"TxnDate": row["TxnDate"], "TotalAmount": row["TotalAmount"], "IsAutoApply": "false"}
        self._made("ReceivePayment", {**body, "Memo": marker or row["Memo"]})

    def corrects_payment(self, payment: BookedPayment, amount: str) -> None:
        """Another TotalAmount; the rest of it stays unapplied."""
        self.control.edit(entity="ReceivePayment", id=payment.id, TotalAmount=f"{Decimal(amount):.2f}")

    def drops_payment(self, payment: str) -> None:
        """Delete a payment."""
        self.control.delete(entity="ReceivePayment", id=payment)


def _line(amount: str) -> dict[str, Any]:
    return {"ItemRef": "Services", "Amount": f"{Decimal(amount):.2f}", "SalesTaxCodeRef": "Non"}


def _invoice(row: dict[str, Any]) -> BookedInvoice:
    lines = [BookedLine(line.get("Desc", ""), _money(line.get("Amount"))) for line in row["InvoiceLineRet"]]
    tax = _money(row.get("SalesTaxTotal"))
    return BookedInvoice(
        row["TxnID"], row.get("RefNumber", ""), _name(row["CustomerRef"]), row["TxnDate"], row.get("DueDate", ""),
        _money(row["Subtotal"]) + tax, tax, _money(row["BalanceRemaining"]), lines, row.get("Memo", "").startswith("VOID:"),
    )  # fmt: skip


def _payment(row: dict[str, Any]) -> BookedPayment:
    applied = {link.get("RefNumber", ""): _money(link["Amount"]) for link in row["AppliedToTxnRet"]}
    marks = [word for word in row.get("Memo", "").split() if word.startswith("tieout:")]
    return BookedPayment(
        row["TxnID"], _name(row["CustomerRef"]), _money(row["TotalAmount"]), row["TxnDate"],
        _name(row.get("PaymentMethodRef")), _name(row.get("DepositToAccountRef")), row.get("RefNumber", ""),
        _money(row["UnusedPayment"]), applied, "".join(marks[:1]),
    )  # fmt: skip


def _name(reference: dict[str, str] | None) -> str:
    return reference["FullName"].rpartition(":")[2] if reference else ""


def _money(value: Any) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))
