"""Tie rows to links: newborns of either side, rows that already belong together, and our own writes coming back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from apps.connections.models import Company
from apps.connections.policies import Policies
from apps.mirror.legs import further_rows, named_by_a_leg
from apps.mirror.models import Application, BooksRecord, Leg, LegState, Link, MirrorRow, SyncroRecord
from apps.mirror.models.link import show_state
from apps.mirror.states import SyncState
from apps.mirror.store import live, rows_of, unlinked
from apps.platforms.base import Side
from apps.platforms.content import to_content
from apps.platforms.records import Record
from apps.sync import marks
from apps.sync.codes import HELD_CODES, IGNORED_CODES, PENDING_CODES

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Newborn:
    """What becomes of a row that has no link yet."""

    row: MirrorRow
    state: SyncState = SyncState.PENDING
    code: str = ""
    reason: str = ""
    hints: dict[str, Any] | None = None


def ensure_links(company: Company, policies: Policies) -> int:
    """Give every row that matters a link; gives how many were made or joined. Ours coming back joins first."""
    made = join_echoes(company)
    made += _make(company, "customer", _newborn_customers(company, policies), Side.SYNCRO)
    made += _make(company, "item", _newborn_items(company, policies), Side.SYNCRO)
    made += _make(company, "invoice", _newborn_invoices(company, policies), Side.SYNCRO)
    return made


def make_links(company: Company, entity: str, newborns: Iterable[Newborn], origin: Side) -> int:
    """Links for newborns of an entity, with their first leg; in batches."""
    return _make(company, entity, newborns, origin)


def _make(company: Company, entity: str, newborns: Iterable[Newborn], origin: Side) -> int:
    batch: list[Newborn] = []
    made = 0
    for newborn in newborns:
        batch.append(newborn)
        if len(batch) >= CHUNK:
            made += _make_batch(company, entity, batch, origin)
            batch = []
    return made + _make_batch(company, entity, batch, origin)


def _make_batch(company: Company, entity: str, batch: list[Newborn], origin: Side) -> int:
    if not batch:
        return 0
    links = [
        Link(
            company=company, entity=entity, origin=origin, state=each.state, code=each.code,
            reason=each.reason or sentence(each.code), effective_date=each.row.date, hints=each.hints or {}, **{f"{origin.value}_id": each.row.pk},
        )
        for each in batch
    ]  # fmt: skip
    with transaction.atomic():
        # Another worker may have made some of them in the meantime: theirs stand.
        Link.objects.bulk_create(links, ignore_conflicts=True)
        stored = list(
            Link.objects.filter(
                **{f"{origin.value}_id__in": [each.row.pk for each in batch]}, legs__isnull=True
            ).select_related(origin.value)
        )
        Leg.objects.bulk_create([_first_leg(company, link, origin) for link in stored], ignore_conflicts=True)
        show_state([link.pk for link in stored])
    return len(stored)


def _first_leg(company: Company, link: Link, origin: Side) -> Leg:
    row = link.row(origin)
    mark = marks.marker(company, link.entity, row.external_id if row else "")
    return Leg(link=link, position=0, side=origin.other, entity=link.entity, marker=mark)


def sentence(code: str) -> str:
    """The sentence of a code, "" for none."""
    return HELD_CODES.get(code) or IGNORED_CODES.get(code) or PENDING_CODES.get(code) or ""


def _newborn_customers(company: Company, policies: Policies) -> Iterable[Newborn]:
    awaited = Leg.objects.filter(
        link__company=company, side=Side.SYNCRO, entity="customer", external_id="", marker=OuterRef("marker")
    )  # our own write coming back, whose answer is still under way
    rows = unlinked(company, Side.SYNCRO, "customer").filter(live()).exclude(Exists(awaited))
    documents = SyncroRecord.objects.filter(
        company=company, entity__in=["invoice", "payment"], party=OuterRef("external_id")
    )
    if company.start_date:
        documents = documents.filter(date__gte=company.start_date)
    if policies.get("customers") == "with_invoices":
        rows = rows.filter(Exists(documents))
    else:
        rows = rows.filter(Q(status="active") | Exists(documents))
    return (Newborn(row) for row in rows.order_by("pk").iterator(CHUNK))


def _newborn_items(company: Company, policies: Policies) -> Iterable[Newborn]:
    """Products that stand on an invoice: the books need the item before the invoice."""
    used = set(_used_item_ids(company))
    rows = unlinked(company, Side.SYNCRO, "item").filter(external_id__in=used).filter(gone_at__isnull=True)
    return (Newborn(row) for row in rows.order_by("pk").iterator(CHUNK))


def _used_item_ids(company: Company) -> Iterable[str]:
    rows = unlinked(company, Side.SYNCRO, "invoice")
    held = SyncroRecord.objects.filter(
        company=company, entity="invoice", sync_state__in=[SyncState.PENDING, SyncState.HELD]
    )
    for queryset in (rows, held):
        for lines in queryset.values_list("content__lines", flat=True).iterator(CHUNK):
            yield from (line["item_id"] for line in lines or () if line.get("item_id"))


def _newborn_invoices(company: Company, policies: Policies) -> Iterable[Newborn]:
    rows = unlinked(company, Side.SYNCRO, "invoice").filter(gone_at__isnull=True)
    return (_born_invoice(company, policies, row) for row in rows.order_by("date", "pk").iterator(CHUNK))


def _born_invoice(company: Company, policies: Policies, row: MirrorRow) -> Newborn:
    if company.start_date and row.date and row.date < company.start_date:
        return Newborn(row, SyncState.IGNORED, "before_start")
    if not policies.on("invoices_out") or (not row.amount and not policies.on("zero_invoices")):
        return Newborn(row, SyncState.IGNORED, "off_by_policy")
    if row.amount is not None and row.amount < 0:
        return _born_refund(policies, row)
    return Newborn(row)


def _born_refund(policies: Policies, row: MirrorRow) -> Newborn:
    if policies.get("refunds") == "review":
        reason = (
            f"Refund invoice {row.label} of {abs(row.amount or 0)} waits for confirmation before it goes to the books."
        )
        return Newborn(row, SyncState.HELD, "refund_review", reason)
    return Newborn(row)


def join_echoes(company: Company) -> int:
    """Rows that carry the mark of a leg that has no document yet are our own write coming back: they join."""
    joined = 0
    for side, model in ((Side.BOOKS, BooksRecord), (Side.SYNCRO, SyncroRecord)):
        rows = (
            model.objects.filter(~named_by_a_leg(side), company=company, link__isnull=True)
            .exclude(marker="")
            .filter(live())
            .order_by(Length("external_id"), "external_id")  # people copy documents: the one made first is ours
        )
        waiting = {
            leg.marker: leg
            for leg in Leg.objects.filter(
                marker__in=rows.values("marker"), external_id="", side=side, link__company=company
            ).select_related("link")
        }
        joined += sum(_join_echo(waiting, row) for row in rows)
    return joined


def _join_echo(waiting: dict[str, Leg], row: MirrorRow) -> bool:
    leg = waiting.get(row.marker)
    if leg is None or not marks.is_ours(row.marker, row.company) or leg.entity != row.entity:
        return False
    waiting.pop(row.marker)
    # Being sent or in doubt: whoever holds the claim settles it, with this very document.
    if leg.link.state in (SyncState.PUSHING, SyncState.IN_DOUBT):
        return False
    if not _as_wanted(leg, row):
        return _doubtful_echo(leg.link, row)
    if leg.position:  # what else there is to do shows when the link is composed again
        Leg.objects.filter(pk=leg.pk).update(external_id=row.external_id, state=LegState.DONE)
        return True
    join(leg.link, leg, row)
    # It was made from what its record was then: the two are compared anew.
    Link.objects.filter(pk=leg.link.pk).update(**{f"digest_{leg.link.origin}": ""})
    return True


def _doubtful_echo(link: Link, row: MirrorRow) -> bool:
    """It carries the mark of a record that is still to be sent, with another amount: sent now, it might stand twice."""
    reason = f"{row} already carries its mark, with an amount of {row.amount}: it may be this very record, or a copy."
    return bool(
        Link.objects.filter(pk=link.pk, state=SyncState.PENDING).move(SyncState.HELD, code="cannot_tell", reason=reason)
    )


def _as_wanted(leg: Leg, row: MirrorRow) -> bool:
    """An echo joins only a leg whose frozen content it equals, as far as the other side cannot have changed it."""
    wanted = leg.wanted.get("total", leg.wanted.get("amount"))
    return (
        wanted is None
        or row.amount is None
        or abs(row.amount - type(row.amount)(str(wanted))) <= type(row.amount)("0.05")
    )


def join(link: Link, leg: Leg, row: MirrorRow) -> None:
    """Tie a document of the other side to its link: the two sides agree as they are now, and the link is in sync."""
    side = Side(leg.side)
    with transaction.atomic():
        Leg.objects.filter(pk=leg.pk).update(external_id=row.external_id, entity=row.entity, state=LegState.DONE)
        Link.objects.filter(pk=link.pk).update(**{f"{side.value}_id": row.pk})
        link.refresh_from_db()
        agree(link)


def agree(link: Link) -> None:
    """What both sides say now becomes the agreed base, and nothing is left to bring over."""
    Link.objects.filter(pk=link.pk, hints__has_key="back").update(hints={})
    agree_all([link.pk])


def agree_all(link_ids: list[int]) -> None:
    """What both sides of these links say now becomes the agreed base, and they are in sync; a handful of statements.

    What the books changed while Syncro's change went to them is still to be brought back.
    """
    if not link_ids:
        return
    links = list(Link.objects.filter(pk__in=link_ids).select_related("company", "syncro", "books"))
    for link in links:
        for side in Side:
            row = link.row(side)
            setattr(link, f"base_{side.value}", row.content if row else {})
            setattr(link, f"digest_{side.value}", row.digest if row else "")
        back = link.hints.get("back") if link.origin == Side.SYNCRO else None
        link.attempts, link.hints = 0, {"back": back} if back else {}
    Link.objects.bulk_update(
        links, ["base_syncro", "base_books", "digest_syncro", "digest_books", "attempts", "hints"], batch_size=200
    )
    _agree_legs(links)
    _home_again([link for link in links if link.entity == "invoice" and link.origin == Side.BOOKS])
    Link.objects.filter(pk__in=link_ids).move(SyncState.IN_SYNC)
    settle_partners(link_ids)


def face(link: Link, toward: Side) -> None:
    """From here on the documents of a link whose rows are both there are written to this side."""
    source, goal = link.row(toward.other), link.row(toward)
    if source is None or goal is None:
        raise ValueError(f"link {link.pk} has no document on both sides")
    own = marks.marker(link.company, link.entity, source.external_id)
    mark = goal.marker if link.entity == "invoice" and marks.is_ours(goal.marker, link.company) else own
    Link.objects.filter(pk=link.pk).update(origin=toward.other)
    Leg.objects.filter(link=link, position=0).update(
        side=toward, entity=goal.entity, external_id=goal.external_id, marker=mark
    )
    link.origin = toward.other


def _home_again(edited: list[Link]) -> None:
    """Invoices start in Syncro: one whose edit was taken there goes to the books again from now on."""
    for link in edited:
        if link.syncro is not None and link.books is not None:
            face(link, Side.BOOKS)


def _agree_legs(links: list[Link]) -> None:
    """The further documents as they are now are agreed too; those that are no longer there are no legs any more."""
    further = further_rows(links)
    legs = list(Leg.objects.filter(link_id__in=[link.pk for link in links], position__gt=0))
    for leg in legs:
        row = further.get(leg.link_id, {}).get(leg.position)
        leg.digest = row.digest if row is not None else ""
    Leg.objects.bulk_update([leg for leg in legs if leg.digest], ["digest"])
    Leg.objects.filter(pk__in=[leg.pk for leg in legs if not leg.digest]).update(external_id="", digest="")


def settle_partners(link_ids: list[int]) -> None:
    """What is booked together with these links is in sync with them."""
    partners = list(
        Link.objects.filter(partner_id__in=link_ids).exclude(state=SyncState.IN_SYNC).values_list("pk", flat=True)
    )
    Link.objects.filter(pk__in=partners).move(
        SyncState.IN_SYNC, code="refund_partner", reason="Booked together with its refund invoice."
    )


def counterparts(company: Company, entity: str, side: Side, ids: Iterable[str]) -> dict[str, Link]:
    """Links of these records of one side, by id, with both rows; one query."""
    path = f"{side.value}__external_id__in"
    links: QuerySet[Link] = Link.objects.filter(
        company=company, entity=entity, **{path: list(set(ids)), f"{side.value}__entity": entity}
    ).select_related("syncro", "books")
    return {row.external_id: link for link in links if (row := link.row(side)) is not None}


def frozen(record: Record) -> dict[str, Any]:
    """A wanted record as a leg keeps it."""
    content: dict[str, Any] = to_content(record, frozenset({"raw", "updated_at"}))
    return content


def payments_on(company: Company, side: Side, document_id: str) -> QuerySet[Application]:
    """Applications of money on an invoice of one side; some books still tell where money lay that was deleted."""
    found = Application.objects.filter(company=company, side=side, document_entity="invoice", document_id=document_id)
    rows = rows_of(side)._default_manager.filter(company=company, entity="payment", external_id=OuterRef("payment_id"))
    return found.exclude(Exists(rows.exclude(live())))
