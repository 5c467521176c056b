"""Lines of invoices and credit memos: read in their order, written by their ids.

qbXML 13.0: InvoiceLineAdd, InvoiceLineMod, CreditMemoLineAdd. A line with an Amount needs no Rate: QuickBooks works it out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from apps.platforms.errors import BadReference
from apps.platforms.quickbooks_desktop.translate import names
from apps.platforms.quickbooks_desktop.translate.values import (
    ZERO,
    Body,
    Raw,
    bare,
    canadian,
    kind_of,
    maybe,
    number,
    ref,
    ref_name,
    rows,
    text,
    to_ref,
)
from apps.platforms.records import Facts, Line, LineKind, SalesDocument

#: Items whose lines are tax: where a document has several rates, each is a line of its own.
TAX_ITEMS = frozenset({"ItemSalesTax", "ItemSalesTaxGroup"})
#: Items whose lines have no quantity.
UNCOUNTED = TAX_ITEMS | {"ItemDiscount"}
#: Codes of lines where the company file's own are not known.
US_CODES = {True: "Tax", False: "Non"}
NEW_LINE = "-1"


def read_lines(raw: Raw, facts: Facts, tax_items: Collection[str]) -> tuple[tuple[Line, ...], Decimal]:
    """The lines of a document and the tax that stands among them; a group counts as its members."""
    lines: list[Line] = []
    tax = ZERO
    for line in _each(raw.get("Lines") or []):
        if ref(line, "ItemRef") in tax_items:
            tax += number(line, "Amount")
        else:
            lines.append(_read(line, facts))
    return tuple(lines), tax


def add_lines(record: SalesDocument, facts: Facts) -> list[Body]:
    """The lines of a new document. Raises BadReference for an amount without an item."""
    return [_body(line, record, facts) for line in record.lines]


def mod_lines(record: SalesDocument, facts: Facts, base: SalesDocument | None) -> list[Body]:
    """All lines of a changed document, known ones by their ids and in their old order (3290): who is not listed goes.

    A line keeps its id only where it stays what it is, item or text: QuickBooks cannot take an item off a line.
    """
    old = [line for line in base.lines if line.line_id] if base else []
    found: list[Body] = []
    for line in record.lines:
        place = next((place for place, each in enumerate(old) if _is_text(each) == _is_text(line)), None)
        key = NEW_LINE if place is None else old[place].line_id
        old = old if place is None else old[place + 1 :]
        found.append({"TxnLineID": key, **_body(line, record, facts)})
    return found


def taxes_lines(record: SalesDocument) -> bool:
    """Whether anything on a document may be taxed at all: else no line is, whatever the item says."""
    return bool(record.tax or record.tax_code_id)


def _each(lines: Sequence[Raw]) -> Iterator[Raw]:
    for line in lines:
        if str(line.get("Kind", "")).endswith("LineGroupRet"):
            # Members are named by their group when a document is changed, so their own ids are of no use.
            yield from ({**member, "TxnLineID": ""} for member in rows(line, "Lines"))
        else:
            yield line


def _read(raw: Raw, facts: Facts) -> Line:
    item, amount = ref(raw, "ItemRef"), maybe(raw, "Amount")
    if not item and not amount:
        return Line(line_id=text(raw, "TxnLineID"), kind=LineKind.TEXT, description=text(raw, "Desc"), taxable=False)
    quantity, price = maybe(raw, "Quantity"), maybe(raw, "Rate")
    code = ref(raw, "SalesTaxCodeRef")
    return Line(
        line_id=text(raw, "TxnLineID"),
        item_id=item,
        name=ref_name(raw, "ItemRef"),
        description=text(raw, "Desc"),
        quantity=Decimal(1) if quantity is None else quantity,
        price=amount or ZERO if price is None else price,
        amount=amount or ZERO,
        taxable=_taxable(raw, facts),
        tax_code_id=f"SalesTaxCode:{code}" if code and canadian(facts) else "",
        class_id=ref(raw, "ClassRef"),
    )


def _taxable(raw: Raw, facts: Facts) -> bool:
    code, name = ref(raw, "SalesTaxCodeRef"), ref_name(raw, "SalesTaxCodeRef")
    if not code and not name:
        return False
    free = facts.defaults.get("non_taxable_code", "")
    return code != free if code and free else name.casefold() != US_CODES[False].casefold()


def _is_text(line: Line) -> bool:
    return line.kind is LineKind.TEXT or (not line.item_id and not line.amount)


def _body(line: Line, record: SalesDocument, facts: Facts) -> Body:
    described = names.lines(line.description or line.name)
    if _is_text(line):
        return {"Desc": described}
    if not line.item_id:
        raise BadReference(f"The line “{line.description or line.name}” has no product in QuickBooks Desktop.")
    kind = kind_of(line.item_id)
    body: Body = {"ItemRef": to_ref(bare(line.item_id)), "Desc": described}
    body |= {"Quantity": line.quantity} if line.quantity and kind not in UNCOUNTED else {}
    body |= {"ClassRef": to_ref(line.class_id)} if line.class_id else {}
    body["Amount"] = line.amount
    return body if kind in TAX_ITEMS else body | _tax_code(line, record, facts)


def _tax_code(line: Line, record: SalesDocument, facts: Facts) -> Body:
    """What QuickBooks works the tax out by: a code on each line, in Canada one that names the rates."""
    if not facts.uses_tax:
        return {}
    taxed = line.taxable and taxes_lines(record)
    own = bare(line.tax_code_id or (record.tax_code_id if taxed else "")) if canadian(facts) else ""
    known = own or facts.defaults.get("taxable_code" if taxed else "non_taxable_code", "")
    if known:
        return {"SalesTaxCodeRef": to_ref(known)}
    return {} if canadian(facts) else {"SalesTaxCodeRef": {"FullName": US_CODES[taxed]}}
