"""One session from its first call to its last: who may speak, what they get next, what became of what they brought."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from apps.connections.models import Company, Connection, ConnectionState
from apps.connections.opening import came_through
from apps.core.clock import DbNow, db_now
from apps.core.tasks import enqueue_once
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.platforms.errors import PlatformError
from apps.platforms.mailbox import Told
from apps.sync.current import DONE, link_counts
from apps.sync.mailbox.plan import Post, first_plan
from apps.sync.models import SESSION, LetterKind, LetterState, PostedLetter, PostRound, Run
from apps.sync.tasks import WHOLE_RUN

#: A session that was heard of so lately is still going on; another is asked to come later.
LIVE = timedelta(seconds=60)
#: Where there is nothing to write, the books are read again after so long.
READ_EVERY = timedelta(minutes=5)
CUT_OFF = "The last session was cut off; the next one goes on where it ended."
WAITING = [LetterState.READY, LetterState.OUT, LetterState.ANSWERED]


class Busy(Exception):
    """Another session of the same account is going on."""


class UnknownTicket(Exception):
    """No session of this account that is going on has this ticket."""


def begin(connection: Connection) -> str:
    """The ticket of a new session, "" when there is nothing to do. Raises Busy while another one is going on."""
    with transaction.atomic():
        stored = Connection.objects.select_for_update().get(pk=connection.pk)
        before = PostRound.objects.filter(connection=stored, ended_at=None).first()
        if before is not None and before.seen_at > db_now() - LIVE / settings.LIMIT_SCALE:
            raise Busy
        if before is not None:
            _close(before, CUT_OFF)
        company = Company.objects.filter(Q(books=stored) | Q(syncro=stored)).first()
        if company is None or stored.state != ConnectionState.CONNECTED or not _is_due(company, stored):
            return ""
        ticket = secrets.token_hex(16)
        PostRound.objects.create(
            company=company, connection=stored, ticket=ticket, plan=first_plan(company, stored.side)
        )
    return ticket


def next_letter(connection: Connection, ticket: str, told: Told) -> str:
    """The next letter, "" when there is none or something is wrong (`last_error` says which). Raises UnknownTicket."""
    round_ = _current(connection, ticket)
    post = Post(round_)
    letter = post.next() if _greeted(post, told) else None
    if letter is None:
        return ""
    PostedLetter.objects.filter(pk=letter.pk).update(state=LetterState.OUT, handed_at=Now(), round=round_)
    round_.handed += 1
    round_.save(update_fields=["handed"])
    return letter.text


def receive(connection: Connection, ticket: str, response: str, hresult: str, message: str) -> int:
    """Keep an answer as it came, then read it. How far the session is in per cent, negative when it cannot go on.

    Raises UnknownTicket. An answer to nothing that was handed out changes nothing.
    """
    round_ = _current(connection, ticket)
    post = Post(round_)
    out = PostedLetter.objects.filter(round=round_, state=LetterState.OUT).order_by("-handed_at").first()
    if out is not None:
        PostedLetter.objects.filter(pk=out.pk, state=LetterState.OUT).update(
            state=LetterState.ANSWERED, answer=response.replace("\x00", ""), code=hresult[:40], message=message, answered_at=Now()
        )  # fmt: skip
        post.read_answers()
    if round_.error:
        return -1
    return 100 if post.next() is None else post.percent()


def connection_error(connection: Connection, ticket: str, hresult: str, message: str) -> str:
    """The other system could not be opened at all; it is tried again at the next session. Raises UnknownTicket."""
    round_ = _current(connection, ticket)
    _fail(round_, Post(round_).platform.failed(None, hresult, message).message)
    return "done"


def last_error(connection: Connection, ticket: str) -> str:
    """Why there was no letter, "" when nothing is wrong. Raises UnknownTicket."""
    return _current(connection, ticket).error


def end(connection: Connection, ticket: str) -> str:
    """The session is over; what follows from it on the other side is put on the queue. Raises UnknownTicket."""
    round_ = _current(connection, ticket)
    sentence = round_.error or _done(round_)
    _close(round_, round_.error)
    enqueue_once(WHOLE_RUN, round_.company_id)
    return sentence


def _greeted(post: Post, told: Told) -> bool:
    """Whether the session may go on: it is the right account, and all it brought so far could be read."""
    if not post.round.handed:
        try:
            post.greet(told)
        except PlatformError as error:
            _fail(post.round, error.message)
    if not post.round.error:
        post.read_answers()
    return not post.round.error


def _done(round_: PostRound) -> str:
    came_through(round_.connection)
    written = sum(count for _, count in round_.counts.get("writes", []))
    read = sum(row["pulled"] for row in round_.counts.get("runs", {}).values())
    return f"{read} records read, {written} documents written."


def _current(connection: Connection, ticket: str) -> PostRound:
    found = PostRound.objects.filter(connection=connection, ticket=ticket, ended_at=None).select_related(
        "company", "company__books", "company__syncro", "connection"
    )
    round_ = found.first() if ticket else None
    if round_ is None:
        raise UnknownTicket
    PostRound.objects.filter(pk=round_.pk).update(seen_at=Now())
    return round_


def _fail(round_: PostRound, sentence: str) -> None:
    round_.error = sentence
    round_.save(update_fields=["error"])


def _close(round_: PostRound, error: str) -> None:
    """What was only asked is asked anew in the next session, and the ledger of requests has what it said; what was to be
    written stays.
    """
    PostRound.objects.filter(pk=round_.pk).update(ended_at=Now(), error=error)
    asked = PostedLetter.objects.filter(round=round_, state__in=WAITING).exclude(kind=LetterKind.WRITE)
    asked.update(state=LetterState.DROPPED)
    PostedLetter.objects.filter(round=round_, kind__in=[LetterKind.READ, LetterKind.FAREWELL]).delete()
    Run.objects.create(
        company=round_.company, cause=SESSION, started_at=round_.began_at, ended_at=DbNow(), error=error, counts=_counts(round_)
    )  # fmt: skip


def _counts(round_: PostRound) -> dict[str, object]:
    writes: dict[str, dict[str, dict[str, int]]] = {"books": {}, "syncro": {}}
    for (side, entity, verb), count in round_.counts.get("writes", []):
        writes[side].setdefault(entity, {"created": 0, "updated": 0, "voided": 0})[DONE[verb]] = count
    return {
        "company": round_.company.slug, "runs": list(round_.counts.get("runs", {}).values()), "writes": writes,
        "requests": {round_.connection.side.value: round_.handed}, "links": link_counts(round_.company),
    }  # fmt: skip


def _is_due(company: Company, stored: Connection) -> bool:
    """Whether a session has work: something to ask about, to write, or to read again."""
    letters = PostedLetter.objects.filter(connection=stored, kind=LetterKind.WRITE, state__in=WAITING)
    since = db_now() - READ_EVERY / settings.LIMIT_SCALE
    read = PostRound.objects.filter(connection=stored, began_at__gt=since, counts__read=True)
    due = Q(not_before__isnull=True) | Q(not_before__lte=DbNow())
    links = Link.objects.filter(
        due, company=company, origin=stored.side.other, state__in=[SyncState.PENDING, SyncState.IN_DOUBT]
    )
    waits = links.exclude(code__in=["refund_partner", "not_linked_yet"])
    return letters.exists() or not read.exists() or waits.exists()
