"""A claimed batch on its way to one platform: composed, committed, settled. How it crosses is for those who use it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from apps.connections.models import Company, Connection
from apps.mappings.lookup import MappingMissing
from apps.mirror.models import Leg, Link
from apps.mirror.states import SyncState
from apps.platforms.base import Outcome, Platform, Side, Verb, Write
from apps.platforms.errors import NeedsReconnect, PlatformError, Unsure
from apps.sync import marks, tidy
from apps.sync.aside import put_all_aside
from apps.sync.claim import ALONE_AFTER, Patience, still_ours
from apps.sync.compose import Desk, Held, NothingToDo, NotLinkedYet, StandsAside, compose
from apps.sync.links import frozen
from apps.sync.models import Request, RequestItem, RequestState
from apps.sync.settle import settle, settle_error

NAMES = {Side.SYNCRO: "Syncro", Side.BOOKS: "the books"}

Part = list[tuple[Link, Write]]


@dataclass(slots=True)
class Pushed:
    """What a push did: links it took, and documents written by side, entity and verb."""

    taken: int = 0
    settled: int = 0
    unanswered: int = 0
    writes: Counter[tuple[str, str, str]] = field(default_factory=Counter)


class Batch:
    """Links of one entity that were claimed together; `settled` counts those that came to rest."""

    def __init__(
        self, company: Company, platform: Platform, entity: str, links: Sequence[Link], patience: Patience, pushed: Pushed
    ) -> None:  # fmt: skip
        self.company, self.entity, self.patience, self.pushed = company, entity, patience, pushed
        self.platform = platform
        self.links = list(links)
        self.connection = connected(company, platform.side)
        self.settled = 0

    def composed(self, clear: Callable[[Link, Write], bool] = lambda link, write: True) -> list[tuple[str, Part]]:
        """What is to be sent, by kind of document and verb, as far as it is `clear`; the rest is put where it belongs."""
        desk = Desk(self.company, self.links)
        groups: dict[tuple[str, Verb, int], Part] = defaultdict(list)
        verdicts: list[tuple[Link, Exception]] = []
        for link in self.links:
            write = self._composed(desk, link, verdicts)
            if write is not None and clear(link, write):
                alone = link.pk if link.attempts > ALONE_AFTER or link.hints.get("alone") else 0
                groups[(write.entity, write.verb, alone)].append((link, write))
        put_all_aside(verdicts)
        return [(entity, group) for (entity, _, _), group in groups.items()]

    def _composed(self, desk: Desk, link: Link, verdicts: list[tuple[Link, Exception]]) -> Write | None:
        """The write, or None after the link was put where it belongs."""
        try:
            write = compose(desk, link)
        except (Held, MappingMissing, NotLinkedYet, NothingToDo, StandsAside) as verdict:
            verdicts.append((link, verdict))
            self.settled += isinstance(verdict, NothingToDo | StandsAside | Held)
            return None
        return tidy.without_taken_name(desk, link, write)

    def commit(self, part: Part, *, lasting: bool = False, **bytes_of: Any) -> Request | None:
        """Commit the exact bytes before they leave; None when a claim was lost: nothing of it is sent then, and the
        rest is due again at once. `lasting` claims never run out: the bytes are asked about before anything else.
        """
        links = [link for link, _ in part]
        with transaction.atomic():
            held = {link.pk for link in still_ours(links, self.patience)}
            if len(held) < len(part):
                Link.objects.filter(pk__in=held).move(SyncState.PENDING)
                return None
            if lasting:
                Link.objects.filter(pk__in=held).update(lease_until=None)
            entity = bytes_of.pop("entity", "") or part[0][1].entity
            request = Request.objects.create(
                company=self.company, connection=self.connection, entity=entity, verb=part[0][1].verb, **bytes_of
            )
            legs = self._legs(part)
            RequestItem.objects.bulk_create([
                RequestItem(request=request, link=link, leg=legs[link.pk], position=index, fence=link.fence, write=write_json(write, link))
                for index, (link, write) in enumerate(part)
            ])  # fmt: skip
        return request

    def _legs(self, part: Part) -> dict[int, Leg]:
        """The leg each write is about, with what it wants from now on."""
        ids = [link.pk for link, _ in part]
        new = [
            Leg(link=link, position=write.leg, side=self.platform.side, entity=write.entity, marker=_mark(link, write.leg))
            for link, write in part if write.leg
        ]  # fmt: skip
        Leg.objects.bulk_create(new, ignore_conflicts=True)
        known = {(leg.link_id, leg.position): leg for leg in Leg.objects.filter(link_id__in=ids)}
        legs = {link.pk: known[(link.pk, write.leg)] for link, write in part}
        for link, write in part:
            leg = legs[link.pk]
            leg.wanted, leg.entity, leg.generation = frozen(write.record), write.entity, leg.generation + 1
        Leg.objects.bulk_update(legs.values(), ["wanted", "entity", "generation"])
        return legs

    def answered(self, request: Request, part: Part, outcomes: Sequence[Outcome]) -> None:
        """Write down the answer to a committed request, an outcome by position."""
        attempted = [(link, write, outcome) for (link, write), outcome in zip(part, outcomes, strict=True)]
        self.pushed.unanswered = 0
        cured = {link.pk for link, write, outcome in attempted if tidy.settle_refusal(link, write, outcome)}
        states = settle(self.company, self.platform.side, [each for each in attempted if each[0].pk not in cured])
        items = list(RequestItem.objects.filter(request=request))
        for item in items:
            error = outcomes[item.position].error
            item.outcome, item.sentence = (type(error).__name__, error.message) if error else ("done", "")
        RequestItem.objects.bulk_update(items, ["outcome", "sentence"])
        for link, write, outcome in attempted:
            if outcome.error is None:
                self.pushed.writes[(link.target.value, write.entity, write.verb.value)] += 1
            self.settled += outcome.error is None or states.get(link.pk) is SyncState.HELD
        unsure = any(isinstance(outcome.error, Unsure) for outcome in outcomes)
        Request.objects.filter(pk=request.pk).update(
            state=RequestState.LOST if unsure else RequestState.SETTLED, settled_at=Now()
        )

    def lost(self, request: Request, part: Part, error: PlatformError) -> bool:
        """No answer to the whole request: in doubt, unless it is known that nothing happened. Gives whether in doubt."""
        lost = isinstance(error, Unsure)
        with transaction.atomic():  # a request noted as lost whose links still look unsent would be sent again
            Request.objects.filter(pk=request.pk).update(
                state=RequestState.LOST if lost else RequestState.UNSENT, error=error.message, settled_at=Now()
            )
            for link, _ in part:
                settle_error(link, error)
            if not lost:
                RequestItem.objects.filter(request=request).update(outcome=type(error).__name__, sentence=error.message)
        self.pushed.unanswered += lost
        return lost


def _mark(link: Link, leg: int) -> str:
    row = link.row(Side(link.origin))
    return marks.leg_marker(marks.marker(link.company, link.entity, row.external_id if row else ""), leg)


def connected(company: Company, side: Side) -> Connection:
    """The connection that requests to a side go over. Raises NeedsReconnect when there is none."""
    stored = company.connection(side)
    if stored is None:
        raise NeedsReconnect(f"{company} has no connection to {NAMES[side]} yet; connect it first.")
    return stored


def write_json(write: Write, link: Link) -> dict[str, object]:
    """A write as a request keeps it, so that what it wanted can be looked for after a lost answer; and what it was
    made of, which may have changed by then.
    """
    source = link.row(Side(link.origin))
    return {
        "verb": write.verb.value, "entity": write.entity, "external_id": write.external_id, "revision": write.revision,
        "marker": write.marker, "record": frozen(write.record), "leg": write.leg, "last": write.last,
        "source": {"digest": source.digest, "content": source.content} if source else {},
    }  # fmt: skip
