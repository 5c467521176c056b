"""Push what is due: claim a batch, compose, commit the requests, send, settle. Nothing crosses the wire in a transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from apps.connections.models import Company
from apps.core.clock import db_now
from apps.mirror.models import Link
from apps.platforms.base import CANNOT_TELL, DirectPlatform, Draft, Found, Side, Verb, Write
from apps.platforms.errors import NeedsReconnect, OutOfDate, PlatformError, RateLimited, TryLater, Unavailable
from apps.sync import tidy
from apps.sync.aside import put_aside
from apps.sync.batch import Batch, Part, Pushed
from apps.sync.claim import Patience, claim, give_back, wake_waiting
from apps.sync.compose import Held, NotLinkedYet
from apps.sync.entities import ENTITIES
from apps.sync.models import Request
from apps.sync.settle import settle_error, settle_found

#: So many requests in a row without an answer, and the rest is not sent into the same silence.
MOST_UNANSWERED = 3
Platforms = Mapping[Side, DirectPlatform]
Watch = Callable[[Side], AbstractContextManager[object]]


def push_due(
    company: Company, platforms: Platforms, note: Callable[[str], None], stop: Callable[[], bool] = lambda: False,
    watch: Watch = nullcontext, pushed: Pushed | None = None, only: Collection[str] | None = None,
) -> Pushed:  # fmt: skip
    """Send everything that is due now to the sides that can be called, in order of dependence; a TryLater or
    NeedsReconnect of a whole platform ends it.

    `watch` is entered with the side that is written to; counts go into `pushed`, also of what is broken off. `only` these
    entities are sent, where any are named.
    """
    pushed = pushed or Pushed()
    for entity in (each for each in ENTITIES if only is None or each.name in only):
        for origin in entity.origins:
            before = pushed.settled
            if origin.other in platforms:
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
        batch = _Sending(company, platform, entity, links, patience, pushed)
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


class _Sending(Batch):
    """A batch for a platform that answers while we wait."""

    def __init__(
        self, company: Company, platform: DirectPlatform, entity: str, links: Sequence[Link], patience: Patience, pushed: Pushed
    ) -> None:  # fmt: skip
        super().__init__(company, platform, entity, links, patience, pushed)
        self.direct = platform

    def run(self) -> None:
        """Compose all, then send by kind of document and verb; `settled` counts the links that came to rest."""
        try:
            for entity, group in self.composed(self._clear_to_send):
                self._send_group(entity, group)
        except PlatformError:
            give_back(self.links)
            raise

    def _clear_to_send(self, link: Link, write: Write) -> bool:
        """Where the platform has neither key nor undo, look before every create and read before every update."""
        if write.entity not in self.direct.looks_first or link.hints.get("absent"):
            return True
        if write.verb is not Verb.CREATE:
            return self._still_as_read(link, write)
        try:
            answer = self.direct.find(write.entity, write)
        except PlatformError as error:
            settle_error(link, error)
            if isinstance(error, NeedsReconnect):
                raise
            return False
        if isinstance(answer, Found):
            source = link.row(Side(link.origin))
            if source is not None:  # made from what it was at some earlier time: the two are compared anew
                source.digest = ""
            settle_found(link, write, answer.record, answer.complaint)
            self.settled += 1
        elif answer is CANNOT_TELL:
            put_aside(link, Held("cannot_tell", "Whether it is already there cannot be told, so it is not sent."))
        return not isinstance(answer, Found) and answer is not CANNOT_TELL

    def _still_as_read(self, link: Link, write: Write) -> bool:
        """An update holds the whole object there: it must start from what the object is now."""
        before = link.row(self.direct.side)
        try:
            tidy.read_fresh(self.company, self.direct, link, write)
        except PlatformError as error:
            settle_error(link, error)
            if isinstance(error, NeedsReconnect):
                raise
            return False
        row = type(before)._default_manager.get(pk=before.pk) if before is not None else None
        if row is None or before is None or (row.digest == before.digest and row.raw == before.raw):
            return True
        put_aside(link, NotLinkedYet("It was just changed on the other side; the two are compared anew."))
        return False

    def _send_group(self, entity: str, group: Part) -> None:
        try:
            drafts = self.direct.draft(entity, [write for _, write in group], lambda: uuid.uuid4().hex)
        except PlatformError as error:
            self._refused_to_draft(entity, group, error)
            return
        for draft in drafts:
            part = [group[position] for position in draft.positions]
            request = self.commit(
                part, entity=draft.entity, key=draft.key, method=draft.method, path=draft.path, query=dict(draft.query),
                content_type=draft.content_type, body=draft.body, bucket=draft.bucket,
            )  # fmt: skip
            if request is not None:
                self._send(request, draft, part)
        drafted = {position for draft in drafts for position in draft.positions}
        for position in sorted(set(range(len(group))) - drafted):
            self._send_group(entity, [group[position]])

    def _refused_to_draft(self, entity: str, group: Part, error: PlatformError) -> None:
        """One record of the batch cannot be expressed: each goes alone, so that only its own link is held."""
        if len(group) == 1:
            settle_error(group[0][0], error)
            return
        for pair in group:
            self._send_group(entity, [pair])

    def _send(self, request: Request, draft: Draft, part: Part) -> None:
        try:
            outcomes = self.direct.send(draft)
        except PlatformError as error:
            self.lost(request, part, error)
            if isinstance(error, TryLater | NeedsReconnect):
                raise
            if self.pushed.unanswered >= MOST_UNANSWERED:
                raise Unavailable(f"{self.direct.title} took several requests and answered none.") from error
            return
        self.answered(request, part, outcomes)
        for (link, write), outcome in zip(part, outcomes, strict=True):
            if isinstance(outcome.error, OutOfDate):
                tidy.read_fresh(self.company, self.direct, link, write)
