"""Lines of sales documents: the arithmetic Xero insists on, and the tax of each line.

https://developer.xero.com/documentation/api/accounting/invoices
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from apps.core.money import CENT, cents, from_cents, to_cents
from apps.platforms.errors import BadReference, Refused
from apps.platforms.records import Facts, Line, LineKind, SalesDocument
from apps.platforms.xero.translate import names
from apps.platforms.xero.translate.reference import NO_TAX, RATE, UNTAXED, account_code
from apps.platforms.xero.translate.values import ZERO, Body, Raw, number, parts, text

#: Quantities and unit prices have four decimals at most (with unitdp=4).
PLACES = Decimal("0.0001")


def read_lines(raw: Raw) -> tuple[Line, ...]:
    """The lines in order; amounts net of tax, also where the document says them with it."""
    inclusive = text(raw, "LineAmountTypes").casefold() == "inclusive"
    return tuple(_read_line(line, inclusive=inclusive) for line in parts(raw, "LineItems"))


def write_lines(record: SalesDocument, facts: Facts, base: SalesDocument | None = None) -> list[Body]:
    """Lines as Xero wants them, ids reused by place: a line of Xero's that is not named would be deleted.

    Raises BadReference for an amount without account, Refused for tax that no line can carry.
    """
    taxes = _taxes(record, facts)
    kept = _kept(record.lines, base.lines if base else ())
    return [
        _to_line(line, tax, record, facts) | ({"LineItemID": key} if key else {})
        for line, tax, key in zip(record.lines, taxes, kept, strict=True)
    ]


def _read_line(raw: Raw, *, inclusive: bool) -> Line:
    tax = number(raw, "TaxAmount")
    amount = number(raw, "LineAmount") - (tax if inclusive else ZERO)
    code = text(raw, "TaxType")
    only_text = not any(text(raw, name) for name in ("AccountCode", "AccountID", "ItemCode")) and not amount
    return Line(
        line_id=text(raw, "LineItemID"),
        kind=LineKind.TEXT if only_text else LineKind.ITEM,
        item_id=text(raw.get("Item") or {}, "ItemID"),
        name=text(raw.get("Item") or {}, "Name"),
        description=text(raw, "Description"),
        quantity=number(raw, "Quantity", Decimal(1)),
        price=number(raw, "UnitAmount", amount),
        amount=amount,
        taxable=bool(tax) or code not in UNTAXED,
        tax_code_id=code if code not in UNTAXED else "",
        item_code=text(raw, "ItemCode"),
        account_id=text(raw, "AccountID") or text(raw, "AccountCode"),
    )


def _taxes(record: SalesDocument, facts: Facts) -> list[Decimal]:
    """The document's tax on its taxable lines, to the cent; 0 on all others."""
    taxed = [place for place, line in enumerate(record.lines) if line.taxable and line.amount]
    found = [ZERO] * len(record.lines)
    if not record.tax:
        return found
    if not taxed:
        raise Refused(f"Its tax of {record.tax} belongs to no line; Xero keeps tax per line.")
    shares = _shares(record, [record.lines[place] for place in taxed], facts)
    for place, share in zip(taxed, shares, strict=True):
        if abs(share) > abs(record.lines[place].amount):
            raise Refused("The tax of a line would be more than the line itself, which Xero does not take.")
        found[place] = share
    return found


def _shares(record: SalesDocument, lines: Sequence[Line], facts: Facts) -> list[Decimal]:
    """Each line's tax as Xero works it out itself, and the cents left over on lines that have room for them.

    Xero takes an amount other than its own only up to the unit price. A tax of another rate is spread in proportion.
    """
    own = [_own_tax(line, record, facts) for line in lines]
    shares = [share for share in own if share is not None]
    if len(shares) < len(lines) or abs(record.tax - sum(shares, ZERO)) > CENT * len(lines):
        shares = _proportional(record.tax, lines)
    order = sorted(
        range(len(lines)), key=lambda place: (not _room(lines[place], shares[place]), -abs(lines[place].amount))
    )
    left = to_cents(record.tax - sum(shares, ZERO))
    for turn in range(abs(left)):
        shares[order[turn % len(order)]] += from_cents(1 if left > 0 else -1)
    return shares


def _proportional(tax: Decimal, lines: Sequence[Line]) -> list[Decimal]:
    whole = sum((line.amount for line in lines), ZERO)
    if not whole:
        raise Refused(f"Its taxed lines add up to nothing, so its tax of {tax} cannot be spread over them.")
    return [cents(tax * line.amount / whole) for line in lines]


def _own_tax(line: Line, record: SalesDocument, facts: Facts) -> Decimal | None:
    """What Xero would make of a line, half up; None where we do not know the rate."""
    percent = facts.defaults.get(RATE + (line.tax_code_id or record.tax_code_id))
    return cents(line.amount * Decimal(percent) / 100) if percent else None


def _room(line: Line, share: Decimal) -> bool:
    return abs(share) < abs(line.price)


def _kept(lines: Sequence[Line], before: Sequence[Line]) -> list[str]:
    """The id of Xero's line at the same place, if it can become ours: an item can be changed but not taken off."""
    pairs = zip(lines, before, strict=False)
    reused = [
        old.line_id if old.kind is new.kind and (new.item_code or not old.item_code) else "" for new, old in pairs
    ]
    return reused + [""] * (len(lines) - len(reused))


def _to_line(line: Line, tax: Decimal, record: SalesDocument, facts: Facts) -> Body:
    described = names.text("LineDescription", line.description or line.name) or "-"
    if line.kind is LineKind.TEXT or (not line.amount and not line.item_code and not line.account_id):
        return {"Description": described}
    quantity, price = line.quantity, line.price
    if not _fits(line) or (abs(tax) > abs(price) and tax != _own_tax(line, record, facts)):
        described = names.text("LineDescription", _with_quantity(line, described))
        quantity, price = Decimal(1), line.amount
    return {
        "Description": described,
        "Quantity": quantity,
        "UnitAmount": price,
        "LineAmount": line.amount,
        **_posting(line, facts),
        **_taxing(line, tax, record, facts),
    }


def _fits(line: Line) -> bool:
    exact = line.quantity == line.quantity.quantize(PLACES) and line.price == line.price.quantize(PLACES)
    return exact and cents(line.quantity * line.price) == line.amount


def _with_quantity(line: Line, described: str) -> str:
    """The quantity people know, where it cannot stand in its field; once only, as we may have read it back."""
    if line.quantity in (Decimal(1), ZERO):
        return described
    said = f"({format(line.quantity.normalize(), 'f')} × {format(line.price.normalize(), 'f')})"  # noqa: RUF001
    room = names.LENGTHS["LineDescription"] - len(said) - 1
    return f"{described[:room]} {said}"


def _posting(line: Line, facts: Facts) -> Body:
    if not line.account_id and not line.item_code:
        raise BadReference(f"The line “{line.description or line.name}” has no account in Xero; choose one for it.")
    item: Body = {"ItemCode": line.item_code} if line.item_code else {}
    return item | ({"AccountCode": account_code(line.account_id, facts)} if line.account_id else {})


def _taxing(line: Line, tax: Decimal, record: SalesDocument, facts: Facts) -> Body:
    """Always named: what is left out would be the account's own rate."""
    if not line.taxable or not record.tax:
        return {"TaxType": facts.defaults.get(NO_TAX, "NONE")}
    code = line.tax_code_id or record.tax_code_id
    if not code:
        raise BadReference("It has tax, and no tax rate of Xero is chosen for it.")
    return {"TaxType": code, "TaxAmount": tax}
