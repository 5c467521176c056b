"""Xero before the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from apps.platforms import errors
from apps.platforms.base import Tokens, Verb
from apps.platforms.records import Application, Customer, Invoice, Item, Line, Payment, Record
from apps.platforms.xero.platform import Xero
from apps.sandbox.frame import PocketApp
from apps.sandbox.xero.app import PocketXero
from tests.platforms.drivers.base import DAY, DirectDriver, change, creation

NOBODY = "00000000-0000-4000-8000-00000000dead"


class XeroDriver(DirectDriver):
    """One pocket organisation; nothing in Xero has a version, so nothing can be out of date."""

    key: ClassVar[str] = "xero"
    app: ClassVar[type[PocketApp]] = PocketXero
    failures: ClassVar[Mapping[type[errors.PlatformError], str]] = {
        errors.RateLimited: "rate_limited", errors.Unavailable: "unavailable", errors.Unsure: "unsure",
        errors.NeedsReconnect: "signed_out", errors.PermissionMissing: "not_permitted", errors.AlreadyThere: "taken",
        errors.Refused: "not_sayable", errors.PeriodClosed: "closed", errors.LockedByPayment: "paid",
        errors.NotCovered: "too_much", errors.BadReference: "of_nobody", errors.Gone: "deleted",
    }  # fmt: skip

    def connect(self) -> None:
        """An organisation with a customer in it."""
        self.tenant = self.control.new_company()["tenant"]
        self._sign_in(self.control.grant())
        self.acme = self.made_by_hand("Acme")
        self.income = self.control.find("Account", "Sales of Product Income")
        self.bank = self.control.find("Account", "Checking")

    def _sign_in(self, granted: Mapping[str, str]) -> None:
        url = self.control.url
        self.bench.tokens.tokens = Tokens(refresh=granted["refresh_token"])
        self.platform = Xero(
            self.bench.account(
                url, account_id=self.tenant, client_id=granted["client_id"], client_secret=granted["client_secret"],
                addresses={"identity": url, "login": url},
            )
        )  # fmt: skip

    def made_by_hand(self, name: str) -> str:
        """A contact of the books' own."""
        return str(self.control.create("Contact", {"Name": name})["ContactID"])

    def renamed_by_hand(self, key: str, name: str) -> None:
        """Another name."""
        self.control.edit(entity="Contact", id=key, Name=name)

    def document(self, amount: str = "100.00") -> Invoice:
        """An invoice to Acme."""
        value = Decimal(amount)
        line = Line(account_id=self.income, description="Work", price=value, amount=value, taxable=False)
        return Invoice(customer_id=self.acme, date=DAY, due_date=DAY, lines=(line,), total=value, subtotal=value)

    def documents(self) -> list[str]:
        """Invoices."""
        return [row["InvoiceID"] for row in self.control.state("Invoice")]

    def bad(self) -> Record:
        """A name that is taken."""
        return Customer(name="Acme")

    def breaks(self, kind: str, **fault: Any) -> None:
        """The next that is made."""
        self.control.fault(kind=kind, method="PUT", path=r"/api\.xro/2\.0/", **fault)

    def signed_out(self) -> errors.PlatformError:
        """The user disconnects the app."""
        self.control.revoke()
        return self.refused(self.customer("Ada"))

    def not_permitted(self) -> errors.PlatformError:
        """A consent that leaves contacts out."""
        self.control.revoke()
        self.platform.close()
        self._sign_in(self.control.grant(tenant=self.tenant, scopes="offline_access accounting.settings"))
        return self.refused(self.customer("Ada"))

    def taken(self) -> errors.PlatformError:
        """One name for two."""
        return self.refused(creation(self.bad()))

    def not_sayable(self) -> errors.PlatformError:
        """Money on an invoice that nothing says the account of."""
        return self.refused(creation(replace(self._paid("5.00", self._sold("5.00")), deposit_account_id="")))

    def closed(self) -> errors.PlatformError:
        """Dated in a locked period."""
        self.control.close_books(date="2026-12-31")
        return self.refused(creation(self.document()))

    def _sold(self, amount: str) -> str:
        return self.made(creation(self.document(amount))).external_id

    def _paid(self, amount: str, on: str) -> Payment:
        part = Application(document_id=on, amount=Decimal(amount))
        return Payment(
            customer_id=self.acme, date=DAY, amount=Decimal(amount), applications=(part,), deposit_account_id=self.bank
        )

    def paid(self) -> errors.PlatformError:
        """An invoice with money on it."""
        sold = self.made(creation(self.document()))
        self.made(creation(self._paid("5.00", sold.external_id)))
        now = self.again("invoice", [sold.external_id])[sold.external_id]
        assert now is not None
        return self.refused(change(now, Verb.VOID))

    def too_much(self) -> errors.PlatformError:
        """More than the invoice has open."""
        return self.refused(creation(self._paid("60.00", self._sold("40.00"))))

    def of_nobody(self) -> errors.PlatformError:
        """A contact that is not there."""
        return self.refused(creation(replace(self.document(), customer_id=NOBODY)))

    def deleted(self) -> errors.PlatformError:
        """An item that was deleted meanwhile: documents and contacts never quite go."""
        now = self.made(creation(Item(name="Mouse", sku="M-1", income_account_id=self.income)))
        self.control.delete(entity="Item", id=now.external_id)
        return self.refused(change(now, name="Screen"))
