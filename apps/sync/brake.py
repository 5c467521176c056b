"""The brake: when unusually many records vanish at once, a person looks before anything is voided, deleted or made again."""

from __future__ import annotations

from apps.connections.models import Company
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.sync.sweeping import Vanished

#: What is compared by ids, on either side as far as it is read there. Of other lists a pull reads all or nothing goes.
SWEPT = frozenset({"customer", "invoice", "payment"})
#: What of Syncro is compared as well: lists of which a pull reads the ends only.
SWEPT_IN_SYNCRO = SWEPT | {"item", "contact", "vendor", "purchase_order"}


def hold(company: Company, vanished: Vanished) -> int:
    """Hold the links of what vanished; their rows stay as they were."""
    links = Link.objects.filter(
        company=company,
        entity=vanished.entity,
        state=SyncState.IN_SYNC,
        **{f"{vanished.side.value}__external_id__in": vanished.ids},
    )
    reason = f"{len(vanished.ids)} {vanished.entity} records vanished from {vanished.side.value} at once; nothing is voided or deleted until a person has looked."
    for link in links:
        Link.objects.filter(pk=link.pk).update(hints={**link.hints, "vanished_from": vanished.side.value})
    return links.move(SyncState.HELD, code="brake", reason=reason)


def release(company: Company, side: Side, entity: str) -> int:
    """A sweep went through without the brake: what had vanished and is there again is held no longer."""
    back = Link.objects.filter(
        company=company, entity=entity, state=SyncState.HELD, code="brake", hints__vanished_from=side.value,
        **{f"{side.value}__gone_at__isnull": True},
    )  # fmt: skip
    return back.move(SyncState.IN_SYNC)
