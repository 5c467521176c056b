"""What documents refer to: accounts, tax items and codes, payment methods."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from apps.platforms.quickbooks_desktop.translate.values import (
    ZERO,
    Raw,
    envelope,
    flag,
    listed_status,
    maybe,
    ref,
    rows,
    text,
)
from apps.platforms.records import Account, PaymentMethod, TaxCode

RECEIVABLE = "AccountsReceivable"


def read_account(raw: Raw) -> Account:
    """An AccountRet; `kind` is QuickBooks' AccountType."""
    return Account(
        **envelope(raw),
        status=listed_status(raw),
        name=text(raw, "FullName") or text(raw, "Name"),
        number=text(raw, "AccountNumber"),
        kind=text(raw, "AccountType"),
        subtype=text(raw, "SpecialAccountType"),
    )


def read_payment_method(raw: Raw) -> PaymentMethod:
    """A PaymentMethodRet. Posting one never charges a card here: that needs fields we never send."""
    return PaymentMethod(**envelope(raw), status=listed_status(raw), name=text(raw, "Name"))


def read_tax_item(raw: Raw) -> TaxCode:
    """An ItemSalesTaxRet; `percent` is None where QuickBooks says none."""
    return TaxCode(
        **envelope(raw, "ItemSalesTax"),
        status=listed_status(raw),
        name=text(raw, "Name"),
        percent=maybe(raw, "TaxRate"),
        rate_ids=(text(raw, "ListID"),),
    )


def read_tax_group(raw: Raw, rates: Mapping[str, Decimal]) -> TaxCode:
    """An ItemSalesTaxGroupRet; `percent` is the sum of its items' `rates` by their ListID, None when one is unknown."""
    ids = tuple(text(row, "ListID") for row in rows(raw, "ItemSalesTaxRef"))
    known = ids and all(key in rates for key in ids)
    return TaxCode(
        **envelope(raw, "ItemSalesTaxGroup"),
        status=listed_status(raw),
        name=text(raw, "Name"),
        percent=sum((rates[key] for key in ids), ZERO) if known else None,
        rate_ids=ids,
    )


def read_tax_code(raw: Raw, rates: Mapping[str, Decimal]) -> TaxCode:
    """A SalesTaxCodeRet, as Canadian files put on lines; its percent is that of the item it names."""
    item = ref(raw, "ItemSalesTaxRef")
    taxable = flag(raw, "IsTaxable", default=True)
    return TaxCode(
        **envelope(raw, "SalesTaxCode"),
        status=listed_status(raw),
        name=text(raw, "Name"),
        percent=rates.get(item) if item else None if taxable else ZERO,
        rate_ids=(item,) if item else (),
        taxable=taxable,
    )
