"""What the queue does here; arguments are ids, and doubling or losing a task changes nothing."""

from __future__ import annotations

import logging
from contextlib import suppress

from apps.connections.models import Company
from apps.core.tasks import enqueue
from apps.platforms.errors import PlatformError
from apps.reconciliation.reconcile import reconcile
from apps.reconciliation.rounds import whole_run
from apps.reconciliation.tieout import tie_out
from apps.sync.engine import AlreadyRunning
from apps.sync.outlook import announce

log = logging.getLogger(__name__)


#: A run on the queue works about so long, then queues itself again: a task outlives neither its time-out nor its lease.
SECONDS = 45


def run_company(company_id: int) -> None:
    """One whole round of one company; when there is more to do, another is queued."""
    company = Company.objects.get(pk=company_id)
    with suppress(PlatformError):  # what keeps a plan from being told, the round itself tells
        announce(company)
    with suppress(AlreadyRunning):  # a hint that comes while somebody is at it has done its work
        if whole_run(company, cause="schedule", seconds=SECONDS, wait=False).get("more"):
            enqueue("apps.reconciliation.tasks.run_company", company_id)


def reconcile_all() -> None:
    """Every connected company, each in a task of its own."""
    for pk in Company.objects.filter(syncro__isnull=False, books__isnull=False).values_list("pk", flat=True):
        enqueue("apps.reconciliation.tasks.reconcile_company", pk)


def reconcile_company(company_id: int) -> None:
    """Reconcile and tie out one company; what nobody explains rings in the log."""
    company = Company.objects.get(pk=company_id)
    reconcile(company)
    tie = tie_out(company)
    if tie.rings:
        log.error(
            "tie-out of %s: %s unexplained, %d contradicting balances", company.slug, tie.unexplained, len(tie.witness)
        )
