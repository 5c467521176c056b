"""What people do in the vendor's own screens, and the switches of this pocket: its control verbs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from apps.sandbox.quickbooks_online.company import BY_URL, Company
from apps.sandbox.quickbooks_online.index import ref
from apps.sandbox.quickbooks_online.money import num
from apps.sandbox.quickbooks_online.oauth import OAuth
from apps.sandbox.quickbooks_online.references import Change
from apps.sandbox.quickbooks_online.refusals import Refusal
from apps.sandbox.quickbooks_online.render import render
from apps.sandbox.quickbooks_online.seed import seed, tax_code
from apps.sandbox.quickbooks_online.settings import DEFAULTS
from apps.sandbox.quickbooks_online.tax import rates_of
from apps.sandbox.quickbooks_online.writes import write
from apps.sandbox.store import Document

FIRST_REALM = 9_130_000_000_000_001
DEPOSIT_ITEM, DEPOSIT_ACCOUNT = "Customer deposits", "Customer deposits liability"


class People(OAuth):
    """The bookkeeper's hands. Verbs name the realm only when there is more than one company."""

    def company(self, realm: str | None = None) -> Company:
        """The company of a realm, or the only one; LookupError otherwise."""
        raise NotImplementedError

    def _by_hand(self, entity: str, body: Document, operation: str, realm: str | None) -> Document:
        change = Change(self.company(realm), BY_URL[entity.lower()], deepcopy(body), ui=True)
        try:
            return write(change, operation)
        except Refusal as refusal:
            raise ValueError(f"{refusal.code} {refusal.detail}") from refusal

    def control_new_company(
        self,
        realm: str | None = None,
        country: str = "US",
        ast: bool = True,
        custom_numbers: bool = True,
        tax_percent: str = "8.25",
        home_currency: str = "USD",
        name: str = "Pocket Company",
    ) -> Document:
        """A company file with its chart of accounts; nothing happens when the realm exists."""
        self.registration()
        key = realm or str(self.store.next_id("realm", FIRST_REALM))
        if self.store.get("company", key) is None:
            profile = {"realm": key, "country": country, "ast": ast, "custom_numbers": custom_numbers, "name": name}
            profile |= {"tax_percent": tax_percent, "home_currency": home_currency}
            self.store.put("company", key, profile)
            seed(self.company(key))
        return {"realm": key}

    def control_grant(self, realm: str | None = None) -> Document:
        """A fresh consent for our registered app."""
        grant = self.new_grant(self.company(realm).realm)
        return {**self.registration(), "refresh_token": grant["refresh"], "realm": grant["realm"]}

    def control_registration(self) -> Document:
        """The registered app: client_id, client_secret, webhook_verifier."""
        return self.registration()

    def control_expire_tokens(self, realm: str | None = None) -> None:
        """Every access token of the company is out of date; refresh tokens still work."""
        for token in self.tokens_of(self.company(realm).realm):
            self.store.remove("access", token)

    def control_revoke(self, realm: str | None = None) -> None:
        """The company disconnects the app."""
        self.end_grant(self.company(realm).realm)

    def control_close_books(self, realm: str | None = None, date: str | None = None, password: bool = False) -> None:
        """Close up to and including a date; None opens them again."""
        company = self.company(realm)
        self.store.put("company", company.realm, {**company.profile, "close_password": password})
        self.control_preference("AccountingInfoPrefs.BookCloseDate", date, company.realm)

    def control_preference(self, path: str, value: Any, realm: str | None = None) -> None:
        """Set a preference like SalesFormsPrefs.AutoApplyCredit; None removes it."""
        company, (group, name) = self.company(realm), path.split(".", 1)
        prefs = deepcopy(company.raw("Preferences", "1") or {})
        prefs.setdefault(group, {})[name] = value
        if value is None:
            del prefs[group][name]
        company.put("Preferences", prefs)

    def control_create(self, entity: str, body: Document, realm: str | None = None) -> Document:
        """Make a document in the screens."""
        return self._by_hand(entity, body, "create", realm)

    def control_edit(self, entity: str, id: str, realm: str | None = None, **fields: Any) -> Document:
        """Change fields in the screens, whatever the SyncToken."""
        company, name = self.company(realm), BY_URL[entity.lower()]
        old = company.raw(name, str(id)) or {}
        needed: Document = {key: old[key] for key in ("CustomerRef", "TotalAmt", "PaymentType") if key in old}
        return self._by_hand(entity, {**needed, **fields, "Id": str(id)}, "update", company.realm)

    def control_delete(self, entity: str, id: str, realm: str | None = None) -> Document:
        """Delete in the screens: payments on it become unapplied."""
        return self._by_hand(entity, {"Id": str(id)}, "delete", realm)

    def control_void(self, entity: str, id: str, realm: str | None = None) -> Document:
        """Void in the screens: payments on it become unapplied."""
        return self._by_hand(entity, {"Id": str(id)}, "void", realm)

    def control_pay(
        self,
        customer_id: str,
        amount: str | float,
        apply: dict[str, str | float] | None = None,
        date: str | None = None,
        ref: str = "",
        method: str | None = None,
        realm: str | None = None,
    ) -> str:
        """Receive a payment; `apply` maps invoice ids to amounts, `method` is the id of a payment method."""
        body: Document = {"CustomerRef": {"value": str(customer_id)}, "TotalAmt": float(amount), "TxnDate": date}
        body |= {"PaymentRefNum": ref, "PaymentMethodRef": {"value": str(method)} if method else None}
        return str(self._by_hand("Payment", {**body, "Line": payment_lines(apply)}, "create", realm)["Id"])

    def control_move_payment(self, id: str, apply: dict[str, str | float], realm: str | None = None) -> str:
        """Put a payment on other invoices."""
        return str(self.control_edit("Payment", id, realm, Line=payment_lines(apply))["Id"])

    def control_deposit(self, payment_ids: list[str], date: str | None = None, realm: str | None = None) -> str:
        """Deposit payments from Undeposited Funds to Checking."""
        company = self.company(realm)
        bank = next(doc["Id"] for doc in company.all("Account") if doc["AccountType"] == "Bank")
        lines = []
        for key in map(str, payment_ids):
            link = {"TxnId": key, "TxnType": "Payment", "TxnLineId": "0"}
            amount = (company.raw("Payment", key) or {}).get("TotalAmt", 0)
            lines.append({"Amount": amount, "LinkedTxn": [link]})
        body = {"DepositToAccountRef": {"value": bank}, "TxnDate": date, "Line": lines}
        return str(self._by_hand("Deposit", body, "create", company.realm)["Id"])

    def control_merchant(self, payment_id: str, realm: str | None = None) -> None:
        """The payment turns out to come from the merchant account: no change through the API any more."""
        company = self.company(realm)
        payment = company.raw("Payment", str(payment_id))
        if payment is None:
            raise LookupError(f"no payment {payment_id}")
        charge = {"CreditChargeInfo": {"ProcessPayment": True}, "CreditChargeResponse": {"Status": "Completed"}}
        company.put("Payment", {**payment, "TxnSource": "IntuitPayment", "CreditCardPayment": charge})

    def control_webhook(self, url: str | None) -> str:
        """Deliver events to this address from now on; None stops. Returns the verifier token."""
        if url:
            self.store.put("webhook", "url", {"url": url})
        else:
            self.store.remove("webhook", "url")
        return str(self.registration()["webhook_verifier"])

    def control_own_vendor(self, name: str, realm: str | None = None) -> str:
        """A vendor of the books' own."""
        return str(self.control_create("Vendor", {"DisplayName": name}, realm)["Id"])

    def control_deposit_item(self, realm: str | None = None) -> str:
        """The item "Customer deposits", which posts to the liability for deposits; made when it is not there."""
        company = self.company(realm)
        for doc in company.all("Item"):
            if doc["Name"] == DEPOSIT_ITEM:
                return str(doc["Id"])
        account = self.control_find("Account", DEPOSIT_ACCOUNT, company.realm)
        body = {"Name": DEPOSIT_ITEM, "Type": "Service", "IncomeAccountRef": {"value": account}}
        return str(self.control_create("Item", body, company.realm)["Id"])

    def control_tax_rate(
        self, name: str, percent: str = "0", parts: list[str] | None = None, realm: str | None = None
    ) -> str:
        """A tax code over one rate, or over those of other codes; with automatic tax the vendor's one code instead."""
        company = self.company(realm)
        if company.preference("TaxPrefs", "PartnerTaxEnabled"):
            return str(company.profile["ast_code"])
        for doc in company.all("TaxCode"):
            if doc["Name"] == name:
                return str(doc["Id"])
        rates = [rate for part in parts or [] for rate, _ in rates_of(company, part)]
        rate = {"Name": name, "RateValue": float(percent), "Active": True, "DisplayType": "ReadOnly"}
        rates = rates or [company.put("TaxRate", rate)["Id"]]
        return str(company.put("TaxCode", tax_code("", name, tuple(rates)))["Id"])

    def control_booked(self, number: str, realm: str | None = None) -> Document:
        """The one invoice of a number that is not voided, in words that every books share."""
        company = self.company(realm)
        rows = [render(company, "Invoice", doc) for doc in company.all("Invoice") if doc.get("DocNumber") == number]
        found = [row for row in rows if not str(row.get("PrivateNote", "")).startswith("Voided")]
        if len(found) != 1:
            raise LookupError(f"{len(found)} invoices {number}")
        (row,) = found
        return {"id": row["Id"], "customer_id": ref(row, "CustomerRef"), "number": number, "date": row["TxnDate"],
                "total": f"{row['TotalAmt']:.2f}", "open": f"{row['Balance']:.2f}"}  # fmt: skip

    def control_paid_by(self, invoice_id: str, realm: str | None = None) -> list[Document]:
        """The payments on an invoice, oldest first, with their whole amounts."""
        company = self.company(realm)
        keys = sorted(company.index.links[("Invoice", str(invoice_id))], key=int)
        return [{"id": key, "amount": f"{(company.raw('Payment', key) or {})['TotalAmt']:.2f}"} for key in keys]

    def control_setting(self, name: str, value: Any) -> None:
        """Read a doubt of the vendor's documents otherwise; see settings.DEFAULTS."""
        if name not in DEFAULTS:
            raise LookupError(f"no setting {name!r}; there are {sorted(DEFAULTS)}")
        self.settings[name] = value
        self.store.put("setting", name, {"name": name, "value": value})

    def control_state(self, kind: str, realm: str | None = None) -> list[Document]:
        """All documents of an entity as the API shows them, inactive ones too."""
        company, entity = self.company(realm), BY_URL[kind.lower()]
        return [render(company, entity, doc) for doc in company.all(entity)]

    def control_balance(self, customer_id: str, realm: str | None = None) -> float:
        """What a customer owes, without sub-customers."""
        return num(self.company(realm).index.balance(str(customer_id)))

    def control_find(self, entity: str, name: str, realm: str | None = None) -> str:
        """The id of a name list entry."""
        for doc in self.company(realm).all(BY_URL[entity.lower()]):
            if name in (doc.get("Name"), doc.get("DisplayName")):
                return str(doc["Id"])
        raise LookupError(f"no {entity} {name!r}")

    def control_open_invoices(self, customer_id: str, realm: str | None = None) -> list[str]:
        """Ids of a customer's invoices that are not fully paid, oldest first."""
        company = self.company(realm)
        own = [doc for doc in company.all("Invoice") if ref(doc, "CustomerRef") == str(customer_id)]
        return [doc["Id"] for doc in own if render(company, "Invoice", doc)["Balance"] > 0]


def payment_lines(apply: dict[str, str | float] | None) -> list[Document]:
    """Lines of a payment for invoice ids and amounts."""
    links = {str(key): float(amount) for key, amount in (apply or {}).items()}
    return [{"Amount": amount, "LinkedTxn": [{"TxnId": key, "TxnType": "Invoice"}]} for key, amount in links.items()]
