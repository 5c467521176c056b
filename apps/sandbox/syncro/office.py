"""What an administrator does: tokens, tax rates, webhooks, the pocket's own settings and counters."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.syncro.permissions import GLOBAL_ADMIN
from apps.sandbox.syncro.readings import READINGS
from apps.sandbox.syncro.taxes import Taxes

KINDS = {
    "customers": "customer", "contacts": "contact", "invoices": "invoice", "payments": "payment",
    "products": "product", "categories": "category", "vendors": "vendor", "purchase_orders": "purchase_order",
    "tax_rates": "tax_rate", "locations": "location", "payment_methods": "payment_method", "tokens": "token",
    "estimates": "estimate", "schedules": "schedule",
}  # fmt: skip
ARCHIVED = " (Archived)"
NUMBER = r"/\d[^/]*"


class Office(Taxes):
    """Control verbs; ids go in and out as strings."""

    def control_create_token(self, permissions: list[str] | None = None, expires_at: str | None = None,
                             global_admin: bool | None = None) -> str:  # fmt: skip
        """A token with these check-boxes (none named: all), refused from `expires_at` on.

        Unless told, it is a Global Admin's when it has all check-boxes or names "Global Admin" among them.
        """
        token = f"T{secrets.token_hex(20)}"
        admin = permissions is None or GLOBAL_ADMIN in permissions if global_admin is None else global_admin
        self.store.put("token", token, {"permissions": permissions, "expires_at": expires_at, "expired": False,
                                        "global_admin": admin})  # fmt: skip
        return token

    def control_expire_token(self, token: str) -> None:
        """From now on the token is refused."""
        self.store.put("token", token, {**self.find("token", token), "expired": True})

    def control_tax_rate(self, name: str, percent: str = "0", group: list[str] | None = None) -> str:
        """A tax rate, or a group of two; the first one ever made is the account's default."""
        for part in group or []:
            self.find("tax_rate", part)
        return str(self.new_rate(name, percent, group))

    def control_edit_tax_rate(self, id: str, name: str | None = None, percent: str | None = None,
                              group: list[str] | None = None) -> None:  # fmt: skip
        """Change a rate: what becomes of invoices that use it, see the reading `rate_edit`."""
        rate = self.find("tax_rate", id)
        changes = {"name": name, "percent": percent, "group": group}
        changed = {**rate, **{field: value for field, value in changes.items() if value is not None}}
        self.store.put("tax_rate", rate["id"], changed)
        if self.readings["rate_edit"] == "spreads":
            self.add_up_again(rate["id"])

    def control_archive_tax_rate(self, id: str) -> None:
        """Delete a rate: it stays on whatever has it, archived, and is nobody's default any more."""
        rate = self.find("tax_rate", id)
        name = f"{rate['name'].removesuffix(ARCHIVED)}{ARCHIVED}"
        self.store.put("tax_rate", rate["id"], {**rate, "archived": True, "name": name})

    def control_payment_method(self, name: str, uses_card_processing: bool = False) -> str:
        """One more payment method."""
        return str(self.add_payment_method(name, uses_card_processing)["id"])

    def control_webhook(self, url: str) -> None:
        """One more address in the Notification Center."""
        self.store.put("webhook", url, {"url": url})

    def control_limit_scale(self, value: float) -> None:
        """Multiply the published rate limit."""
        self.limit_scale = float(value)

    def control_setting(self, name: str, value: Any) -> None:
        """Choose how to read what the vendor's pages leave open, until the server ends; see READINGS."""
        if name == "limit_scale":
            return self.control_limit_scale(value)
        if name not in READINGS:
            raise LookupError(f"no setting {name!r}; there are {('limit_scale', *READINGS)}")
        default, others, _ = READINGS[name]
        if isinstance(default, str) and value not in (default, *others):
            raise ValueError(f"{name} is one of {(default, *others)}")
        self.readings[name] = value
        self.shelves.forget_orders()
        return None

    def control_requests(self, prefix: str = "", method: str = "") -> int:
        """How many requests came for paths below /api/v1 that begin so, since the last reset."""
        return sum(count for (verb, path), count in self.counts.items()
                   if path.startswith(prefix) and method in ("", verb))  # fmt: skip

    def control_calls(self, clear: bool = False) -> dict[str, int]:
        """How many requests came per endpoint, such as {"GET /invoices/:id": 3}, since the last clear or reset."""
        calls: Counter[str] = Counter()
        for (method, path), count in self.counts.items():
            calls[f"{method} {re.sub(NUMBER, '/:id', path)}"] += count
        if clear:
            self.counts.clear()
        return dict(calls)

    def control_state(self, kind: str) -> list[Document]:
        """The raw documents, hidden parts included: allocation in cents by invoice id, tax rates, lines."""
        return list(self.store.all(KINDS[kind]))
