"""One whole round of a company: the engine's run, then the reconciliation, then the tie-out."""

from __future__ import annotations

import time
from typing import Any

from apps.connections.models import Company
from apps.reconciliation.models import Mismatch, MismatchState
from apps.reconciliation.reconcile import reconcile
from apps.reconciliation.tieout import tie_out
from apps.sync.engine import bring_in_step
from apps.sync.models import Run


def whole_run(company: Company, *, dry_run: bool = False, **options: Any) -> dict[str, Any]:
    """Pull, push, reconcile, tie out; gives what `sync --json` prints, and keeps it with the run.

    Options are those of `bring_in_step`. What stopped a run early is in "stopped": {"code", "sentence"}. A dry run
    leaves the queue as it is.
    """
    started = time.monotonic()
    run = bring_in_step(company, dry_run=dry_run, **options)
    told = dict(run.counts)
    told["mismatches"] = _standing(company) if dry_run else reconcile(company)
    told["tieout"] = tie_out(company).summary()
    Run.objects.filter(pk=run.pk).update(counts=told)
    result = {"company": company.slug, "runs": [], "writes": {}, "requests": {}, **told}
    return {**result, "seconds": round(time.monotonic() - started, 1)}


def _standing(company: Company) -> dict[str, int]:
    count = Mismatch.objects.filter(company=company, state=MismatchState.OPEN).count()
    return {"open": count, "opened": 0, "closed": 0}
