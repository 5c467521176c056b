"""Syncro before the contract: no keys, no undo, one request for each write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from apps.platforms import errors
from apps.platforms.base import Tokens, Verb
from apps.platforms.records import Application, Customer, Payment, Record
from apps.platforms.syncro.platform import Syncro
from apps.sandbox.frame import PocketApp
from apps.sandbox.syncro.app import PocketSyncro
from tests.platforms.conftest import MemoryTokens
from tests.platforms.drivers.base import DAY, MARKER, DirectDriver, change, creation, raised


class SyncroDriver(DirectDriver):
    """One pocket account; its documents of ours are payments, which stand for ever."""

    key: ClassVar[str] = "syncro"
    app: ClassVar[type[PocketApp]] = PocketSyncro
    keeps_keys: ClassVar[bool] = False
    ends: ClassVar[Verb | None] = None
    failures: ClassVar[Mapping[type[errors.PlatformError], str]] = {
        errors.RateLimited: "rate_limited", errors.Unavailable: "unavailable", errors.Unsure: "unsure",
        errors.NeedsReconnect: "signed_out", errors.PermissionMissing: "not_permitted", errors.AlreadyThere: "taken",
        errors.Refused: "not_sayable", errors.NotCovered: "too_much", errors.BadReference: "on_nothing",
        errors.Gone: "deleted",
    }  # fmt: skip

    def connect(self) -> None:
        """An account with a customer in it."""
        self.acme = self.made_by_hand("Acme")
        self._sign_in(None)

    def _sign_in(self, permissions: list[str] | None) -> None:
        self.token = self.control.create_token(permissions=permissions)
        self.bench.tokens = MemoryTokens(Tokens(access=self.token))
        self.platform = Syncro(self.bench.account(f"{self.control.url}/api/v1"))

    def made_by_hand(self, name: str) -> str:
        """A customer typed in."""
        mail = f"{name.replace(' ', '').lower()}@customers.example"
        return str(self.control.customer(business_name=name, email=mail))

    def renamed_by_hand(self, key: str, name: str) -> None:
        """Another name."""
        self.control.edit_customer(id=key, business_name=name)

    def _invoice(self, amount: str) -> str:
        line = {"item": "Labor", "name": "On-site", "quantity": "1", "price": amount, "taxable": False}
        return str(self.control.invoice(customer_id=self.acme, date=DAY.isoformat(), lines=[line]))

    def document(self, amount: str = "100.00") -> Payment:
        """A payment on an invoice of the same amount."""
        return self._payment(amount, self._invoice(amount))

    def _payment(self, amount: str, on: str) -> Payment:
        part = Application(document_id=on, amount=Decimal(amount))
        return Payment(
            customer_id=self.acme, date=DAY, amount=Decimal(amount), method="Check", reference="7", applications=(part,)
        )

    def documents(self) -> list[str]:
        """Payments."""
        return [str(row["id"]) for row in self.control.state("payments")]

    def bad(self) -> Record:
        """An e-mail address that is taken."""
        return Customer(name="Other", email="acme@customers.example")

    def breaks(self, kind: str, **fault: Any) -> None:
        """The next POST."""
        self.control.fault(kind=kind, method="POST", path="", **fault)

    def signed_out(self) -> errors.PlatformError:
        """The token has ended."""
        self.control.expire_token(token=self.token)
        return self.refused(self.customer("Ada"))

    def not_permitted(self) -> errors.PlatformError:
        """A box that is not ticked."""
        self.platform.close()
        self._sign_in(["Customers - List/Search"])
        return self.refused(self.customer("Ada"))

    def taken(self) -> errors.PlatformError:
        """One address for two."""
        return self.refused(creation(self.bad()))

    def not_sayable(self) -> errors.PlatformError:
        """A payment of nothing."""
        return self.refused(creation(replace(self.document(), amount=Decimal(0), applications=()), MARKER))

    def too_much(self) -> errors.PlatformError:
        """More than the invoice has open: told by the look before it is sent."""
        wanted = self._payment("60.00", self._invoice("40.00"))
        return raised(lambda: self.find(creation(wanted, MARKER)))

    def on_nothing(self) -> errors.PlatformError:
        """An invoice that is not there."""
        return raised(lambda: self.find(creation(self._payment("60.00", "999"), MARKER)))

    def deleted(self) -> errors.PlatformError:
        """A customer that was deleted meanwhile."""
        now = self.again("customer", [self.acme])[self.acme]
        assert now is not None
        self.control.delete_customer(id=self.acme)
        return self.refused(change(now, phone="555"))
