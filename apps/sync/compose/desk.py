"""What composing needs, read at once for a whole batch: counterparts, mappings, policies, facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Lower

from apps.connections.models import Company
from apps.connections.policies import Policies
from apps.mappings.lookup import Chosen
from apps.mirror.legs import further_rows
from apps.mirror.models import Application, BooksRecord, Link, MirrorRow
from apps.mirror.states import SyncState
from apps.platforms.base import Platform, Side, Verb, Write
from apps.platforms.content import from_content
from apps.platforms.errors import Refused
from apps.platforms.records import Facts, ItemKind, Record
from apps.platforms.registry import platform_class
from apps.sync import marks
from apps.sync.links import counterparts, payments_on
from apps.sync.tax.judge import rates_of_lines

ZERO = Decimal(0)
#: Entities of name lists, where a name can be taken.
LISTED = frozenset({"customer", "item"})
#: Items that only hold others: no line of a document can name them.
UNSOLD = frozenset({ItemKind.CATEGORY, ItemKind.BUNDLE})


class Held(Exception):
    """A person must look before this can go across."""

    def __init__(self, code: str, reason: str, **hints: Any) -> None:
        self.code, self.reason, self.hints = code, reason, hints
        super().__init__(reason)


class NotLinkedYet(Exception):
    """Another record goes first; this one is tried again once that has gone."""


class NothingToDo(Exception):
    """The other side already holds it."""


#: So many steps one thing may take to stand on the other side, and those of its lines; more would be going in circles.
MOST_STEPS = 12


class StandsAside(Exception):
    """It does not go across, on purpose; `code` is one of IGNORED_CODES."""

    def __init__(self, code: str, reason: str = "") -> None:
        self.code, self.reason = code, reason
        super().__init__(reason or code)


class Desk:
    """Everything a batch of links refers to, looked up in a handful of queries. `dry` names what does not exist yet."""

    def __init__(self, company: Company, links: Sequence[Link], *, dry: bool = False) -> None:
        self.company, self.dry = company, dry
        self.policies = Policies.of(company)
        self.chosen = Chosen.load(company)
        self.facts = facts_of(company)
        self.books = platform_class(company.books_platform)
        self.further = further_rows(links)
        rows = [row for link in links if (row := link.row(Side(link.origin))) is not None]
        self._customers = {
            side: counterparts(company, "customer", side, [row.party for row in rows if row.side is side])
            for side in Side
        }
        self._items = counterparts(company, "item", Side.SYNCRO, _item_ids(rows))
        self.parts = _parts(company, rows)
        self._invoices = {side: counterparts(company, "invoice", side, self._documents(side)) for side in Side}
        self.open_in_books = _open_in_books(company, self._invoices[Side.SYNCRO].values())
        self.partners = _partners(links)
        self.line_rates = rates_of_lines(company, [row.pk for row in rows if row.entity == "invoice"])
        self.names = _names_taken(company, links)

    def _documents(self, side: Side) -> Iterable[str]:
        return (
            part.document_id
            for (of, _), parts in self.parts.items()
            if of is side
            for part in parts
            if part.document_entity == "invoice"
        )

    def customer(self, side: Side, external_id: str) -> str:
        """The id across of a customer of this side; NotLinkedYet while it has none."""
        if not external_id:
            raise Held("bad_input", "Nothing says whose it is; it has no customer.")
        link = self._customers[side].get(external_id)
        if link is None:
            where = "Syncro" if side is Side.SYNCRO else "the books"
            raise Held("bad_reference", f"Its customer {external_id} of {where} is not known on the other side.")
        if side is Side.SYNCRO and link.books:  # a document takes the currency of its customer in the books
            self.check_currency(link.books.currency, f"{link.books} is kept")
        return self._across(link, side, "customer", external_id)

    def item(self, external_id: str) -> str:
        """The books' id of a Syncro product, "" when Syncro no longer has the product."""
        link = self._items.get(external_id)
        return self._across(link, Side.SYNCRO, "item", external_id) if link else ""

    def item_code(self, external_id: str) -> str:
        """What the books call the item of a Syncro product on a line."""
        link = self._items.get(external_id)
        return str(link.books.content.get("sku") or "") if link and link.books else ""

    def step(self, link: Link, whole: Write) -> Write:
        """The next of the writes that bring the other side to what `whole` wants. Raises NothingToDo, Held."""
        kind = self._platform(link.target)
        if kind is None:
            return whole
        try:
            write = kind.step(whole, self._there(link))
        except Refused as refusal:
            raise Held("not_taken" if is_edit(link) else "refused", refusal.message) from refusal
        if write is None:
            raise NothingToDo
        if link.hints.get("steps", 0) > MOST_STEPS + 2 * len(getattr(whole.record, "lines", ())):
            raise Held("refused", f"It does not come to rest in {kind.title}; look at its documents there.")
        mark = marks.leg_marker(whole.marker, write.leg)
        return replace(write, marker=mark)

    def _platform(self, side: Side) -> type[Platform] | None:
        if side is Side.BOOKS:
            return self.books
        return platform_class(self.company.syncro.platform) if self.company.syncro else None

    def _there(self, link: Link) -> dict[int, Record]:
        """The documents of a link on the side across, by leg, as far as they still stand."""
        first = link.row(link.target)
        there = {0: first.record()} if first is not None and first.is_live else {}
        return there | {position: row.record() for position, row in self.further.get(link.pk, {}).items()}

    def invoice(self, side: Side, external_id: str) -> str:
        """The id across of an invoice of this side."""
        return self._across(self._invoices[side].get(external_id), side, "invoice", external_id)

    def invoice_link(self, side: Side, external_id: str) -> Link | None:
        """The link of an invoice of this side."""
        return self._invoices[side].get(external_id)

    def _across(self, link: Link | None, side: Side, entity: str, external_id: str) -> str:
        row = link.row(side.other) if link else None
        if row is not None and row.is_live:
            return row.external_id
        if self.dry and link is not None and link.state in (SyncState.PENDING, SyncState.PUSHING):
            return f"(new {entity}: {link.row(side)})"
        raise NotLinkedYet(f"Its {entity} {(link.row(side) if link else None) or external_id} has not gone across yet.")

    def check_period(self, *days: date | None) -> None:
        """Held when a day lies in a closed period of the books."""
        closed = self.facts.closed_through
        inside = [day for day in days if day and closed and day <= closed]
        if inside:
            raise Held("period_closed", f"The books are closed up to {closed}; this is dated {min(inside)}.")

    def check_currency(self, currency: str, what: str = "It is") -> None:
        """Held when a document is not in the company's currency."""
        if currency and currency != self.company.currency:
            raise Held("currency_differs", f"{what} in {currency}, the company's currency is {self.company.currency}.")


def facts_of(company: Company) -> Facts:
    """What the books' platform last said of the account."""
    stored = company.books.facts if company.books else {}
    return from_content(Facts, stored or {})


def write_for(link: Link, record: Record, *, overwrite: bool = False) -> Write:
    """Create while the other side has no document, else an update of it; `overwrite` also what was edited there."""
    leg = next(iter(link.legs.all()), None)
    row = link.row(link.target)
    mark = leg.marker if leg else ""
    if row is not None and not overwrite:
        _check_untouched(link, row)
    if row is None:
        return Write(verb=Verb.CREATE, entity=record.entity, record=record, marker=mark)
    return Write(
        verb=Verb.UPDATE, entity=record.entity, record=record, marker=mark, external_id=row.external_id, revision=row.revision, base=row.record()
    )  # fmt: skip


def is_edit(link: Link) -> bool:
    """Whether this takes the books' edit of an invoice into Syncro."""
    return link.entity == "invoice" and link.target is Side.SYNCRO


def _check_untouched(link: Link, row: MirrorRow) -> None:
    """Held when the document was edited since both sides agreed and nobody has decided about that: it may have been read
    after this was found due, or because our revision of it was stale. List entries are merged field by field instead.
    """
    # Between two steps nothing is agreed yet: an answer and a later reading may spell one document differently.
    decided = link.hints.get("force") or link.hints.get("approved") or link.hints.get("steps")
    if link.entity in LISTED or decided or row.digest == getattr(link, f"digest_{link.target.value}"):
        return
    raise Held("both_edited", f"{row} was edited on the other side before this change could go there.")


def taking_back(link: Link, policies: Policies) -> Write | None:
    """The void or delete of a document whose Syncro record is gone, by policy."""
    if link.syncro is None or link.syncro.gone_at is None or link.books is None:
        return None
    if link.entity == "invoice" and _money_on(link.books):
        raise Held("locked", "Money is applied to it in the books; take the payment off it there, then try again.")
    verb = Verb.DELETE if policies.get("deleted_invoices") == "delete" and link.entity == "invoice" else Verb.VOID
    row = link.books
    return Write(
        verb=verb,
        entity=row.entity,
        record=row.record(),
        external_id=row.external_id,
        revision=row.revision,
        base=row.record(),
    )


def _money_on(invoice: BooksRecord) -> bool:
    """Whether money is applied to an invoice of the books, by its payments or by its own balance, which may be newer."""
    paid = payments_on(invoice.company, Side.BOOKS, invoice.external_id).exists()
    return paid or (invoice.balance is not None and invoice.balance != invoice.amount)


def _item_ids(rows: Iterable[MirrorRow]) -> set[str]:
    return {
        line["item_id"]
        for row in rows
        if row.entity == "invoice"
        for line in row.content.get("lines", ())
        if line.get("item_id")
    }


def _parts(company: Company, rows: Iterable[MirrorRow]) -> dict[tuple[Side, str], list[Application]]:
    found: dict[tuple[Side, str], list[Application]] = defaultdict(list)
    wanted = {side: [row.external_id for row in rows if row.entity == "payment" and row.side is side] for side in Side}
    for side, ids in wanted.items():
        for part in Application.objects.filter(company=company, side=side, payment_id__in=ids).order_by("pk"):
            found[(side, part.payment_id)].append(part)
    return found


def _open_in_books(company: Company, links: Iterable[Link]) -> dict[str, Decimal]:
    """What is still open of invoices of the books by their applications, which are newer than a stored balance."""
    rows = {link.books.external_id: link.books for link in links if link.books is not None}
    applied = dict(
        Application.objects.filter(
            company=company, side=Side.BOOKS, document_entity="invoice", document_id__in=list(rows)
        )
        .values_list("document_id")
        .annotate(Sum("amount"))
    )
    return {key: (row.amount or ZERO) - (applied.get(key) or ZERO) for key, row in rows.items()}


def _partners(links: Iterable[Link]) -> dict[int, Link]:
    """The repayment of each refund invoice of the batch, by the refund's link."""
    ids = [link.pk for link in links if link.entity == "invoice"]
    return {
        link.partner_id: link
        for link in Link.objects.filter(partner_id__in=ids).select_related("syncro")
        if link.partner_id
    }


def _names_taken(company: Company, links: Sequence[Link]) -> dict[str, str]:
    """Which names of this batch the books already have, in small letters, with the id that has it."""
    listed = [link for link in links if link.entity in LISTED]
    wanted = {" ".join(row.label.split()).casefold() for link in listed if (row := link.row(Side(link.origin)))}
    rows = BooksRecord.objects.filter(
        company=company, entity__in={link.entity for link in listed}, gone_at__isnull=True
    )
    if platform_class(company.books_platform).names_by_path:
        rows = rows.exclude(content__parent_id__gt="")
    named = rows.annotate(folded=Lower("label")).filter(folded__in=wanted) if listed else rows.none()
    holders: dict[str, list[BooksRecord]] = {}
    for row in named.order_by("pk"):
        holders.setdefault(row.label.casefold(), []).append(row)
    return {name: _holder(rows) for name, rows in holders.items()}


def _holder(rows: Sequence[BooksRecord]) -> str:
    """The id of the one a new entry of this name may be joined to; "" when the name is taken by what no line can name,
    or by several below different categories.
    """
    able = [row for row in rows if row.content.get("kind") not in UNSOLD]
    top = [row for row in able if not row.content.get("category")] or able
    return top[0].external_id if len(top) == 1 else ""
