"""Push what is due: claim a batch, compose, commit the requests, send, settle. Nothing crosses the wire in a transaction."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models.functions import Now

from apps.connections.models import Company, Connection
from apps.core.clock import db_now
from apps.mappings.lookup import MappingMissing
from apps.mirror.models import Leg, Link
from apps.mirror.states import SyncState
from apps.platforms.base import CANNOT_TELL, DirectPlatform, Draft, Found, Outcome, Side, Verb, Write
from apps.platforms.errors import NeedsReconnect, OutOfDate, PlatformError, RateLimited, TryLater, Unavailable, Unsure
from apps.sync import tidy
from apps.sync.aside import put_all_aside, put_aside
from apps.sync.claim import ALONE_AFTER, Patience, claim, give_back, still_ours, wake_waiting
from apps.sync.compose import Desk, Held, NothingToDo, NotLinkedYet, StandsAside, compose
from apps.sync.entities import ENTITIES
from apps.sync.links import frozen
from apps.sync.models import Request, RequestItem, RequestState
from apps.sync.settle import settle, settle_error, settle_found

#: So many requests in a row without an answer, and the rest is not sent into the same silence.
MOST_UNANSWERED = 3
Platforms = dict[Side, DirectPlatform]


NAMES = {Side.SYNCRO: "Syncro", Side.BOOKS: "the books"}


@dataclass(slots=True)
class Pushed:
    """What a push did: links it took, and documents written by side, entity and verb."""

    taken: int = 0
    settled: int = 0
    unanswered: int = 0
    writes: Counter[tuple[str, str, str]] = field(default_factory=Counter)


Watch = Callable[[Side], AbstractContextManager[object]]


def push_due(
    company: Company, platforms: Platforms, note: Callable[[str], None], stop: Callable[[], bool] = lambda: False,
    watch: Watch = nullcontext, pushed: Pushed | None = None,
) -> Pushed:  # fmt: skip
    """Send everything that is due now, in order of dependence; a TryLater or NeedsReconnect of a whole platform ends it.

    `watch` is entered with the side that is written to; counts go into `pushed`, also of what is broken off.
    """
    pushed = pushed or Pushed()
    for entity in ENTITIES:
        for origin in entity.origins:
            before = pushed.settled
            _push_entity(company, platforms[origin.other], entity.name, origin, pushed, note, stop, watch)
            if pushed.settled > before:
                wake_waiting(company)
    return pushed


def _push_entity(
    company: Company, platform: DirectPlatform, entity: str, origin: Side, pushed: Pushed, note: Callable[[str], None],
    stop: Callable[[], bool], watch: Watch,
) -> None:  # fmt: skip
    patience = Patience.of(platform.limits)
    size = platform.limits.batch.get(entity, 1)
    since = db_now()
    while not stop() and (links := claim(company, entity, origin, max(size, 1), patience, since)):
        pushed.taken += len(links)
        batch = _Batch(company, platform, entity, links, patience, pushed)
        try:
            with watch(platform.side):
                batch.run()
        except RateLimited as error:  # the platform is there: what waits is sent when its time has come
            note(f"{platform.title}: {error.message}")
            return
        finally:
            pushed.settled += batch.settled
        if batch.settled:
            note(f"{platform.title}: {batch.settled} {entity}")


class _Batch:
    """One claimed batch on its way to one platform."""

    def __init__(
        self,
        company: Company,
        platform: DirectPlatform,
        entity: str,
        links: Sequence[Link],
        patience: Patience,
        pushed: Pushed,
    ) -> None:
        self.company, self.platform, self.entity, self.patience, self.pushed = (
            company,
            platform,
            entity,
            patience,
            pushed,
        )
        self.links = list(links)
        self.connection = connected(company, platform.side)
        self.settled = 0
        self.verdicts: list[tuple[Link, Exception]] = []

    def run(self) -> None:
        """Compose all, then send by kind of document and verb; `settled` counts the links that came to rest."""
        try:
            self._run()
        except PlatformError:
            give_back(self.links)
            raise

    def _run(self) -> None:
        desk = Desk(self.company, self.links)
        groups: dict[tuple[str, Verb, int], list[tuple[Link, Write]]] = defaultdict(list)
        for link in self.links:
            write = self._composed(desk, link)
            if write is not None and self._clear_to_send(link, write):
                alone = link.pk if link.attempts > ALONE_AFTER else 0
                groups[(write.entity, write.verb, alone)].append((link, write))
        put_all_aside(self.verdicts)
        for (entity, _, _), group in groups.items():
            self._send_group(entity, group)

    def _composed(self, desk: Desk, link: Link) -> Write | None:
        """The write, or None after the link was put where it belongs."""
        try:
            write = compose(desk, link)
        except (Held, MappingMissing, NotLinkedYet, NothingToDo, StandsAside) as verdict:
            self.verdicts.append((link, verdict))
            self.settled += isinstance(verdict, NothingToDo | StandsAside | Held)
            return None
        return tidy.without_taken_name(desk, link, write)

    def _clear_to_send(self, link: Link, write: Write) -> bool:
        """Where the platform has neither key nor undo, look before every create."""
        if write.verb is not Verb.CREATE or write.entity not in self.platform.looks_first or link.hints.get("absent"):
            return True
        try:
            answer = self.platform.find(write.entity, write)
        except PlatformError as error:
            settle_error(link, error)
            if isinstance(error, NeedsReconnect):
                raise
            return False
        if isinstance(answer, Found):
            source = link.row(Side(link.origin))
            if source is not None:  # made from what it was at some earlier time: the two are compared anew
                source.digest = ""
            settle_found(link, write, answer.record)
            self.settled += 1
        elif answer is CANNOT_TELL:
            put_aside(link, Held("cannot_tell", "Whether it is already there cannot be told, so it is not sent."))
        return not isinstance(answer, Found) and answer is not CANNOT_TELL

    def _send_group(self, entity: str, group: list[tuple[Link, Write]]) -> None:
        try:
            drafts = self.platform.draft(entity, [write for _, write in group], lambda: uuid.uuid4().hex)
        except PlatformError as error:
            self._refused_to_draft(entity, group, error)
            return
        for draft in drafts:
            part = [group[position] for position in draft.positions]
            request, part = self._commit(draft, part)
            if part:
                self._send(request, draft, part)
        drafted = {position for draft in drafts for position in draft.positions}
        for position in sorted(set(range(len(group))) - drafted):
            self._send_group(entity, [group[position]])

    def _refused_to_draft(self, entity: str, group: list[tuple[Link, Write]], error: PlatformError) -> None:
        """One record of the batch cannot be expressed: each goes alone, so that only its own link is held."""
        if len(group) == 1:
            settle_error(group[0][0], error)
            return
        for pair in group:
            self._send_group(entity, [pair])

    def _commit(self, draft: Draft, part: list[tuple[Link, Write]]) -> tuple[Request, list[tuple[Link, Write]]]:
        """Commit the exact bytes before they leave. A draft of which a claim was lost is not sent at all: the rest of
        it is due again at once.
        """
        with transaction.atomic():
            held = {link.pk for link in still_ours([link for link, _ in part], self.patience)}
            if len(held) < len(part):
                Link.objects.filter(pk__in=held).move(SyncState.PENDING)
                return Request(), []
            request = Request.objects.create(
                company=self.company, connection=self.connection, entity=draft.entity or part[0][1].entity,
                verb=part[0][1].verb, key=draft.key, method=draft.method, path=draft.path, query=dict(draft.query),
                content_type=draft.content_type, body=draft.body, bucket=draft.bucket,
            )  # fmt: skip
            legs = {leg.link_id: leg for leg in Leg.objects.filter(link_id__in=held, position=0)}
            for link, write in part:
                legs[link.pk].wanted, legs[link.pk].entity = frozen(write.record), write.entity
                legs[link.pk].generation += 1
            Leg.objects.bulk_update(legs.values(), ["wanted", "entity", "generation"])
            RequestItem.objects.bulk_create([
                RequestItem(request=request, link=link, leg=legs[link.pk], position=index, fence=link.fence, write=write_json(write, link))
                for index, (link, write) in enumerate(part)
            ])  # fmt: skip
        return request, part

    def _send(self, request: Request, draft: Draft, part: list[tuple[Link, Write]]) -> None:
        try:
            outcomes = self.platform.send(draft)
        except PlatformError as error:
            self._lost(request, part, error)
            return
        self._settle(request, part, outcomes)
        unsure = any(isinstance(outcome.error, Unsure) for outcome in outcomes)
        Request.objects.filter(pk=request.pk).update(
            state=RequestState.LOST if unsure else RequestState.SETTLED, settled_at=Now()
        )

    def _settle(self, request: Request, part: list[tuple[Link, Write]], outcomes: Sequence[Outcome]) -> None:
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
        for link, write, outcome in attempted:
            if isinstance(outcome.error, OutOfDate):
                tidy.read_fresh(self.company, self.platform, link, write)

    def _lost(self, request: Request, part: list[tuple[Link, Write]], error: PlatformError) -> None:
        """No answer to the whole request: in doubt, unless it is known that nothing happened."""
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
        if isinstance(error, TryLater | NeedsReconnect):
            raise error
        if self.pushed.unanswered >= MOST_UNANSWERED:
            raise Unavailable(f"{self.platform.title} took several requests and answered none.") from error


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
        "marker": write.marker, "record": frozen(write.record),
        "source": {"digest": source.digest, "content": source.content} if source else {},
    }  # fmt: skip
