"""Notice what changed on rows that are already linked, and say what the engine or a person does next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from apps.connections.models import Company
from apps.connections.policies import Policies
from apps.mappings.models import Mapping
from apps.mirror.legs import legs_that_changed
from apps.mirror.models import Application, Link
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.sync.codes import RECHECKED, RETRIED_ON_CHANGE
from apps.sync.compare import applications, differences
from apps.sync.customers import turn, view
from apps.sync.links import agree, payments_on

ZERO = Decimal(0)
#: Merged field by field when they are written: the two sides may spell one thing differently and still agree.
LISTS = frozenset({"customer", "item"})


def notice_changes(company: Company, policies: Policies) -> int:
    """Look at every link whose rows differ from what was last agreed; gives how many moved."""
    moved = 0
    for link in _changed(company).iterator(500):
        moved += _notice(link, policies)
    return moved + _try_again(company)


def _changed(company: Company) -> QuerySet[Link]:
    """Links in sync, or held for a reason that may have gone, with a row that is not as agreed."""
    differs = (
        (Q(syncro__isnull=False) & ~Q(syncro__digest=F("digest_syncro")))
        | (Q(books__isnull=False) & ~Q(books__digest=F("digest_books")))
        | Q(state=SyncState.HELD)
        | Q(leg_changed=True)
        | Q(hints__has_key="back")
    )
    standing = Q(state=SyncState.IN_SYNC) | Q(state=SyncState.HELD, code__in=RECHECKED)
    return (
        Link.objects.filter(company=company)
        .annotate(leg_changed=Exists(legs_that_changed(Side.BOOKS).filter(link=OuterRef("pk"))))
        .filter(standing & differs)
        .select_related("company", "syncro", "books", "partner")
        .order_by("pk")
    )


def _notice(link: Link, policies: Policies) -> int:
    if link.partner_id and link.books_id is None:
        return 0
    if link.entity not in LISTS and link.syncro is not None and link.books is not None and not differences(link):
        if link.state != SyncState.IN_SYNC or link.syncro.digest != link.digest_syncro or _sides(link)[1]:
            agree(link)
            return 1
        return 0
    to, code, reason = JUDGES[link.entity](link, policies)
    if (to, code, reason) == (link.state, link.code, link.reason):
        return 0
    return Link.objects.filter(pk=link.pk).move(to, code=code, reason=reason)


Verdict = tuple[SyncState, str, str]
STAY: Verdict = (SyncState.IN_SYNC, "", "")


def _sides(link: Link) -> tuple[bool, bool]:
    """Which sides changed since the last agreement."""
    ours = link.syncro is not None and link.syncro.digest != link.digest_syncro
    theirs = link.books is not None and link.books.digest != link.digest_books
    return ours, theirs or bool(getattr(link, "leg_changed", False))


def _gone(link: Link, policies: Policies) -> Verdict | None:
    """A side on which the document is no longer there."""
    books_gone = link.books is not None and not link.books.is_live
    if link.syncro is not None and link.syncro.gone_at is not None:
        return STAY if books_gone else _gone_in_syncro(link, policies)
    if books_gone:
        return (
            SyncState.HELD,
            "gone_in_books",
            f"{link.books} was deleted or voided in the books; it still stands in Syncro.",
        )
    return None


def _gone_in_syncro(link: Link, policies: Policies) -> Verdict:
    reason = f"{link.syncro} was deleted in Syncro; it still stands in the books."
    key = {"invoice": "deleted_invoices", "payment": "deleted_payments"}.get(link.entity, "")
    if not key or policies.get(key) == "review" or link.books is None:
        return SyncState.HELD, "gone_in_syncro", reason
    applied = link.entity == "invoice" and payments_on(link.company, Side.BOOKS, link.books.external_id).exists()
    if applied or link.books.content.get("deposited") or link.books.content.get("locked"):
        return (
            SyncState.HELD,
            "gone_in_syncro",
            f"{reason} Money is applied to it or it is deposited, so it is not voided by itself.",
        )
    return SyncState.PENDING, "", ""


def _invoice(link: Link, policies: Policies) -> Verdict:
    turn(link, Side.BOOKS)
    gone = _gone(link, policies)
    if gone:
        return gone
    if link.state == SyncState.HELD and link.code == "not_taken" and not _moved_since(link):
        return SyncState.HELD, link.code, link.reason
    ours, theirs = _sides(link)
    if ours and link.syncro and link.books and _turned(link):
        return SyncState.HELD, "negative_invoice", f"Invoice {link.syncro} turned negative, or back, after it was sent."
    if not theirs:
        return (SyncState.PENDING, "", "") if ours else (SyncState(link.state), link.code, link.reason)
    if ours:
        return (
            SyncState.HELD,
            "both_edited",
            f"Invoice {link.syncro} was edited in Syncro and in the books: {_fields(link)}.",
        )
    policy = policies.get("invoice_edits_in_books")
    if policy == "overwrite" or (policy == "accept" and turn(link, Side.SYNCRO)):
        return SyncState.PENDING, "", ""
    return SyncState.HELD, "edited_in_books", f"Invoice {link.syncro} was edited in the books: {_fields(link)}."


def _turned(link: Link) -> bool:
    negative = bool(link.syncro and (link.syncro.amount or ZERO) < 0)
    return negative == bool(link.books and link.books.entity == "invoice")


def _fields(link: Link) -> str:
    found = differences(link)
    return "; ".join(
        f"{each.field} {each.syncro or '(empty)'} in Syncro, {each.books or '(empty)'} in the books"
        for each in found[:4]
    )


def _payment(link: Link, policies: Policies) -> Verdict:
    gone = _gone(link, policies)
    if gone:
        return gone
    ours, theirs = _sides(link)
    if ours and not theirs and link.origin == Side.SYNCRO and not (link.books and link.books.content.get("deposited")):
        return SyncState.PENDING, "", ""
    if not theirs:
        return (
            (SyncState.HELD, "changed_in_syncro", f"The payment changed in Syncro: {_fields(link)}.") if ours else STAY
        )
    here, there = applications(link)
    if here != there and link.syncro and link.books and link.syncro.amount == link.books.amount:
        reason = f"The payment of {link.books.amount} was moved in the books from {_named(here)} to {_named(there)}; in Syncro it still stands on {_named(here)}."
        return SyncState.HELD, "payment_moved", reason
    return SyncState.HELD, "payment_edited", f"The payment was edited in the books: {_fields(link)}."


def _named(parts: dict[str, Decimal]) -> str:
    return " and ".join(f"invoice {number}" for number in sorted(parts)) or "no invoice"


def _left(link: Link) -> Verdict | None:
    """A list entry that is no longer there on a side."""
    if link.syncro is not None and link.syncro.gone_at is not None:
        return STAY
    if link.books is not None and not link.books.is_live:
        return SyncState.HELD, "gone_in_books", f"{link.books} is no longer in the books."
    return None


def _item(link: Link, policies: Policies) -> Verdict:
    """A change in Syncro is pushed; what staff change in the books stands."""
    return _left(link) or ((SyncState.PENDING, "", "") if _sides(link)[0] else STAY)


def _customer(link: Link, policies: Policies) -> Verdict:
    """What one side changed goes to the other, as far as the policy lets it; what both changed is for a person.

    Syncro's changes go first. What the books changed beside them is remembered by name, and follows.
    """
    left = _left(link)
    if left:
        return left
    if link.syncro is None or link.books is None:
        return SyncState(link.state), link.code, link.reason
    if link.state == SyncState.HELD and link.code == "both_edited" and not _moved_since(link):
        turn(link, Side.BOOKS)  # what a person can decide is whether Syncro's version goes over the books'
        return SyncState.HELD, link.code, link.reason
    policy = policies.get("customers")
    here, there = view(link, Side.BOOKS).changed, view(link, Side.SYNCRO).changed | set(link.hints.get("back", ()))
    if not here and not there:
        agree(link)
        return STAY
    if here and policy != "with_invoices":
        _bring_back(link, there - here if policy == "two_way" else set())
        return (SyncState.PENDING, "", "") if turn(link, Side.BOOKS) else STAY
    if there and policy == "two_way":
        return (SyncState.PENDING, "", "") if turn(link, Side.SYNCRO) else STAY
    return STAY


def _bring_back(link: Link, fields: set[str] | frozenset[str]) -> None:
    """Remember what goes the other way afterwards."""
    hints = {name: value for name, value in link.hints.items() if name != "back"}
    link.hints = {**hints, "back": sorted(fields)} if fields else hints
    Link.objects.filter(pk=link.pk).update(hints=link.hints)


def _moved_since(link: Link) -> bool:
    """Whether a side changed after the link came to rest."""
    return any(row is not None and row.changed_at > link.moved_at for row in (link.syncro, link.books))


JUDGES: dict[str, Callable[[Link, Policies], Verdict]] = {
    "customer": _customer,
    "item": _item,
    "invoice": _invoice,
    "payment": _payment,
}


def _try_again(company: Company) -> int:
    """Held links whose obstacle may be gone: a mapping was chosen, the row changed, a split became known."""
    moved = 0
    held = Link.objects.filter(company=company, state=SyncState.HELD)
    chosen = (
        Mapping.objects.filter(company=company).order_by("-changed_at").values_list("changed_at", flat=True).first()
    )
    if chosen:
        missing = held.filter(code__in=["mapping_missing", "deposit_mapping"], moved_at__lt=chosen)
        moved += missing.move(SyncState.PENDING)
    for side in Side:
        changed = held.filter(
            code__in=RETRIED_ON_CHANGE, origin=side, **{f"{side.value}__changed_at__gt": F("moved_at")}
        )
        moved += changed.move(SyncState.PENDING)
    freed = held.filter(
        code="locked", entity="invoice", syncro__gone_at__isnull=False, books__changed_at__gt=F("moved_at")
    )
    moved += freed.move(SyncState.PENDING)
    unknown = held.filter(code="allocation_unknown", syncro__isnull=False).select_related("syncro")
    moved += held.filter(pk__in=list(_now_known(company, unknown))).move(SyncState.PENDING)
    before = Link.objects.filter(
        company=company, state=SyncState.PENDING, books__isnull=True, syncro__gone_at__isnull=False
    )
    return moved + before.move(
        SyncState.IGNORED, code="gone_before_sent", reason="It was deleted in Syncro before it was sent."
    )


def _now_known(company: Company, links: QuerySet[Link]) -> Iterable[int]:
    by_payment = {link.syncro.external_id: link.pk for link in links if link.syncro}
    open_parts = set(
        Application.objects.filter(
            company=company, side=Side.SYNCRO, payment_id__in=list(by_payment), amount__isnull=True
        ).values_list("payment_id", flat=True)
    )
    return (pk for payment, pk in by_payment.items() if payment not in open_parts)
