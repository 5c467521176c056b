"""What the queue may call: hints to look at a company; losing or doubling one changes nothing."""

from __future__ import annotations

from apps.connections.models import Company
from apps.core.tasks import enqueue_once


def ready_companies() -> list[int]:
    """Companies with both sides connected."""
    ready = Company.objects.filter(syncro__state="connected", books__state="connected")
    return list(ready.values_list("pk", flat=True))


def pump_all() -> None:
    """Look at every company that can work; where a look is waiting already, it is that one."""
    for company_id in ready_companies():
        enqueue_once(WHOLE_RUN, company_id)


#: A run reconciles at its end, which is a layer above: named, not imported.
WHOLE_RUN = "apps.reconciliation.tasks.run_company"
