"""What people do in QuickBooks' own screens, and the switches of this pocket: its control verbs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from apps.sandbox.frame import PocketApp
from apps.sandbox.quickbooks_desktop.company import ENTITIES, LISTS, Company, space_of
from apps.sandbox.quickbooks_desktop.messages import ADDS, MODS, carry_out
from apps.sandbox.quickbooks_desktop.money import ZERO, amount, cents, dec
from apps.sandbox.quickbooks_desktop.recovery import KIND
from apps.sandbox.quickbooks_desktop.references import Change
from apps.sandbox.quickbooks_desktop.refusals import Refusal
from apps.sandbox.quickbooks_desktop.removal import delete_entry, delete_transaction, void
from apps.sandbox.quickbooks_desktop.render import ret
from apps.sandbox.quickbooks_desktop.seed import seed
from apps.sandbox.quickbooks_desktop.settings import DEFAULTS
from apps.sandbox.store import Document

FILE = "C:\\QB\\pocket.qbw"
DEPOSIT_ITEM = "Customer deposits"
SALES_ITEM = "Services"
Amounts = dict[str, str | float]


def bare(key: str) -> str:
    """A ListID or TxnID, also out of an id with its entity before it: ItemService:80000001-1, JournalEntry:1A01-1:1."""
    parts = str(key).split(":")
    return parts[1] if len(parts) > 1 else parts[0]


class People(PocketApp):
    """The bookkeeper's hands: every edit makes a new EditSequence, and closed books are no obstacle."""

    settings: dict[str, Any]

    def company(self) -> Company:
        """The company file; LookupError before there is one."""
        raise NotImplementedError

    def _by_hand(
        self, rule: Callable[..., Document], entity: str, *arguments: Any, body: Document | None = None
    ) -> Document:
        """Carry out a rule as a person; ValueError with the status when even the screens refuse."""
        if entity not in ENTITIES:
            raise LookupError(f"no entity {entity!r}; there are {sorted(ENTITIES)}")
        change = Change(self.company(), entity, _typed(body or {}), ui=True)
        self.company().begin()
        try:
            return rule(change, *arguments) if arguments else carry_out(rule, change)
        except Refusal as refusal:
            self.company().rollback()
            raise ValueError(str(refusal)) from refusal

    def control_new_company(
        self,
        name: str = "Pocket Company",
        country: str = "US",
        tax_percent: str = "8.25",
        file: str = FILE,
        classes: bool = False,
        inventory: bool = False,
        sales_tax: bool = True,
    ) -> Document:
        """A company file with its chart of accounts; nothing happens when there is one."""
        company = self.file()
        if not company.profile:
            company.set_profile(name=name, country=country, file=file, classes=classes, inventory=inventory,
                                sales_tax=sales_tax, stamps={})  # fmt: skip
            seed(company, str(tax_percent))
        return {"file": company.profile["file"], "company": company.profile["name"]}

    def file(self) -> Company:
        """The company file, also while it is empty."""
        raise NotImplementedError

    def control_profile(self, **values: Any) -> Document:
        """Switch a preference of the company: classes, inventory, sales_tax, name, file."""
        strange = set(values) - {"classes", "inventory", "sales_tax", "name", "file"}
        if strange:
            raise LookupError(f"no preference {sorted(strange)}")
        self.company().set_profile(**values)
        return self.company().profile

    def control_close_books(self, date: str | None = None) -> None:
        """Close up to and including a date; None opens them again."""
        self.company().set_profile(closing_date=date)

    def control_create(self, entity: str, body: Document) -> Document:
        """Make a document in the screens; `body` is what an Add request holds, references may be a name or an id."""
        return ret(self.company(), self._by_hand(_rule(ADDS, entity), entity, body=body))

    def control_edit(self, entity: str, id: str, **fields: Any) -> Document:
        """Change fields in the screens, whatever the EditSequence; lines as in a Mod request."""
        field = "ListID" if entity in LISTS else "TxnID"
        body = {**fields, field: bare(id)}
        return ret(self.company(), self._by_hand(MODS.get(entity, _plain_edit), entity, body=body))

    def control_delete(self, entity: str, id: str) -> None:
        """Delete in the screens: what lay on it is credit again."""
        self._by_hand(delete_entry if entity in LISTS else delete_transaction, entity, bare(id))

    def control_void(self, entity: str, id: str) -> None:
        """Void in the screens: what lay on it is credit again."""
        self._by_hand(void, entity, bare(id))

    def control_pay(
        self,
        customer_id: str,
        amount: str | float,
        apply: Amounts | None = None,
        date: str | None = None,
        ref: str = "",
        method: str | None = None,
    ) -> str:
        """Receive a payment; `apply` maps invoice ids to amounts, `method` is the id or name of a payment method."""
        body: Document = {"CustomerRef": bare(customer_id), "TotalAmount": _money(amount), "RefNumber": ref}
        body |= {"TxnDate": date} if date else {}
        body |= {"PaymentMethodRef": str(method)} if method else {}
        body |= {"AppliedToTxnAdd": _applied(apply)} if apply else {"IsAutoApply": "false"}
        return str(self._by_hand(ADDS["ReceivePayment"], "ReceivePayment", body=body)["id"])

    def control_move_payment(self, id: str, apply: Amounts) -> str:
        """Put a payment on other invoices; the id stays."""
        self.control_edit("ReceivePayment", id, AppliedToTxnMod=_applied(apply))
        return bare(id)

    def control_deposit(self, payment_ids: list[str], date: str | None = None) -> str:
        """Deposit payments from Undeposited Funds to Checking."""
        body: Document = {"DepositToAccountRef": self.company().profile["accounts"]["checking"]}
        body |= {"TxnDate": date} if date else {}
        body["DepositLineAdd"] = [{"PaymentTxnID": bare(key)} for key in payment_ids]
        return str(self._by_hand(ADDS["Deposit"], "Deposit", body=body)["id"])

    def control_journal(self, customer_id: str, amount: str | float, date: str | None = None, ref: str = "") -> str:
        """A journal entry that makes a customer owe more, or less when the amount is negative."""
        accounts, value = self.company().profile["accounts"], dec(amount)
        owed: Document = {"AccountRef": accounts["receivable"], "EntityRef": bare(customer_id)}
        other: Document = {"AccountRef": accounts["sales"]}
        debit, credit = (owed, other) if value >= 0 else (other, owed)
        body: Document = {"RefNumber": ref, **({"TxnDate": date} if date else {})}
        body["JournalDebitLine"] = [{**debit, "Amount": _money(abs(value))}]
        body["JournalCreditLine"] = [{**credit, "Amount": _money(abs(value))}]
        return str(self._by_hand(ADDS["JournalEntry"], "JournalEntry", body=body)["id"])

    def control_charge(self, customer_id: str, amount: str | float, date: str | None = None) -> str:
        """A statement charge: owed without an invoice."""
        body = {"CustomerRef": bare(customer_id), "ItemRef": {"FullName": SALES_ITEM}, "Amount": _money(amount)}
        body |= {"TxnDate": date} if date else {}
        return str(self._by_hand(ADDS["Charge"], "Charge", body=body)["id"])

    def control_own_vendor(self, name: str) -> str:
        """A vendor of the bookkeeper's; its name is taken for customers too."""
        return str(self._by_hand(ADDS["Vendor"], "Vendor", body={"Name": name})["id"])

    def control_deposit_item(self) -> str:
        """The item that posts to the liability for deposits, as ItemService:ListID; made when it is missing."""
        company = self.company()
        doc = company.by_name("item", DEPOSIT_ITEM)
        if doc is None:
            side = {"Desc": DEPOSIT_ITEM, "Price": "0.00", "AccountRef": company.profile["accounts"]["deposits"]}
            codes = {"SalesTaxCodeRef": company.profile["defaults"]["NonTaxable"]}
            body = {"Name": DEPOSIT_ITEM, **codes, "SalesOrPurchase": side}
            doc = self._by_hand(ADDS["ItemService"], "ItemService", body=body)
        return f"ItemService:{doc['id']}"

    def control_tax_rate(self, name: str, percent: str | float = "0", parts: list[str] | None = None) -> str:
        """A sales tax item, or a group over such; its id with the entity before it, the same when it is there."""
        entity = "ItemSalesTaxGroup" if parts else "ItemSalesTax"
        doc = self.company().by_name("item", name)
        if doc is None:
            body: Document = {"Name": name, "ItemDesc": name}
            body |= {"ItemSalesTaxRef": [bare(key) for key in parts]} if parts else {"TaxRate": str(percent)}
            doc = self._by_hand(ADDS[entity], entity, body=body)
        return f"{doc['entity']}:{doc['id']}"

    def control_state(self, kind: str) -> list[Document]:
        """All documents of an entity with lines and links, inactive ones too."""
        if kind not in ENTITIES:
            raise LookupError(f"no entity {kind!r}; there are {sorted(ENTITIES)}")
        return [ret(self.company(), doc) for doc in self.company().all(kind)]

    def control_find(self, entity: str, name: str) -> str:
        """The ListID of a list entry by its FullName."""
        doc = self.company().by_name(space_of(entity), name)
        if doc is None or doc["entity"] != entity:
            raise LookupError(f"no {entity} {name!r}")
        return str(doc["id"])

    def control_booked(self, number: str) -> Document:
        """The one live invoice with this number; LookupError when there is none or more."""
        index = self.company().index
        docs = [doc for doc in index.numbered("Invoice", number) if not doc.get("Memo", "").startswith("VOID:")]
        if len(docs) != 1:
            raise LookupError(f"{len(docs)} invoices with number {number!r}")
        doc = docs[0]
        return {"id": doc["id"], "customer_id": doc["customer"], "number": doc["RefNumber"], "total": doc["total"],
                "open": amount(index.open(doc)), "date": doc["TxnDate"]}  # fmt: skip

    def control_paid_by(self, invoice_id: str) -> list[Document]:
        """The live payments on an invoice, oldest first."""
        company, key = self.company(), bare(invoice_id)
        docs = [company.index.docs[("txn", source)] for source in company.index.on.get(key, ())]
        docs = sorted((doc for doc in docs if doc["entity"] == "ReceivePayment"), key=lambda doc: int(doc["TxnNumber"]))
        return [{"id": doc["id"], "amount": amount(_paid(doc, key))} for doc in docs]

    def control_message_sets(self) -> list[str]:
        """The ids of message sets QuickBooks still remembers."""
        return [doc["id"] for doc in self.store.all(KIND)]

    def control_balance(self, customer_id: str) -> float:
        """What a customer owes, without its jobs."""
        return float(cents(self.company().index.balance(bare(customer_id))))

    def control_open_invoices(self, customer_id: str) -> list[str]:
        """Ids of a customer's invoices that are not fully paid, oldest first."""
        company = self.company()
        docs = company.index.of_customer(bare(customer_id))
        return [doc["id"] for doc in docs if doc["entity"] == "Invoice" and company.index.open(doc) > 0]

    def control_setting(self, name: str, value: Any) -> None:
        """Read a doubt of the vendor's documents otherwise; see settings.DEFAULTS."""
        if name not in DEFAULTS:
            raise LookupError(f"no setting {name!r}; there are {sorted(DEFAULTS)}")
        self.settings[name] = value
        self.store.put("setting", name, {"name": name, "value": value})


def _rule(rules: dict[str, Callable[[Change], Document]], entity: str) -> Callable[[Change], Document]:
    if entity not in rules:
        raise LookupError(f"no entity {entity!r}; there are {sorted(rules)}")
    return rules[entity]


def _plain_edit(change: Change) -> Document:
    """Fields of a transaction that no Mod request knows."""
    key = change.sent["TxnID"]
    old = change.company.raw(change.entity, key)
    if old is None:
        raise LookupError(f"no {change.entity} {key}")
    return change.company.put(
        change.entity, {**old, **{name: value for name, value in change.sent.items() if name != "TxnID"}}
    )


def _typed(value: Any) -> Any:
    """Everything as text, as a form in QuickBooks holds it."""
    if isinstance(value, dict):
        return {name: _typed(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _paid(doc: Document, key: str) -> Decimal:
    return sum((dec(link["amount"]) for link in doc["applied"] if link["to"] == key), ZERO)


def _money(value: Any) -> str:
    return amount(dec(value))


def _applied(apply: Amounts) -> list[Document]:
    return [{"TxnID": bare(key), "PaymentAmount": _money(value)} for key, value in apply.items()]
