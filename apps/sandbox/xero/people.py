"""What people do in the vendor's own screens, and the switches of this pocket: its control verbs."""

from __future__ import annotations

import uuid
from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.xero.identity import FULL, Identity
from apps.sandbox.xero.organisation import IDS, Organisation
from apps.sandbox.xero.render import organisation_view, render
from apps.sandbox.xero.screens import Screens
from apps.sandbox.xero.seed import new_tax_type, put_rate, seed
from apps.sandbox.xero.settings import DEFAULTS, READINGS
from apps.sandbox.xero.writing import PLURALS

ENTITIES = {entity.lower(): entity for entity in IDS} | {name.lower(): entity for entity, name in PLURALS.items()}
ENTITIES |= {"overpayments": "Overpayment", "prepayments": "Prepayment", "allocations": "Allocation"}
PROFILE = {
    "country": "US", "home_currency": "USD", "tax_percent": "8.25", "name": "Pocket Organisation", "utc_offset": -8,
    "timezone": "PACIFICSTANDARDTIME",
}  # fmt: skip


def entity_of(word: str) -> str:
    """An entity by its name in either number; LookupError for others."""
    if word.lower() not in ENTITIES:
        raise LookupError(f"no entity {word!r}; there are {sorted(IDS)}")
    return ENTITIES[word.lower()]


class People(Identity):
    """The bookkeeper's hands. Verbs name the tenant only when there is more than one organisation."""

    def organisation(self, tenant: str | None = None) -> Organisation:
        """The organisation of a tenant, or the only one; LookupError otherwise."""
        raise NotImplementedError

    def _screens(self, tenant: str | None) -> Screens:
        return Screens(self.organisation(tenant))

    def control_new_company(self, tenant: str | None = None, **profile: Any) -> Document:
        """An organisation with its chart of accounts; nothing happens when the tenant exists. See PROFILE."""
        unknown = profile.keys() - PROFILE.keys()
        if unknown:
            raise LookupError(f"no such thing in a profile: {sorted(unknown)}; there are {sorted(PROFILE)}")
        self.registration()
        key = tenant or str(uuid.uuid4())
        if self.store.get("organisation", key) is None:
            kept = {"tenant": key, **PROFILE, **profile, "created": int(self.clock() * 1000)}
            self.store.put("organisation", key, kept)
            seed(self.organisation(key))
        return {"tenant": key}

    def control_grant(self, tenant: str | None = None, scopes: str = FULL) -> Document:
        """A fresh consent for our registered app."""
        org = self.organisation(tenant)
        grant = self.new_grant(org.tenant, scopes.split())
        names = ("client_id", "client_secret", "webhook_key")
        keys = {name: self.registration()[name] for name in names}
        return {**keys, "refresh_token": grant["refresh"], "tenant": org.tenant}

    def control_registration(self, redirect_uris: list[str] | None = None) -> Document:
        """The registered app: client_id, client_secret, webhook_key, redirect_uris; the addresses can be set."""
        kept = self.registration()
        if redirect_uris is not None:
            for uri in redirect_uris:
                local = uri.startswith("http://localhost") or (
                    uri.startswith("http://127.0.0.1") and self.settings["loopback_redirect"] == "accept"
                )
                if not uri.startswith("https://") and not local:
                    raise ValueError(f"a redirect address must be https or http://localhost: {uri}")
            kept = self.store.put("registration", "app", {**kept, "redirect_uris": redirect_uris})
        return kept

    def control_expire_tokens(self, tenant: str | None = None) -> None:
        """Every access token is out of date; refresh tokens still work."""
        for access in list(self.store.all("access")):
            self.store.put("access", access["token"], {**access, "until": 0.0})

    def control_revoke(self, tenant: str | None = None) -> None:
        """The user disconnects the app: no token and no connection is left."""
        self.end_grants()

    def control_disconnect(self, tenant: str | None = None) -> None:
        """One organisation is disconnected; tokens live on."""
        self.store.remove("connection", self.organisation(tenant).tenant)

    def control_setting(self, name: str, value: Any) -> None:
        """Read a doubt of the vendor's documents otherwise; see settings.DEFAULTS."""
        if name not in DEFAULTS:
            raise LookupError(f"no setting {name!r}; there are {sorted(DEFAULTS)}")
        if name in READINGS and value not in READINGS[name]:
            raise ValueError(f"{name} is one of {READINGS[name]}, not {value!r}")
        self.settings[name] = value
        self.store.put("setting", name, {"name": name, "value": value})

    def control_close_books(
        self, date: str | None = None, tenant: str | None = None, lock: str = "PeriodLockDate"
    ) -> None:
        """Lock up to and including a date; None opens again. `lock` may be EndOfYearLockDate."""
        org = self.organisation(tenant)
        self.store.put("organisation", org.tenant, {**org.profile, lock: date})

    def control_webhook(self, url: str | None) -> str:
        """Deliver events to this address once it has passed intent to receive; None stops. Returns the key."""
        if url:
            self.store.put("webhook", "url", {"url": url, "status": "pending"})
        else:
            self.store.remove("webhook", "url")
        return str(self.registration()["webhook_key"])

    def control_webhook_status(self) -> str:
        """pending, ok, disabled, or none."""
        return str((self.store.get("webhook", "url") or {"status": "none"})["status"])

    def control_state(self, kind: str, tenant: str | None = None) -> list[Document]:
        """All documents of an entity as the API shows them in full, dead ones too."""
        org = self.organisation(tenant)
        if kind.lower() in ("organisation", "organisations"):
            return [organisation_view(org)]
        entity = entity_of(kind)
        return [render(org, entity, doc, digits=4) for doc in org.all(entity)]

    def control_find(self, entity: str, name: str, tenant: str | None = None) -> str:
        """The id of a contact, item, account, tax rate or group, by its name, code or number."""
        kind = entity_of(entity)
        for doc in self.organisation(tenant).all(kind):
            words = ("Name", "Code", "InvoiceNumber", "CreditNoteNumber", "ContactNumber")
            if name in [doc.get(word) for word in words]:
                return str(doc[IDS[kind]])
        raise LookupError(f"no {kind} {name!r}")

    def control_create(self, entity: str, body: Document, tenant: str | None = None) -> Document:
        """Make a document in the screens."""
        return self._screens(tenant).write(entity_of(entity), body)

    def control_edit(self, entity: str, id: str, tenant: str | None = None, **fields: Any) -> Document:
        """Change fields in the screens, whatever the API would say."""
        return self._screens(tenant).write(entity_of(entity), fields, str(id))

    def control_delete(self, entity: str, id: str, tenant: str | None = None) -> None:
        """Delete in the screens: what is put on a document is taken off first; an approved one is voided."""
        self._screens(tenant).remove(entity_of(entity), str(id))

    def control_void(self, entity: str, id: str, tenant: str | None = None) -> None:
        """The same: what becomes of a document follows from its status."""
        self._screens(tenant).remove(entity_of(entity), str(id))

    def control_archive(self, id: str, entity: str = "Contact", tenant: str | None = None) -> None:
        """Archive a contact, an account or a tax rate."""
        self._screens(tenant).archive(entity_of(entity), str(id))

    def control_merge_contacts(self, loser: str, winner: str, tenant: str | None = None) -> None:
        """The loser is archived and says where it went; its documents move."""
        self._screens(tenant).merge(str(loser), str(winner))

    def control_pay(
        self,
        customer_id: str,
        amount: str | float,
        apply: dict[str, str | float] | None = None,
        date: str | None = None,
        ref: str = "",
        method: str | None = None,
        tenant: str | None = None,
    ) -> str:
        """Receive money: `apply` maps invoice ids to amounts, `method` is the id or name of an account.

        One invoice makes a payment, several a batch payment (`batch:ID`), the rest an overpayment
        (`overpayment:ID`, returned when there is nothing else).
        """
        parts = {str(key): value for key, value in (apply or {}).items()}
        return self._screens(tenant).pay(str(customer_id), str(amount), parts, date, ref, method or "Checking")

    def control_move_payment(self, id: str, apply: dict[str, str | float], tenant: str | None = None) -> str:
        """Remove and redo on other invoices; an overpayment keeps its id and is allocated anew."""
        return self._screens(tenant).move(str(id), {str(key): value for key, value in apply.items()})

    def control_paid_by(self, invoice_id: str, tenant: str | None = None) -> list[Document]:
        """The live payments on an invoice, oldest first: {"id", "amount"}; allocated money counts, credit notes do not."""
        return self._screens(tenant).paid_by(str(invoice_id))

    def control_refund(
        self, id: str, amount: str | float, date: str | None = None, ref: str = "", tenant: str | None = None
    ) -> str:
        """Pay money back out of a credit: a credit note's id, `overpayment:ID` or `prepayment:ID`."""
        return self._screens(tenant).refund(str(id), str(amount), date, ref)

    def control_allocate(
        self, id: str, invoice_id: str, amount: str | float, date: str | None = None, tenant: str | None = None
    ) -> str:
        """Put a credit on an invoice; ids as in `refund`. The id of the allocation."""
        return self._screens(tenant).allocate(str(id), str(invoice_id), str(amount), date)

    def control_reconcile(self, id: str, tenant: str | None = None) -> None:
        """A payment or `batch:ID` is matched with a line of the bank."""
        self._screens(tenant).reconcile(str(id))

    def control_deposit(self, payment_ids: list[str], date: str | None = None, tenant: str | None = None) -> str:
        """There are no deposits here: the payments are reconciled with one line of the bank."""
        for key in payment_ids:
            self._screens(tenant).reconcile(str(key))
        return str(uuid.uuid4())

    def control_booked(self, number: str, tenant: str | None = None) -> Document:
        """The one live invoice with a number: id, customer_id, number, total, open, date."""
        return self._screens(tenant).booked(number)

    def control_balance(self, customer_id: str, tenant: str | None = None) -> float:
        """What a contact owes, less its credits."""
        return self._screens(tenant).balance(str(customer_id))

    def control_open_invoices(self, customer_id: str, tenant: str | None = None) -> list[str]:
        """Ids of a contact's invoices that are not fully paid, oldest first."""
        return self._screens(tenant).open_invoices(str(customer_id))

    def control_own_vendor(self, name: str, tenant: str | None = None) -> str:
        """A supplier that only the books know."""
        org = self.organisation(tenant)
        made = self._screens(tenant).write("Contact", {"Name": name})
        org.put("Contact", {**org.sure("Contact", made["ContactID"]), "IsSupplier": True}, bump=False)
        return str(made["ContactID"])

    def control_deposit_item(self, tenant: str | None = None) -> str:
        """An item "Customer deposits" that posts to the liability."""
        org = self.organisation(tenant)
        known = org.index.found("Item", "DEPOSIT")
        if known:
            return known[0]
        account = org.sure("Account", self.control_find("Account", "Customer deposits liability", org.tenant))
        sold = {"AccountCode": account["Code"], "TaxType": "NONE"}
        body = {"Code": "DEPOSIT", "Name": "Customer deposits", "Description": "Customer deposits",
                "IsPurchased": False, "SalesDetails": sold}  # fmt: skip
        return str(self._screens(tenant).write("Item", body)["ItemID"])

    def control_tax_rate(
        self, name: str, percent: str | float = "0", parts: list[str] | None = None, tenant: str | None = None
    ) -> str:
        """The tax rate of this name, made with one component or with those of others; its TaxType."""
        org = self.organisation(tenant)
        rates = {doc["TaxType"]: doc for doc in org.all("TaxRate")}
        named = [key for key, doc in rates.items() if doc["Name"] == name]
        if named:
            return str(named[0])
        below = [(each["Name"], float(each["Rate"])) for key in parts or [] for each in rates[key]["TaxComponents"]]
        return put_rate(org, new_tax_type(org), name, tuple(below or [(name, float(percent))]))
