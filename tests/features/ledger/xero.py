"""Xero's own documents in the words of the stories."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from apps.connections.connecting import connect_account
from apps.connections.models import Company
from apps.platforms.base import Tokens
from apps.sandbox.xero.app import PocketXero
from tests.features.ledger.base import TODAY, BookedInvoice, BookedLine, BookedPayment, Ledger

KINDS = {"customer": "Contact", "account": "Account", "item": "Item", "tax_code": "TaxRate"}
#: Words of the stories for kinds of account.
ACCOUNTS = {"Bank": "BANK", "Income": "REVENUE", "Expense": "EXPENSE", "Other Current Liability": "CURRLIAB"}
#: Which of our requests make such a thing, and which change one.
CREATED = {"customer": "Contacts", "item": "Items", "invoice": "Invoices", "credit_memo": "CreditNotes",
           "payment": "(Payments|BatchPayments|BankTransactions)"}  # fmt: skip
#: Between the name of a customer and that of the one it stands under.
JOINT = ": "
MARK = re.compile(r"tieout:[^\s/]+:[^\s/]+:[^\s/]+:[^\s/]+")
DAY = re.compile(r"/Date\((\d+)")


class Xero(Ledger):
    """One organisation of the pocket Xero."""

    app = PocketXero
    usual_account: ClassVar[str] = "Checking"
    knows_methods: ClassVar[bool] = False
    nests: ClassVar[bool] = False
    changes_paid_invoices: ClassVar[bool] = False
    moving: ClassVar[Mapping[str, int]] = {"payment deleted": 1, "payment created": 1}

    def connect(self, company: Company, settings: Any, **profile: Any) -> None:
        """A new organisation, and our app's consent to it."""
        tenant, url = self.control.new_company(**profile)["tenant"], self.control.url
        granted = self.control.grant()
        settings.XERO_API_URL = settings.XERO_IDENTITY_URL = settings.XERO_LOGIN_URL = url
        settings.XERO_CLIENT_ID, settings.XERO_CLIENT_SECRET = granted["client_id"], granted["client_secret"]
        settings.XERO_WEBHOOK_KEY = granted["webhook_key"]
        connect_account(company, "xero", tenant, Tokens(refresh=granted["refresh_token"]))

    def request(self, entity: str, verb: str = "create") -> tuple[str, str]:
        """Several are made or changed together, at the list's own address."""
        return ("PUT" if verb == "create" else "POST"), rf"/{CREATED[entity]}$"

    def customers(self) -> list[str]:
        """What customers are called where nobody stands under anybody: behind the names of those above them."""
        return sorted(_own(row) for row in self._contacts())

    def parent_of(self, customer: str) -> str:
        """The customer in front of whose name it stands."""
        return str(self._contact(customer)["Name"]).rpartition(JOINT)[0]

    def named(self, entity: str, name: str) -> str:
        """By name, in its list; there are no ways of paying."""
        if entity == "payment_method":
            return ""
        return str(self._contact(name)["ContactID"] if entity == "customer" else self.control.find(KINDS[entity], name))

    def invoices(self) -> list[BookedInvoice]:
        """Every invoice to a customer, by number."""
        rows = self.control.state("Invoice")
        sold = [_invoice(row) for row in rows if row["Type"] == "ACCREC" and row["Status"] != "DELETED"]
        return sorted(sold, key=lambda each: each.number)

    def payments(self) -> list[BookedPayment]:
        """What was received in one go, oldest first: a payment or a batch, and what was left over of it."""
        together: dict[str, list[BookedPayment]] = {}
        for each in self._receipts():
            together.setdefault(each.marker or each.id, []).append(each)
        return [_joined(parts) for parts in together.values()]

    def account(self, name: str, kind: str) -> str:
        """A new account of the chart, by id."""
        numbered = {"Code": str(900 + len(self.control.state("Account")))}
        body = {"Name": name, "Type": ACCOUNTS[kind], **numbered}
        body |= {"BankAccountNumber": "1000200030"} if kind == "Bank" else {}
        return str(self.control.create(entity="Account", body=body)["AccountID"])

    def own_customer(
        self, name: str, email: str = "", phone: str = "", first: str = "", last: str = "", parent: str = ""
    ) -> str:
        """A contact somebody makes in the books themselves; under another one by its name alone."""
        words = {"Name": f"{self._contact(parent)['Name']}{JOINT}{name}" if parent else name}
        words |= {"FirstName": first, "LastName": last, "EmailAddress": email}
        body: dict[str, Any] = {key: value for key, value in words.items() if value} | _phones(phone)
        return str(self.control.create(entity="Contact", body=body)["ContactID"])

    def edits_customer(self, customer: str, *, email: str = "", phone: str = "") -> None:
        """Give a customer another address or number."""
        mail = {"EmailAddress": email} if email else {}
        self.control.edit(entity="Contact", id=self.named("customer", customer), **mail, **_phones(phone))

    def deactivates(self, customer: str) -> None:
        """Archive a contact."""
        self.control.archive(id=self.named("customer", customer))

    def contact(self, customer: str) -> tuple[str, str]:
        """E-mail and phone."""
        row = self._contact(customer)
        phone = next((each["PhoneNumber"] for each in row["Phones"] if each["PhoneType"] == "DEFAULT"), "")
        return str(row.get("EmailAddress", "")), str(phone)

    def own_item(self, name: str, sku: str = "") -> str:
        """A product somebody makes in the books themselves."""
        sold = {"AccountCode": "200", "TaxType": "NONE"}
        body = {"Code": sku or name[:30], "Name": name, "SalesDetails": sold}
        return str(self.control.create(entity="Item", body=body)["ItemID"])

    def items(self) -> list[str]:
        """Names of products."""
        return sorted(row["Name"] for row in self.control.state("Item"))

    def renames(self, customer: str, name: str) -> None:
        """Give a customer another name; who stands under somebody goes on doing so."""
        row = self._contact(customer)
        above = row["Name"].removesuffix(_own(row))
        self.control.edit(entity="Contact", id=row["ContactID"], Name=above + name)

    def own_invoice(self, customer: str, number: str, amount: str, date: dt.date = TODAY) -> str:
        """An invoice somebody makes in the books themselves."""
        head = {"InvoiceNumber": number, "Date": date.isoformat(), "DueDate": date.isoformat()}
        return str(self.control.create(entity="Invoice", body=self._document(customer, amount) | head)["InvoiceID"])

    def own_credit(self, customer: str, number: str, amount: str) -> str:
        """A credit note somebody makes in the books themselves."""
        head = {"CreditNoteNumber": number, "Date": TODAY.isoformat()}
        made = self.control.create(entity="CreditNote", body=self._document(customer, amount) | head)
        return str(made["CreditNoteID"])

    def edits_invoice(self, number: str, amount: str) -> None:
        """Make an invoice one line of another amount."""
        self.control.edit(entity="Invoice", id=self.invoice(number).id, LineItems=[_line(amount)])

    def copies_payment(self, payment: BookedPayment, marker: str = "") -> None:
        """As somebody does who enters it again with its reference, as money on no invoice."""
        said = " · ".join(filter(None, (payment.reference, marker or payment.marker)))
        self.control.pay(
            customer_id=self.named("customer", payment.customer), amount=str(payment.amount), apply={},
            date=payment.date, ref=said, method=payment.account or "Checking",
        )  # fmt: skip

    def corrects_payment(self, payment: BookedPayment, amount: str) -> None:
        """Remove it and enter it again with another amount, reference and all: nothing else can be done here."""
        invoices = {each.number: each for each in self.invoices()}
        self.drops_payment(payment.id)
        apply = {invoices[number].id: str(min(part, Decimal(amount))) for number, part in payment.applied.items()}
        self.control.pay(
            customer_id=self.named("customer", payment.customer), amount=amount, apply=apply, date=payment.date,
            ref=" · ".join(filter(None, (payment.reference, payment.marker))), method=payment.account,
        )  # fmt: skip

    def drops_payment(self, payment: str) -> None:
        """Delete a payment, with what was left over of it."""
        for key in self._documents_of(payment):
            self.control.delete(entity="Payment", id=key)

    def deposits(self, payment: str) -> None:
        """Match it with a line of the bank."""
        self.control.deposit(payment_ids=self._documents_of(payment))

    def _documents_of(self, payment: str) -> list[str]:
        receipts = list(self._receipts())
        mark = next(each.marker for each in receipts if each.id == payment)
        return [each.id for each in receipts if each.id == payment or (mark and each.marker == mark)]

    def _contacts(self) -> list[dict[str, Any]]:
        return [row for row in self.control.state("Contact") if row["ContactStatus"] == "ACTIVE"]

    def _contact(self, name: str) -> dict[str, Any]:
        """The contact of this name, or of this name behind those above it."""
        found = [row for row in self._contacts() if name in (row["Name"], _own(row))]
        return next((row for row in found if row["Name"] == name), found[0])

    def _document(self, customer: str, amount: str) -> dict[str, Any]:
        contact = {"Contact": {"ContactID": self.named("customer", customer)}}
        return {**contact, "LineAmountTypes": "Exclusive", "LineItems": [_line(amount)]}

    def _receipts(self) -> Iterator[BookedPayment]:
        """Each document that is money received, as Xero keeps it."""
        numbers = {row["InvoiceID"]: row["InvoiceNumber"] for row in self.control.state("Invoice")}
        money = [row for row in self.control.state("Payment") if _stands(row) and row["PaymentType"] == "ACCRECPAYMENT"]
        batches: set[str] = set()
        for row in money:
            batch = row.get("BatchPaymentID", "")
            if batch and batch in batches:
                continue
            batches.add(batch)
            members = [each for each in money if each.get("BatchPaymentID") == batch] if batch else [row]
            yield _payment(f"batch:{batch}" if batch else row["PaymentID"], members, numbers)
        banks = {row["OverpaymentID"]: row["BankAccount"]["Name"] for row in self.control.state("BankTransaction")
                 if "OverpaymentID" in row}  # fmt: skip
        for row in self.control.state("Overpayment"):
            if _stands(row):
                yield _credit(row, banks.get(row["OverpaymentID"], ""), numbers)


def _stands(row: dict[str, Any]) -> bool:
    return row["Status"] in ("AUTHORISED", "PAID")


def _own(contact: dict[str, Any]) -> str:
    return str(contact["Name"]).rpartition(JOINT)[2]


def _phones(number: str) -> dict[str, Any]:
    return {"Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": number}]} if number else {}


def _line(amount: str) -> dict[str, Any]:
    return {
        "Description": "Work done",
        "Quantity": 1,
        "UnitAmount": float(amount),
        "AccountCode": "200",
        "TaxType": "NONE",
    }


def _invoice(row: dict[str, Any]) -> BookedInvoice:
    lines = [BookedLine(line.get("Description", ""), _money(line.get("LineAmount"))) for line in row["LineItems"]]
    return BookedInvoice(
        row["InvoiceID"], row["InvoiceNumber"], _own(row["Contact"]), _day(row["Date"]), _day(row["DueDate"]),
        _money(row["Total"]), _money(row["TotalTax"]), _money(row["AmountDue"]), lines, row["Status"] == "VOIDED",
    )  # fmt: skip


def _payment(key: str, members: list[dict[str, Any]], numbers: dict[str, str]) -> BookedPayment:
    row, applied = members[0], {}
    for each in members:
        applied[numbers[each["Invoice"]["InvoiceID"]]] = _money(each["Amount"])
    reference, marker = _told(row.get("Reference", ""))
    return BookedPayment(
        key, _own(row["Invoice"]["Contact"]), sum(applied.values(), Decimal(0)), _day(row["Date"]), "",
        row["Account"]["Name"], reference, Decimal("0.00"), applied, marker,
    )  # fmt: skip


def _credit(row: dict[str, Any], account: str, numbers: dict[str, str]) -> BookedPayment:
    applied: dict[str, Decimal] = {}
    for each in row["Allocations"]:
        number = numbers[each["Invoice"]["InvoiceID"]]
        applied[number] = applied.get(number, Decimal(0)) + _money(each["Amount"])
    reference, marker = _told(row["LineItems"][0]["Description"])
    return BookedPayment(
        f"overpayment:{row['OverpaymentID']}", _own(row["Contact"]), _money(row["Total"]), _day(row["Date"]), "", account,
        reference, _money(row["RemainingCredit"]), applied, marker,
    )  # fmt: skip


def _joined(parts: list[BookedPayment]) -> BookedPayment:
    first, *rest = parts
    applied = dict(first.applied)
    for number, amount in ((number, amount) for each in rest for number, amount in each.applied.items()):
        applied[number] = applied.get(number, Decimal(0)) + amount
    return BookedPayment(
        first.id, first.customer, _sum(each.amount for each in parts), first.date, "", first.account, first.reference,
        _sum(each.unapplied for each in parts), applied, first.marker,
    )  # fmt: skip


def _told(text: str) -> tuple[str, str]:
    """A reference without our mark, and the mark without the number of its document."""
    found = MARK.search(text)
    return (text[: found.start()].rstrip(" ·"), found.group()) if found else (text, "")


def _day(value: str) -> str:
    found = DAY.match(value)
    assert found is not None, value
    return dt.datetime.fromtimestamp(int(found.group(1)) / 1000, dt.UTC).date().isoformat()


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _money(value: Any) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))
