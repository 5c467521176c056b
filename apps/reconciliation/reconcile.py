"""Make the open mismatches say exactly what is true now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from apps.connections.models import Company
from apps.mappings.discovered import discover
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.reconciliation.effects import as_json, names_of
from apps.reconciliation.kinds import KINDS, Finding, kind
from apps.reconciliation.kinds.cases import total
from apps.reconciliation.models import Mismatch, MismatchState

_WRITTEN = [
    "entity", "link", "syncro", "books", "customer", "facts", "facts_digest", "effects", "amount", "sentence", "state",
    "since", "closed_at",
]  # fmt: skip
STANDING = (MismatchState.OPEN, MismatchState.IGNORED)


def reconcile(company: Company, kinds: Sequence[str] | None = None) -> dict[str, int]:
    """Open what is newly true, close what no longer is, reopen what came back or changed while ignored.

    Gives {"open", "opened", "closed"}; reopened ones count as opened. `kinds` limits the look to some kinds. Nothing is
    asked of a platform; two reconciliations of one company wait for each other.
    """
    looked = list(kinds or KINDS)
    discover(company)
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=company.pk)
        found = {(each.kind, each.subject): each for name in looked for each in kind(name).find(company)}
        opened = _keep(company, looked, found)
        closed = _close(company, looked, found)
    return {
        "open": Mismatch.objects.filter(company=company, state=MismatchState.OPEN).count(),
        "opened": opened,
        "closed": closed,
    }


def standing(company: Company) -> QuerySet[Mismatch]:
    """The mismatches that are true now, ignored ones included."""
    return Mismatch.objects.filter(company=company, state__in=STANDING)


def covered_links(mismatch: Mismatch) -> list[int]:
    """The links a mismatch stands for."""
    own = [mismatch.link_id] if mismatch.link_id else []
    return list(dict.fromkeys([*own, *mismatch.facts.get("links", [])]))


def uncovered_links(company: Company) -> QuerySet[Link]:
    """Held links that no standing mismatch stands for: there should be none after a reconciliation."""
    covered = {link for mismatch in standing(company) for link in covered_links(mismatch)}
    return Link.objects.filter(company=company, state=SyncState.HELD).exclude(pk__in=covered)


def _keep(company: Company, kinds: Sequence[str], found: dict[tuple[str, str], Finding]) -> int:
    """Write what is new or changed; gives how many are open now that were not."""
    subjects = [subject for _, subject in found]
    known = {
        (row["kind"], row["subject"]): row
        for row in Mismatch.objects.filter(company=company, kind__in=kinds, subject__in=subjects).values(
            "kind", "subject", "state", "facts_digest", "sentence", "since"
        )
    }
    names = names_of(company, {each.customer for finding in found.values() for each in finding.effects})
    rows, opened = [], 0
    for key, finding in found.items():
        before = known.get(key)
        state = _state(before, finding)
        if before and (before["state"], before["facts_digest"], before["sentence"]) == (
            state,
            finding.digest,
            finding.sentence,
        ):
            continue
        again = before is None or before["state"] != state
        opened += again
        rows.append(_row(company, finding, names, state, Now() if before is None or again else before["since"]))
    Mismatch.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["company", "kind", "subject"],
        update_fields=_WRITTEN,
    )
    return opened


def _state(before: Mapping[str, Any] | None, finding: Finding) -> MismatchState:
    """An ignored one stays ignored while its facts are those that were ignored; anything else that is true is open."""
    if before and before["state"] == MismatchState.IGNORED and before["facts_digest"] == finding.digest:
        return MismatchState.IGNORED
    return MismatchState.OPEN


def _row(company: Company, finding: Finding, names: dict[str, str], state: MismatchState, since: Any) -> Mismatch:
    return Mismatch(
        company=company, kind=finding.kind, subject=finding.subject, entity=finding.entity, link_id=finding.link,
        syncro_id=finding.syncro, books_id=finding.books, customer=finding.customer[:500], facts=dict(finding.facts),
        facts_digest=finding.digest, effects=as_json(finding.effects, names), amount=total(finding.effects),
        sentence=finding.sentence, state=state, since=since, closed_at=None,
    )  # fmt: skip


def _close(company: Company, kinds: Sequence[str], found: Iterable[tuple[str, str]]) -> int:
    """Close what stands and was not found."""
    true = set(found)
    rows = standing(company).filter(Q(kind__in=kinds) | ~Q(kind__in=KINDS)).values_list("pk", "kind", "subject")
    over = [pk for pk, name, subject in rows if (name, subject) not in true]
    return Mismatch.objects.filter(pk__in=over).update(state=MismatchState.CLOSED, closed_at=Now())
