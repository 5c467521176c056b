"""Payment methods, and what Syncro says of the whole account. Vendor's page: Payment methods; Settings, users, me."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.platforms.records import Facts, PaymentMethod
from apps.platforms.syncro.translate.values import envelope, text

#: Signs that mean one currency only. "$" and "kr" are left out: many countries write them.
CURRENCIES: Mapping[str, str] = {
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "€": "EUR", "CHF": "CHF",
}  # fmt: skip


def read_payment_method(raw: Mapping[str, Any]) -> PaymentMethod:
    """A way of paying; payments name it, they do not point to it."""
    return PaymentMethod(
        **envelope(raw), name=text(raw.get("name")), charges_cards=bool(raw.get("uses_card_processing"))
    )


def read_facts(settings: Mapping[str, Any], account_id: str) -> Facts:
    """The account. Currency is "" where the sign does not tell it, and there is nothing else to ask."""
    locale = settings.get("locale") or {}
    sign = text(locale.get("currency_symbol"))
    return Facts(
        external_id=account_id,
        name=account_id,
        currency=CURRENCIES.get(sign, sign if len(sign) == 3 and sign.isalpha() and sign.isupper() else ""),
        time_zone=text(locale.get("time_zone")),
        defaults={"date_format": text(locale.get("date_format"))} if locale.get("date_format") else {},
    )
