"""QuickBooks Online before the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from apps.platforms import errors
from apps.platforms.base import Tokens, Verb
from apps.platforms.quickbooks_online.platform import QuickBooksOnline
from apps.platforms.records import Application, Customer, Invoice, Line, Payment, Record
from apps.sandbox.frame import PocketApp
from apps.sandbox.quickbooks_online.app import PocketQuickBooks
from tests.platforms.drivers.base import DAY, DirectDriver, change, creation


class QuickBooksOnlineDriver(DirectDriver):
    """One pocket company."""

    key: ClassVar[str] = "quickbooks_online"
    app: ClassVar[type[PocketApp]] = PocketQuickBooks
    failures: ClassVar[Mapping[type[errors.PlatformError], str]] = {
        errors.RateLimited: "rate_limited", errors.Unavailable: "unavailable", errors.Unsure: "unsure",
        errors.NeedsReconnect: "signed_out", errors.PermissionMissing: "not_permitted", errors.OutOfDate: "stale",
        errors.AlreadyThere: "taken", errors.Refused: "not_sayable", errors.PeriodClosed: "closed",
        errors.LockedByPayment: "deposited", errors.NotCovered: "too_much", errors.BadReference: "of_nobody",
        errors.Gone: "deleted",
    }  # fmt: skip

    def connect(self) -> None:
        """A company with a customer in it."""
        realm, url = self.control.new_company()["realm"], self.control.url
        granted = self.control.grant()
        self.bench.tokens.tokens = Tokens(refresh=granted["refresh_token"])
        self.platform = QuickBooksOnline(
            self.bench.account(
                url, account_id=realm, client_id=granted["client_id"], client_secret=granted["client_secret"],
                addresses={"discovery": f"{url}/.well-known/openid_configuration"},
            )
        )  # fmt: skip
        self.acme = self.made_by_hand("Acme")
        self.item = self.control.find("Item", "Services")

    def made_by_hand(self, name: str) -> str:
        """A customer of the books' own."""
        return str(self.control.create("Customer", {"DisplayName": name})["Id"])

    def renamed_by_hand(self, key: str, name: str) -> None:
        """Another name."""
        self.control.edit(entity="Customer", id=key, DisplayName=name)

    def document(self, amount: str = "100.00") -> Invoice:
        """An invoice for Acme."""
        line = Line(item_id=self.item, description="Work", price=Decimal(amount), amount=Decimal(amount), taxable=False)
        return Invoice(customer_id=self.acme, date=DAY, lines=(line,), total=Decimal(amount), subtotal=Decimal(amount))

    def documents(self) -> list[str]:
        """Invoices."""
        return [row["Id"] for row in self.control.state("Invoice")]

    def bad(self) -> Record:
        """A name that is taken."""
        return Customer(name="Acme")

    def breaks(self, kind: str, **fault: Any) -> None:
        """The next POST that is no query."""
        self.control.fault(kind=kind, method="POST", path=r"/(customer|invoice|payment|batch)$", **fault)

    def signed_out(self) -> errors.PlatformError:
        """The company disconnects the app."""
        self.control.revoke()
        return self.refused(self.customer("Ada"))

    def not_permitted(self) -> errors.PlatformError:
        """Who connected the company may not do this there."""
        fault = {"Error": [{"Message": "Permission Denied Error", "code": "5020"}], "type": "ValidationFault"}
        self.breaks("status", status=400, body={"Fault": fault})
        return self.refused(self.customer("Ada"))

    def stale(self) -> errors.PlatformError:
        """Somebody was faster."""
        now = self.made(self.customer("Ada"))
        self.renamed_by_hand(now.external_id, "Ada Lovelace")
        return self.refused(change(now, phone="2"))

    def taken(self) -> errors.PlatformError:
        """One name for two."""
        return self.refused(creation(self.bad()))

    def not_sayable(self) -> errors.PlatformError:
        """Letters that QuickBooks does not keep."""
        return self.refused(self.customer("🍕"))

    def closed(self) -> errors.PlatformError:
        """Dated in a closed period."""
        self.control.close_books(date="2026-12-31")
        return self.refused(creation(self.document()))

    def _paid(self, amount: str, on: str = "") -> Payment:
        parts = (Application(document_id=on, amount=Decimal(amount)),) if on else ()
        return Payment(customer_id=self.acme, date=DAY, amount=Decimal(amount), applications=parts)

    def deposited(self) -> errors.PlatformError:
        """Money that is at the bank already."""
        paid = self.made(creation(self._paid("5.00")))
        self.control.deposit(payment_ids=[paid.external_id])
        now = self.again("payment", [paid.external_id])[paid.external_id]
        assert now is not None
        return self.refused(change(now, memo="later"))

    def too_much(self) -> errors.PlatformError:
        """More than the invoice has open."""
        return self.refused(creation(self._paid("60.00", self.made(creation(self.document("40.00"))).external_id)))

    def of_nobody(self) -> errors.PlatformError:
        """A customer that is not there."""
        return self.refused(creation(replace(self.document(), customer_id="987654")))

    def deleted(self) -> errors.PlatformError:
        """A document that was deleted meanwhile."""
        now = self.made(creation(self.document()))
        self.control.delete(entity="Invoice", id=now.external_id)
        return self.refused(change(now, Verb.UPDATE, memo="too late"))
