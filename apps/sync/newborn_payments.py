"""Payments that have no link yet: which go across by themselves, which a person must see first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from apps.connections.models import Company
from apps.connections.policies import Policies
from apps.mirror.models import Application, Link, MirrorRow
from apps.mirror.states import SyncState
from apps.mirror.store import live, unlinked
from apps.platforms.base import Side
from apps.sync import marks
from apps.sync.links import Newborn, agree, counterparts, make_links, sentence
from apps.sync.models import Request
from apps.sync.twins import ask_about_twins, near, the_same

ZERO = Decimal(0)


def ensure_payment_links(company: Company, policies: Policies) -> int:
    """Links for newborn payments of both sides, after pairing those that are the same payment entered twice."""
    # What carries our mark was written by us: an answer still awaited, or a copy; it is nobody's new payment.
    ours = [row for row in _newborns(company, Side.SYNCRO) if not row.marker]
    theirs = [row for row in _newborns(company, Side.BOOKS) if not marks.is_ours(row.marker, company)]
    paired = _same_on_both_sides(company, ours, theirs)
    made = make_links(company, "payment", (_born_here(company, policies, row, paired) for row in ours), Side.SYNCRO)
    _tie_refund_partners(company)
    if policies.get("payments_in") == "off":
        return made
    theirs = [row for row in theirs if not row.marker]  # another installation's mark is never pushed
    judge = _Judge(company, policies, theirs)
    made += make_links(company, "payment", (judge.born(row, paired) for row in theirs), Side.BOOKS)
    return made + ask_about_twins(company)


def _newborns(company: Company, side: Side) -> Iterable[MirrorRow]:
    rows: Iterable[MirrorRow] = unlinked(company, side, "payment").filter(live()).order_by("date", "pk").iterator(1000)
    return rows


def _born_here(company: Company, policies: Policies, row: MirrorRow, paired: dict[MirrorRow, MirrorRow]) -> Newborn:
    """What becomes of a payment taken in Syncro."""
    if not row.content.get("success", True):
        return Newborn(row, SyncState.IGNORED, "declined")
    if not row.amount:
        return Newborn(row, SyncState.IGNORED, "zero")
    if company.start_date and row.date and row.date < company.start_date:
        return Newborn(row, SyncState.IGNORED, "before_start")
    if not policies.on("payments_out"):
        return Newborn(row, SyncState.IGNORED, "off_by_policy")
    if row in paired:
        return _twice(row, paired[row])
    if row.amount < 0:
        return Newborn(
            row,
            SyncState.HELD,
            "refund_review",
            f"{abs(row.amount)} was paid back; its refund invoice has not been found.",
        )
    return Newborn(row)


def _twice(row: MirrorRow, other: MirrorRow) -> Newborn:
    return Newborn(row, SyncState.HELD, "same_on_both_sides", the_same(row, other), {"other": other.pk})


def _tie_refund_partners(company: Company) -> None:
    """A repayment on a refund invoice is booked together with that invoice, never alone."""
    alone = list(
        Link.objects.filter(
            company=company, entity="payment", origin=Side.SYNCRO, partner__isnull=True, syncro__amount__lt=0
        )
        .exclude(state__in=[SyncState.IGNORED, SyncState.IN_SYNC])
        .select_related("syncro")
    )
    parts = Application.objects.filter(
        company=company,
        side=Side.SYNCRO,
        document_entity="invoice",
        payment_id__in=[link.syncro.external_id for link in alone if link.syncro],
    )
    invoice_of = {part.payment_id: part.document_id for part in parts}
    refunds = counterparts(company, "invoice", Side.SYNCRO, invoice_of.values())
    for link in alone:
        partner = refunds.get(invoice_of.get(link.syncro.external_id if link.syncro else "", ""))
        if partner and partner.syncro and (partner.syncro.amount or ZERO) < 0:
            Link.objects.filter(pk=link.pk).update(partner=partner)
            busy = partner.state in (SyncState.PUSHING, SyncState.IN_DOUBT)
            Link.objects.filter(pk=link.pk).move(
                SyncState.PENDING if busy else SyncState(partner.state),
                code="refund_partner",
                reason=sentence("refund_partner"),
            )


class _Judge:
    """Decides about payments taken in the books, with everything it needs read at once."""

    def __init__(self, company: Company, policies: Policies, rows: Sequence[MirrorRow]) -> None:
        self.company, self.policies = company, policies
        self.parts: dict[str, list[Application]] = defaultdict(list)
        for part in Application.objects.filter(
            company=company, side=Side.BOOKS, payment_id__in=[row.external_id for row in rows]
        ):
            self.parts[part.payment_id].append(part)
        invoices = [
            part.document_id for parts in self.parts.values() for part in parts if part.document_entity == "invoice"
        ]
        self.invoices = counterparts(company, "invoice", Side.BOOKS, invoices)

    def born(self, row: MirrorRow, paired: dict[MirrorRow, MirrorRow]) -> Newborn:
        """What becomes of one payment of the books."""
        if not row.amount:
            return Newborn(row, SyncState.IGNORED, "zero")
        if self.company.start_date and row.date and row.date < self.company.start_date:
            return Newborn(row, SyncState.IGNORED, "before_start")
        if row.currency and row.currency != self.company.currency:
            reason = f"The payment is in {row.currency}, the company's currency is {self.company.currency}."
            return Newborn(row, SyncState.HELD, "currency_differs", reason)
        if row in paired:
            return _twice(row, paired[row])
        return self._by_application(row)

    def _by_application(self, row: MirrorRow) -> Newborn:
        parts = self.parts.get(row.external_id, [])
        strange = [part for part in parts if part.document_entity != "invoice" or not self._known(part)]
        applied = sum((part.amount or ZERO for part in parts), ZERO)
        if strange:
            return Newborn(row, SyncState.HELD, "unknown_invoice")
        if (row.amount or ZERO) > applied and self.policies.get("unapplied_in") == "review":
            reason = f"{(row.amount or ZERO) - applied} of this payment of {row.amount} is not applied to any invoice in the books."
            return Newborn(row, SyncState.HELD, "unapplied_review", reason)
        if len(parts) > 1 and self.policies.get("multi_invoice_payments_in") == "review":
            return Newborn(row, SyncState.HELD, "multi_invoice_payment", self._split(row, parts))
        if self.policies.get("payments_in") == "review":
            return Newborn(row, SyncState.HELD, "payment_in_review")
        return Newborn(row)

    def _known(self, part: Application) -> bool:
        link = self.invoices.get(part.document_id)
        return link is not None and link.syncro is not None and link.syncro.is_live

    def _split(self, row: MirrorRow, parts: Sequence[Application]) -> str:
        named = ", ".join(f"{part.amount} on invoice {self._number(part)}" for part in parts)
        return f"One payment of {row.amount} taken in the books covers {len(parts)} invoices: {named}. Confirm the split before it goes to Syncro."

    def _number(self, part: Application) -> str:
        link = self.invoices[part.document_id]
        return (link.syncro or link.books).label if link.syncro or link.books else part.document_id  # type: ignore[union-attr]


def _same_on_both_sides(
    company: Company, ours: Sequence[MirrorRow], theirs: Sequence[MirrorRow]
) -> dict[MirrorRow, MirrorRow]:
    """Newborn payments of the two sides with one customer, amount and week. Before anything was ever written one
    candidate is the payment somebody had already entered, and is linked; later a person says.
    """
    if not ours or not theirs:
        return {}
    customers = counterparts(company, "customer", Side.BOOKS, [row.party for row in theirs])
    wanted: dict[tuple[str, Decimal], list[MirrorRow]] = defaultdict(list)
    for row in theirs:
        link = customers.get(row.party)
        if link and link.syncro and row.amount:
            wanted[(link.syncro.external_id, row.amount)].append(row)
    first = not Request.objects.filter(company=company).exists()
    paired: dict[MirrorRow, MirrorRow] = {}
    for row in ours:
        there = wanted.get((row.party, row.amount or ZERO), [])
        alike = [other for other in there if near(row, other)]
        if first and len(alike) == 1:
            _link_as_same(company, row, alike[0])
        if alike:
            paired |= {row: alike[0], alike[0]: row}
            there.remove(alike[0])
    return paired


def _link_as_same(company: Company, ours: MirrorRow, theirs: MirrorRow) -> None:
    make_links(company, "payment", [Newborn(ours)], Side.SYNCRO)
    link = Link.objects.get(syncro_id=ours.pk)
    Link.objects.filter(pk=link.pk).update(books_id=theirs.pk)
    link.legs.update(external_id=theirs.external_id, state="done")
    link.refresh_from_db()
    agree(link)
