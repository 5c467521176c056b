"""What must be true before a payment is posted: it charges no card, and `apply_payments` counts in what we think.

Syncro can neither undo a payment nor says whether the parts are cents or dollars (Payments: apply_payments), so the first
payment of a connection is watched: the invoices are read right before and right after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.core.money import cents, from_cents
from apps.platforms.base import Account
from apps.platforms.errors import BadReference, PlatformError, Withheld
from apps.platforms.markers import read_marker
from apps.platforms.records import Payment
from apps.platforms.syncro.client import Client, Raw
from apps.platforms.syncro.translate.values import dollars, text

#: The options of a connection: what the parts are counted in, and what the first payment showed.
UNIT, CHECK = "apply_payments_unit", "apply_payments_check"
CENTS, DOLLARS = "cents", "dollars"
OTHER = {CENTS: DOLLARS, DOLLARS: CENTS}


class Till:
    """The payments of one connection; what the first of them showed is remembered for good."""

    def __init__(self, client: Client, account: Account) -> None:
        self.client, self._remember = client, account.remember
        self.unit = str(account.options.get(UNIT) or CENTS)
        self._check: dict[str, Any] = dict(account.options.get(CHECK) or {})
        self._charging: dict[str, bool] | None = None

    @property
    def checked(self) -> bool:
        """Whether a payment has shown that the unit is right."""
        return self._check.get("right") is True and self._check.get("unit") == self.unit

    def clear(self, record: Payment) -> None:
        """Whether a payment may be posted now. Raises BadReference for its method, Withheld after one went wrong."""
        if self._charges(record.method):
            raise BadReference(
                f"Syncro's payment method {record.method} charges a card; choose one that does not, such as Other, for it."
            )
        if self._check and self._check.get("right") is None:
            self.conclude()
        if self._check.get("right") is False:
            if self._check["unit"] == self.unit:
                raise Withheld(self._check["sentence"])
            if self.client.one("payment", self._check["payment"]) is not None:
                raise Withheld(
                    f"Payment {self._check['payment']} still stands in Syncro; delete it there, then try again."
                )

    def before(self, body: Mapping[str, Any]) -> None:
        """Right before a POST with parts: what its invoices have open, kept until that can be compared."""
        parts = body.get("apply_payments")
        if not parts or self.checked:
            return
        shown = {key: self._standing(self._invoice(key)) for key in parts}
        wanted = {key: str(_dollars(part, self.unit)) for key, part in parts.items()}
        mark = read_marker(str(body.get("ref_num") or ""))
        self._keep({"unit": self.unit, "right": None, "marker": mark, "before": shown, "wanted": wanted})

    def refused(self) -> None:
        """The payment was not taken: nothing was learned."""
        if not self.checked and self._check.get("right") is None:
            self._keep({})

    def conclude(self, marker: str = "") -> str:
        """Compare what the invoices came down by with what was meant; the complaint, "" where it is right or not known
        yet. With `marker` only about that very payment.
        """
        if not self._check or self._check.get("right") is not None or marker not in ("", self._check["marker"]):
            return ""
        invoices = {key: self._invoice(key) for key in self._check["wanted"]}
        payment = next(filter(None, (self._ours(invoice) for invoice in invoices.values())), "")
        if not payment or any(self._touched(key, invoice, payment) for key, invoice in invoices.items()):
            self._keep({})  # it is not there, or somebody else changed the invoices meanwhile: the next one is watched
            return ""
        moved = {
            key: dollars(self._check["before"][key]["open"]) - dollars(each.get("balance_due"))
            for key, each in invoices.items()
        }
        wanted = {key: dollars(part) for key, part in self._check["wanted"].items()}
        right = moved == wanted
        said = "" if right else _sentence(payment, self.unit, invoices, moved, wanted)
        self._keep({"unit": self._check["unit"], "right": right, "payment": payment, "sentence": said})
        return said

    def try_to_conclude(self) -> str:
        """As `conclude`, right after a POST; what cannot be read now is compared before the next payment."""
        try:
            return self.conclude()
        except PlatformError:
            return ""

    def _charges(self, method: str) -> bool:
        if self._charging is None:
            rows = self.client.slice("payment_method", 1).rows
            self._charging = {text(row.get("name")): bool(row.get("uses_card_processing")) for row in rows}
        if method not in self._charging:
            raise BadReference(f"Syncro has no payment method called {method}.")
        return self._charging[method]

    def _invoice(self, key: str) -> Raw:
        invoice = self.client.one("invoice", key)
        if invoice is None:
            raise BadReference(f"Syncro no longer has the invoice {key} that this payment is for.", external_id=key)
        return invoice

    def _ours(self, invoice: Raw) -> str:
        rows = invoice.get("payments") or []
        marked = [
            row for row in rows if self._check["marker"] and read_marker(row.get("ref_num")) == self._check["marker"]
        ]
        return str(marked[0]["id"]) if marked else ""

    def _touched(self, key: str, invoice: Raw, payment: str) -> bool:
        now, then = self._standing(invoice), self._check["before"][key]
        return now["total"] != then["total"] or set(now["payments"]) - {payment} != set(then["payments"])

    def _standing(self, invoice: Raw) -> dict[str, Any]:
        payments = sorted(str(row["id"]) for row in invoice.get("payments") or [])
        return {"open": text(invoice.get("balance_due")), "total": text(invoice.get("total")), "payments": payments}

    def _keep(self, check: dict[str, Any]) -> None:
        self._check = check
        self._remember(CHECK, check)


def _dollars(part: Any, unit: str) -> Decimal:
    return from_cents(int(part)) if unit == CENTS else dollars(part)


def _sentence(
    payment: str, unit: str, invoices: Mapping[str, Raw], moved: Mapping[str, Decimal], wanted: Mapping[str, Decimal]
) -> str:
    """What happened, and the cure."""
    told = ", ".join(
        f"{cents(moved[key])} to invoice {text(invoices[key].get('number'))} instead of {cents(wanted[key])}"
        for key in wanted
    )
    hundredfold = all(part in (moved[key] * 100, moved[key] / 100) for key, part in wanted.items())
    cure = f"set the policy {UNIT} to {OTHER[unit]}" if hundredfold else f"check the policy {UNIT}"
    return (
        f"Syncro applied {told} when the first payment was written (payment {payment}), so no payment is written to it any "
        f"more. Delete payment {payment} in Syncro, {cure} (it is {unit} now), then try again."
    )
