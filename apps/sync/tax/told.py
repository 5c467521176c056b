"""An invoice's content, as the mirror keeps it, in the form its tax is worked out from."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.sync.tax.rates import ZERO, RateBook
from apps.sync.tax.rebuild import TaxedInvoice, TaxLine


def as_told(
    content: Mapping[str, Any], book: RateBook, products: Mapping[str, str], customer: str = ""
) -> TaxedInvoice:
    """The invoice with the rates that are told beside it: of its products today, and of its customer, where the invoice
    does not show that itself.
    """
    lines = tuple(_line(line, book, products) for line in content.get("lines") or ())
    return TaxedInvoice(lines, Decimal(content.get("tax") or 0), content.get("tax_key") or customer)


def adds_up(content: Mapping[str, Any]) -> bool:
    """Whether the lines make the subtotal; where they do not, what was taxed is not known either."""
    lines = (Decimal(line["amount"]) for line in content.get("lines") or ())
    return sum(lines, ZERO) == Decimal(content.get("subtotal") or 0)


def _line(line: Mapping[str, Any], book: RateBook, products: Mapping[str, str]) -> TaxLine:
    """A note names the rate only where it is just a rate's name."""
    amount = Decimal(line["amount"])
    told = line.get("tax_key") or book.key_of(line.get("tax_note") or "")
    return TaxLine(
        net=Decimal(line["net"]) if line.get("net") else amount, amount=amount, taxable=line.get("taxable") is not False,
        told=told, product=products.get(line.get("item_id") or "", ""),
    )  # fmt: skip
