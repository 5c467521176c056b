"""What an answer means: pages are kept, writes settled, doubts ended. Reading one again changes nothing."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from apps.connections.opening import Ledger
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.mirror.store import mark_gone, save_records
from apps.platforms.base import CANNOT_TELL, Call, Found, Page
from apps.platforms.errors import Gone, OutOfDate, PermissionMissing, PlatformError, Refused, TryLater, Unsure
from apps.platforms.mailbox import Letter, MailboxPlatform
from apps.sync.batch import Batch, Part, Pushed
from apps.sync.claim import Patience, wake_waiting
from apps.sync.entities import NAMES
from apps.sync.look import last_item, settle_look, sure_it_is_absent
from apps.sync.mailbox.writing import looked_for, part_of
from apps.sync.models import Cursor, LetterKind, LetterState, PostedLetter, PostRound
from apps.sync.pull import Pulled

#: A pull that was broken off in the middle begins again so often in one session.
MOST_STARTS = 2
#: The whole set could not even be read there: each write goes alone, so that only the bad one is held.
NOT_READ = "parse"
#: A text that fails as a whole is handed out so often; then what became of it is looked for.
MOST_TRIES = 4


class Answers:
    """One kept answer."""

    def __init__(self, round_: PostRound, platform: MailboxPlatform, letter: PostedLetter) -> None:
        self.round, self.platform, self.letter = round_, platform, letter
        context = dict(letter.context)
        self.asked = Letter(
            text=letter.text, entity=letter.entity, verb=letter.verb, key=letter.key,
            positions=tuple(context.pop("positions", ())), context=context,
        )  # fmt: skip

    def read(self) -> None:
        """Take from it what it holds; the session's `error` is set where nothing more can be done now."""
        failure = self._failure()
        READERS[LetterKind(self.letter.kind)](self, failure)
        self.round.save(update_fields=["plan", "counts", "error"])
        self._note(failure)

    def _failure(self) -> PlatformError | None:
        if not self.letter.code:
            return None
        return self.platform.failed(self.asked, self.letter.code, self.letter.message)

    def _be(self, state: LetterState) -> None:
        PostedLetter.objects.filter(pk=self.letter.pk).update(state=state)

    def _stop(self, error: PlatformError) -> None:
        self.round.error = error.message

    def page(self, failure: PlatformError | None) -> None:
        """A page of what was asked for, and the letter that asks on."""
        try:
            if failure is not None:
                raise failure
            page, following = self.platform.read_page(self.asked, self.letter.answer)
        except PlatformError as error:
            self._be(LetterState.DROPPED)
            self._could_not_read(error)
            return
        with transaction.atomic():
            self._keep(page)
            self._be(LetterState.DONE)
            if following is not None:
                PostedLetter.objects.create(
                    round=self.round, connection=self.round.connection, kind=LetterKind.READ, entity=following.entity,
                    text=following.text, context=dict(following.context),
                )  # fmt: skip

    def _could_not_read(self, error: PlatformError) -> None:
        """Once more from the beginning, then the session ends; what may be missing is only left out with a word."""
        entity = self.letter.entity
        starts = self.round.counts.setdefault("starts", {})
        if isinstance(error, PermissionMissing | Refused | Gone) and entity not in NAMES:
            self.round.counts.setdefault("warnings", []).append(error.message)
            return
        starts[entity] = starts.get(entity, 0) + 1
        if isinstance(error, TryLater) and starts[entity] < MOST_STARTS and not self.letter.code:
            self.round.plan["entities"].insert(0, entity)
            return
        self._stop(error)

    def _keep(self, page: Page) -> None:
        company, side, entity = self.round.company, self.round.connection.side, self.letter.entity
        saved = save_records(company, side, page.records)
        mark_gone(company, side, entity, page.gone)
        row = self.round.counts.setdefault("runs", {}).setdefault(entity, Pulled(side, entity).as_json())
        row["pulled"] += len(page.records)
        row["changed"] += saved.new + saved.changed
        cursors = Cursor.objects.filter(company=company, side=side, entity=entity)
        if page.cursor:
            cursors.update(value=page.cursor)
        if page.last:
            cursors.update(pulled_at=Now(), loaded_at=Coalesce(F("loaded_at"), Now()), unreadable=list(page.unreadable))

    def written(self, failure: PlatformError | None) -> None:
        """What became of what was written."""
        request = self.letter.request
        assert request is not None  # a letter that writes is made with its request
        part = part_of(request)
        pushed = Pushed()
        batch = Batch(
            self.round.company, self.platform, request.entity, [link for link, _ in part],
            Patience.of(self.platform.limits), pushed,
        )  # fmt: skip
        if failure is not None and failure.code != NOT_READ and self._once_more():
            self._stop(failure)
            return
        try:
            if failure is not None:
                raise failure
            outcomes = self.platform.read_outcomes(self.asked, [write for _, write in part], self.letter.answer)
        except PlatformError as error:
            self._as_a_whole(batch, part, error)
        else:
            batch.answered(request, part, outcomes)
            stale = [
                write
                for (_, write), outcome in zip(part, outcomes, strict=True)
                if isinstance(outcome.error, OutOfDate)
            ]
            for write in stale:
                self.round.plan["again"].setdefault(write.entity, []).append(write.external_id)
        self._be(LetterState.DONE)
        self._count(pushed)
        if batch.settled:
            wake_waiting(self.round.company)

    def _once_more(self) -> bool:
        """Whether it was worked on cannot be known: the same text goes first in the next session, a few times."""
        tries = int(self.letter.context.get("tries", 0)) + 1
        self.letter.context["tries"] = tries
        state = LetterState.OUT if tries < MOST_TRIES else LetterState.ANSWERED
        PostedLetter.objects.filter(pk=self.letter.pk).update(state=state, context=self.letter.context)
        return tries < MOST_TRIES

    def _as_a_whole(self, batch: Batch, part: Part, error: PlatformError) -> None:
        """A text that could not be read there did nothing, and one of several may be to blame: each goes alone."""
        request = self.letter.request
        assert request is not None
        if error.code != NOT_READ:
            batch.lost(
                request, part, error if isinstance(error, TryLater) and not self.letter.code else Unsure(error.message)
            )
            return
        if len(part) == 1:
            batch.lost(request, part, error)
            return
        for link, _ in part:
            Link.objects.filter(pk=link.pk, fence=link.fence).update(hints={**link.hints, "alone": True})
        batch.lost(request, part, TryLater(error.message, code=error.code, retry_after=0))

    def _count(self, pushed: Pushed) -> None:
        written = Counter({tuple(key): count for key, count in self.round.counts.get("writes", [])}) + pushed.writes
        self.round.counts["writes"] = [[list(key), count] for key, count in written.items()]

    def looked(self, failure: PlatformError | None) -> None:
        """What was found of what was in doubt."""
        links = {link.pk: link for link in Link.objects.filter(pk__in=self.letter.links, state=SyncState.IN_DOUBT)
                 .select_related("company", "syncro", "books").prefetch_related("legs")}  # fmt: skip
        every = [links[pk] for pk in self.letter.links if pk in links]
        asked = looked_for(every).get(self.letter.entity, [])
        self._be(LetterState.DONE)
        if len(asked) < len(self.letter.links):  # somebody settled one meanwhile: the rest is looked for anew
            return
        try:
            if failure is not None:
                raise failure
            answers = self.platform.read_found(self.asked, [write for _, write in asked], self.letter.answer)
        except PlatformError as error:
            self._stop(error)
            return
        for (link, _), answer in zip(asked, answers, strict=True):
            item = last_item(link)
            if item is None:
                continue
            if isinstance(answer, Found) or answer is CANNOT_TELL:
                settle_look(link, item, answer)
            else:
                # It works on one session at a time: what an earlier one brought is done or never will be.
                sure_it_is_absent(link, item)
        wake_waiting(self.round.company)

    def left(self, failure: PlatformError | None) -> None:
        """Nothing follows from it."""
        self._be(LetterState.DONE)

    def _note(self, failure: PlatformError | None) -> None:
        """In the ledger of requests, like any other."""
        self.letter.refresh_from_db()
        handed, answered = self.letter.handed_at, self.letter.answered_at
        took = int((answered - handed).total_seconds() * 1000) if handed and answered else 0
        Ledger(self.round.connection_id)(
            Call(
                method="LETTER", url=f"{self.letter.kind} {self.letter.entity}".strip(), status=0 if failure else 200,
                milliseconds=took, vendor_id=self.letter.key, request=self.letter.text, answer=self.letter.answer,
                error=failure.message if failure else "",
            )
        )  # fmt: skip


READERS = {
    LetterKind.READ: Answers.page,
    LetterKind.WRITE: Answers.written,
    LetterKind.LOOK: Answers.looked,
    LetterKind.FAREWELL: Answers.left,
}
