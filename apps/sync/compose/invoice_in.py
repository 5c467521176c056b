"""An edit of an invoice in the books, as Syncro should hold the invoice from then on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import cast

from apps.core.money import cents
from apps.mirror.models import Link
from apps.platforms.base import Side, Write
from apps.platforms.content import from_content
from apps.platforms.records import Invoice, Line, LineKind
from apps.sync.compare import TOLERANCE
from apps.sync.compose.desk import Desk, Held, write_for
from apps.sync.compose.products import Products

ZERO, HALF_A_CENT = Decimal(0), Decimal("0.005")
Fits = Callable[[Line, Line], bool]


def compose_invoice_in(desk: Desk, link: Link) -> Write:
    """Syncro's invoice with what the books changed: header fields, and lines, each tied to Syncro's own where it is the
    same one. Held, before anything is written, where Syncro cannot hold what the books say.
    """
    if link.books is None or link.syncro is None or not (link.books.is_live and link.syncro.is_live):
        raise Held("not_taken", "It no longer stands on both sides.")
    if link.books.entity != "invoice":
        raise Held("not_taken", "A refund is not changed in Syncro over its interface.")
    ours, theirs = cast("Invoice", link.syncro.record()), cast("Invoice", link.books.record())
    desk.check_currency(theirs.currency)
    _check_customer(desk, ours, theirs)
    base = from_content(Invoice, link.base_books) if link.base_books else theirs
    lines = _Lines(desk, link, ours, theirs, base).wanted()
    _check_sums(ours, theirs, lines)
    wanted = replace(
        _header(desk, ours, theirs, base), lines=lines, subtotal=theirs.subtotal, tax=theirs.tax, total=theirs.total
    )
    return replace(write_for(link, wanted, overwrite=bool(link.hints.get("accepted"))), marker="")


def _check_customer(desk: Desk, ours: Invoice, theirs: Invoice) -> None:
    try:
        customer = desk.customer(Side.BOOKS, theirs.customer_id)
    except Held as unknown:
        raise Held("not_taken", unknown.reason) from unknown
    if customer != ours.customer_id:
        raise Held("not_taken", f"Invoice {ours.number} was given to another customer in the books.")


def _header(desk: Desk, ours: Invoice, theirs: Invoice, base: Invoice) -> Invoice:
    """What both sides show must be the same; a note or a due date follows only where somebody changed it."""
    renumbered = theirs.number and theirs.number != ours.number[: desk.books.number_length]
    return replace(
        ours,
        number=theirs.number if renumbered else ours.number,
        date=theirs.date,
        due_date=theirs.due_date if theirs.due_date not in (None, base.due_date) else ours.due_date,
        po_number=theirs.po_number if theirs.po_number not in ("", base.po_number) else ours.po_number,
        memo=theirs.memo if theirs.memo not in ("", base.memo) else ours.memo,
    )


def _check_sums(ours: Invoice, theirs: Invoice, lines: Sequence[Line]) -> None:
    """Syncro works out sums and tax by itself: told what it would make of these lines, as far as that follows."""
    sold = sum((line.amount for line in lines), ZERO)
    if cents(sold + theirs.tax) != cents(theirs.total):
        raise Held(
            "not_taken",
            f"The lines come to {cents(sold)} and the tax to {cents(theirs.tax)}, but the books' total is {cents(theirs.total)}.",
        )
    before, now = _taxable(ours.lines), _taxable(lines)
    if not before and now:
        return  # at what rate is not known: the total is compared once it is written
    share = now / before if before else ZERO
    expected = cents(ours.tax * share)
    if abs(theirs.tax - expected) > TOLERANCE + abs(share) * HALF_A_CENT:
        raise Held(
            "not_taken",
            f"The books' tax is {cents(theirs.tax)}; Syncro works tax out by itself and would make it {expected}.",
        )


def _taxable(lines: Sequence[Line]) -> Decimal:
    return sum((line.amount for line in lines if line.taxable), ZERO)


class _Lines:
    """The lines of one invoice: which of Syncro's each of the books' is, and what becomes of it."""

    def __init__(self, desk: Desk, link: Link, ours: Invoice, theirs: Invoice, base: Invoice) -> None:
        self.here = [line for line in ours.lines if _sells(line)]
        self.words = [line for line in ours.lines if not _sells(line)]
        self.there = [line for line in theirs.lines if line.kind is not LineKind.TEXT]
        self.products = Products(desk, self.here, self.there)
        self.then = {line.line_id: line for line in base.lines if line.line_id}
        self._ids = _pairs(link, base)

    def wanted(self) -> tuple[Line, ...]:
        """Syncro's own lines in their order as they are to be, then the new ones."""
        if any(line.kind is LineKind.DISCOUNT for line in self.there):
            raise Held("not_taken", "The books give a discount on the whole invoice, which Syncro has not.")
        partners = self._partners()
        kept = {partner.line_id: self._changed(line, partner) for line, partner in partners if partner is not None}
        new = tuple(self._new(line) for line, partner in partners if partner is None)
        words = {line.line_id: line for line in self.words}
        both = kept | words
        order = [line.line_id for line in (*self.here, *self.words)]
        return tuple(both[key] for key in order if key in both) + new

    def _partners(self) -> list[tuple[Line, Line | None]]:
        """What is the same goes together first, so that what was done already is not done again."""
        free, found = list(self.here), dict[int, Line]()
        rules: tuple[Fits, ...] = (
            lambda line, own: self._is(line, own) and self._same(line, own),
            self._same,
            self._is,
            self.products.fits,
        )
        for fits in rules:
            for place, line in enumerate(self.there):
                own = next((each for each in free if fits(line, each)), None) if place not in found else None
                if own is not None:
                    found[place] = own
                    free.remove(own)
        return [(line, found.get(place)) for place, line in enumerate(self.there)]

    def _is(self, line: Line, own: Line) -> bool:
        return bool(line.line_id) and self._ids.get(line.line_id) == own.line_id and self.products.fits(line, own)

    def _same(self, line: Line, own: Line) -> bool:
        return (
            self.products.fits(line, own) and _worth_the_same(line, own) and self._words(line, own) == own.description
        )

    def _words(self, line: Line, own: Line) -> str:
        """The words change where somebody changed them; the books may have cut them."""
        before = self.then.get(line.line_id)
        changed = line.description and (line.description != before.description if before else not _begins(line, own))
        return line.description if changed else own.description

    def _changed(self, line: Line, own: Line) -> Line:
        before = self.then.get(line.line_id)
        taxable = line.taxable if before is not None and before.taxable != line.taxable else own.taxable
        kept = replace(own, description=self._words(line, own), taxable=taxable)
        if _worth_the_same(line, own):
            return kept
        return replace(kept, quantity=line.quantity, price=_price(line), amount=line.amount)

    def _new(self, line: Line) -> Line:
        words = line.description or line.name
        return Line(
            item_id=self.products.in_syncro(line), name=line.name or words[:100], description=words, quantity=line.quantity,
            price=_price(line), amount=line.amount, taxable=line.taxable,
        )  # fmt: skip


def _pairs(link: Link, base: Invoice) -> dict[str, str]:
    """The lines of the books by their ids with Syncro's of the same place, when both sides last agreed."""
    own = from_content(Invoice, link.base_syncro) if link.base_syncro else None
    sold = [line for line in own.lines if _sells(line)] if own is not None else []
    there = [line for line in base.lines if line.kind is not LineKind.TEXT]
    return {line.line_id: each.line_id for line, each in zip(there, sold, strict=False) if line.line_id}


def _sells(line: Line) -> bool:
    return bool(line.amount) or line.kind is not LineKind.TEXT


def _worth_the_same(line: Line, own: Line) -> bool:
    """Lines with a discount of their own are compared by their amount alone, as everywhere (see sync/compare)."""
    plain = own.quantity * own.price == own.amount
    return cents(line.amount) == cents(own.amount) and (not plain or line.quantity == own.quantity)


def _begins(line: Line, own: Line) -> bool:
    """Whether the books' words are those of Syncro's line, perhaps cut short."""
    words = " ".join((own.description or own.name).split())
    return words.startswith(" ".join(line.description.split()))


def _price(line: Line) -> Decimal:
    """A price that makes the amount out of the quantity: Syncro multiplies by itself."""
    if cents(line.quantity * line.price) == cents(line.amount):
        return line.price
    price = line.amount / line.quantity if line.quantity else ZERO
    if price != cents(price) or cents(price * line.quantity) != cents(line.amount):
        raise Held(
            "not_taken",
            f"No price of whole cents makes {cents(line.amount)} out of {line.quantity} of “{line.description or line.name}”.",
        )
    return cents(price)
