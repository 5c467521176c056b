"""Read one side: what changed since the last time, page by page, each page stored before the cursor moves on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce, Now

from apps.connections.models import Company
from apps.mirror.kept import MirrorKept
from apps.mirror.models import Application, Link, SyncroRecord
from apps.mirror.states import SyncState
from apps.mirror.store import Saved, mark_gone, save_records
from apps.platforms.base import DirectPlatform, Page, Side
from apps.platforms.records import Record
from apps.sync.codes import RECHECKED
from apps.sync.entities import NAMES, REFERENCE
from apps.sync.models import Cursor

ASK_AT_ONCE = 200
#: So many payments are looked up in one query.
LOOKED_UP = 1000


@dataclass(slots=True)
class Pulled:
    """What a pull of one entity brought."""

    side: Side
    entity: str
    pulled: int = 0
    changed: int = 0
    gone: int = 0
    whole: bool = True
    changed_ids: list[str] = field(default_factory=list)
    unreadable: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The row of `sync --json`."""
        return {"side": self.side.value, "entity": self.entity, "pulled": self.pulled, "changed": self.changed}


def entities_of(side: Side, chosen: Iterable[str] | None = None) -> list[str]:
    """What is read from a side: reference data first, then what links tie."""
    wanted = [*REFERENCE[side], *NAMES]
    return [entity for entity in wanted if chosen is None or entity in REFERENCE[side] or entity in set(chosen)]


def pull(
    company: Company,
    side: Side,
    entity: str,
    platform: DirectPlatform,
    *,
    full: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Pulled:
    """Read what changed, store it page by page; after a crash, or when `stop` says so, the next pull goes on at the
    last stored page.
    """
    cursor, _ = Cursor.objects.get_or_create(company=company, side=side, entity=entity)
    full = full and cursor.loaded_at is not None  # a first load reads everything anyway, and goes on where it stopped
    done = Pulled(side, entity)
    for page in platform.pull(entity, "" if full else cursor.value, full=full):
        _apply_page(company, cursor, page, done)
        if stop() and not page.last:
            done.whole = False
            return done
    Cursor.objects.filter(pk=cursor.pk).update(
        pulled_at=Now(), loaded_at=Coalesce(F("loaded_at"), Now()), unreadable=list(dict.fromkeys(done.unreadable))
    )
    return done


def _apply_page(company: Company, cursor: Cursor, page: Page, done: Pulled) -> None:
    with transaction.atomic():
        saved = save_records(company, Side(cursor.side), page.records)
        kept = MirrorKept(company, Side(cursor.side))
        kept.put_aside(cursor.entity, page.aside)
        kept.forget(cursor.entity, page.taken)
        done.gone += mark_gone(company, Side(cursor.side), cursor.entity, page.gone)
        Cursor.objects.filter(pk=cursor.pk).update(value=page.cursor)
    done.pulled += len(page.records)
    done.changed += saved.new + saved.changed
    done.changed_ids.extend(saved.changed_ids)
    done.unreadable += tuple(page.unreadable)


def read_again(company: Company, side: Side, entity: str, ids: Sequence[str], platform: DirectPlatform) -> Saved:
    """Read these records by id and store them; what the side itself says is not there is marked gone."""
    saved = Saved()
    for start in range(0, len(ids), ASK_AT_ONCE):
        answer = platform.get(entity, ids[start : start + ASK_AT_ONCE])
        there = [record for record in answer.values() if isinstance(record, Record)]
        saved += save_records(company, side, there)
        mark_gone(company, side, entity, [key for key, record in answer.items() if record is None])
    return saved


def read_missing_customers(company: Company, platform: DirectPlatform) -> None:
    """Customers that new Syncro documents name and no list showed: made since it was read, or no longer there."""
    known = SyncroRecord.objects.filter(company=company, entity="customer", external_id=OuterRef("party"))
    documents = SyncroRecord.objects.filter(
        ~Exists(known), company=company, entity__in=["invoice", "payment"], gone_at=None
    ).exclude(party="")
    missing = documents.values_list("party", flat=True).distinct().order_by("party")[:ASK_AT_ONCE]
    read_again(company, Side.SYNCRO, "customer", list(missing), platform)


def watch_held(company: Company, side: Side, platform: DirectPlatform) -> None:
    """Read again what is held because the two sides disagree: it closes by itself once they do not, and a deletion
    shows only when the record itself is asked for.
    """
    for entity, ids in held_rows(company, side).items():
        read_again(company, side, entity, ids, platform)


def held_rows(company: Company, side: Side) -> dict[str, list[str]]:
    """The records of one side that are held because the two sides disagree, by entity; at most ASK_AT_ONCE."""
    held = Link.objects.filter(
        company=company, state=SyncState.HELD, code__in=RECHECKED, **{f"{side.value}__gone_at": None}
    )
    rows = held.order_by("moved_at").values_list(f"{side.value}__entity", f"{side.value}__external_id")
    by_entity: dict[str, list[str]] = {}
    for entity, external_id in rows[:ASK_AT_ONCE]:
        if entity:
            by_entity.setdefault(entity, []).append(external_id)
    return by_entity


def read_touched_invoices(company: Company, platform: DirectPlatform, payment_ids: Sequence[str]) -> Saved:
    """Read the Syncro invoices that changed payments are on: whether a payment moves an invoice's `updated_at` is not
    documented, and the split of a payment is worked out from their balances.
    """
    saved = Saved()
    for start in range(0, len(payment_ids), LOOKED_UP):
        chunk = payment_ids[start : start + LOOKED_UP]
        taken = SyncroRecord.objects.filter(
            company=company, entity="payment", external_id__in=chunk, content__success=True
        )  # one that was declined is on no invoice
        wanted = _touched(company, list(taken.values_list("external_id", flat=True)))
        saved += read_again(company, Side.SYNCRO, "invoice", wanted, platform)
    return saved


def _touched(company: Company, payment_ids: Sequence[str]) -> list[str]:
    invoices = (
        Application.objects.filter(
            company=company, side=Side.SYNCRO, payment_id__in=payment_ids, document_entity="invoice"
        )
        .values_list("document_id", flat=True)
        .distinct()
    )
    rows = SyncroRecord.objects.filter(company=company, entity="invoice", external_id__in=invoices)
    known = {key: set(shown or []) for key, shown in rows.values_list("external_id", "content__payment_ids")}
    return _not_yet_showing(company, list(invoices), known, payment_ids)


def _not_yet_showing(
    company: Company, invoices: list[str], known: dict[str, set[str]], payment_ids: Sequence[str]
) -> list[str]:
    """Invoices whose stored detail does not show a changed payment yet."""
    changed = set(payment_ids)
    parts = Application.objects.filter(
        company=company, side=Side.SYNCRO, document_id__in=invoices, payment_id__in=changed
    ).values_list("document_id", "payment_id")
    missing = {invoice for invoice, payment in parts if payment not in known.get(invoice, set())}
    return sorted(missing)
