"""The shared budget: every process draws on the same row, and a block stops all."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.conf import LazySettings
from django.db import transaction

from apps.connections.beside import ask, close_beside
from apps.connections.budget import SHARE, SharedLimiter
from apps.connections.models import Budget, Connection, Turn
from apps.connections.urgency import Urgency, asking, urgency
from apps.core.clock import db_now
from apps.platforms.base import Bucket
from apps.platforms.errors import RateLimited
from tests.connections.elsewhere import start

pytestmark = pytest.mark.django_db(transaction=True)

SLOW = Bucket(name="requests", per_minute=1)


def test_two_processes_together_keep_one_limit(connection: Connection) -> None:
    per_minute, each = 1200, 20
    processes = [start("acquire", connection.pk, per_minute, each) for _ in range(2)]
    moments = sorted(float(line) for process in processes for line in process.communicate()[0].split())
    assert len(moments) == 2 * each
    # Clocks and wake-ups jitter, so no single gap is judged: the whole took no less than its places.
    assert moments[-1] - moments[0] >= (2 * each - 2) * 60 / per_minute


def test_a_burst_is_free_and_the_next_place_is_not(connection: Connection) -> None:
    limiter, bucket = SharedLimiter(connection), Bucket(name="requests", per_minute=1, burst=3)
    for _ in range(3):
        limiter.acquire(bucket)
    with pytest.raises(RateLimited) as told:
        limiter.acquire(bucket)
    assert told.value.retry_after is not None
    assert 20 < told.value.retry_after <= 60


def test_a_refused_caller_takes_no_place(connection: Connection) -> None:
    limiter = SharedLimiter(connection)
    limiter.acquire(SLOW)
    before = Budget.objects.get().next_free
    for _ in range(5):
        with pytest.raises(RateLimited):
            limiter.acquire(SLOW)
    assert Budget.objects.get().next_free == before


def test_a_block_stops_everyone_and_is_never_shortened(connection: Connection) -> None:
    limiter, bucket = SharedLimiter(connection), Bucket(name="requests", per_minute=6000, burst=10)
    limiter.penalize(bucket, 300)
    limiter.penalize(bucket, 1)
    with pytest.raises(RateLimited) as told:
        SharedLimiter(connection).acquire(bucket)
    assert told.value.retry_after is not None
    assert 290 < told.value.retry_after <= 300


def test_a_short_block_is_waited_for(connection: Connection) -> None:
    limiter, bucket = SharedLimiter(connection), Bucket(name="requests", per_minute=6000, burst=10)
    limiter.penalize(bucket, 0.2)
    limiter.acquire(bucket)
    late = ask(
        "SELECT blocked_until <= clock_timestamp() FROM connections_budget WHERE key = %(key)s",
        {"key": limiter.key(bucket)},
    )
    assert late == (True,)


def test_the_scale_multiplies_the_limit(connection: Connection) -> None:
    limiter = SharedLimiter(connection, scale=60000)
    for _ in range(50):
        limiter.acquire(SLOW)


def test_a_place_is_taken_at_once_whatever_the_transaction_does(connection: Connection) -> None:
    with transaction.atomic():
        SharedLimiter(connection).acquire(SLOW)
        transaction.set_rollback(True)
    assert Budget.objects.count() == 1


def test_what_shares_a_bucket_is_said_by_its_scope(connection: Connection, settings: LazySettings) -> None:
    settings.EGRESS_ADDRESS = "gate"
    limiter = SharedLimiter(connection)
    keys = [
        limiter.key(Bucket(name="requests", per_minute=1, scope=scope)) for scope in ("connection", "app", "egress")
    ]
    assert keys == [f"connection:{connection.pk}:requests", "app:syncro:requests", "egress:gate:syncro:requests"]


def waits(limiter: SharedLimiter, bucket: Bucket, other: int, how: Urgency, served: float, until: float = 60) -> None:
    """Another connection waits for this bucket, served so many seconds ago; it never comes."""
    now = db_now()
    frees(limiter, bucket)
    Turn.objects.create(
        key=limiter.key(bucket),
        connection=other,
        urgency=how,
        served_at=now - timedelta(seconds=served),
        waiting_until=now + timedelta(seconds=until),
    )


def frees(limiter: SharedLimiter, bucket: Bucket) -> None:
    """Just now there is one place."""
    Budget.objects.update_or_create(key=limiter.key(bucket), defaults={"next_free": db_now()})


def served(limiter: SharedLimiter, bucket: Bucket, how: Urgency) -> bool:
    """Whether a place that is free now goes to this connection."""
    return limiter._next_place(bucket, how, 20.0) is None


@pytest.mark.parametrize(
    ("mine", "theirs", "goes_first"),
    [("PEOPLE", "CHANGES", True), ("CHANGES", "PEOPLE", False), ("BULK", "PEOPLE", False), ("PEOPLE", "BULK", True)],
)
def test_people_go_first_whoever_waited_longer(
    connection: Connection, mine: str, theirs: str, goes_first: bool
) -> None:
    limiter = SharedLimiter(connection)
    waits(limiter, SLOW, connection.pk + 1, Urgency[theirs], served=3600 if goes_first else 0)
    assert served(limiter, SLOW, Urgency[mine]) is goes_first


def test_changes_go_before_a_load_until_its_share_is_due(connection: Connection) -> None:
    limiter, step = SharedLimiter(connection), 60.0
    waits(limiter, SLOW, connection.pk + 1, Urgency.BULK, served=step)
    waits(limiter, SLOW, connection.pk + 2, Urgency.CHANGES, served=0)
    assert not served(limiter, SLOW, Urgency.BULK)
    assert served(limiter, SLOW, Urgency.CHANGES)
    frees(limiter, SLOW)
    Turn.objects.filter(urgency=Urgency.BULK).update(served_at=db_now() - timedelta(seconds=SHARE * step))
    assert not served(limiter, SLOW, Urgency.CHANGES)


def test_among_equals_whoever_was_served_longest_ago_goes_first(connection: Connection) -> None:
    limiter = SharedLimiter(connection)
    assert served(limiter, SLOW, Urgency.CHANGES)
    waits(limiter, SLOW, connection.pk + 1, Urgency.CHANGES, served=60)
    assert not served(limiter, SLOW, Urgency.CHANGES)
    Turn.objects.exclude(connection=connection.pk).update(served_at=db_now())
    assert served(limiter, SLOW, Urgency.CHANGES)


def test_who_never_comes_back_keeps_no_place_open(connection: Connection) -> None:
    limiter = SharedLimiter(connection)
    waits(limiter, SLOW, connection.pk + 1, Urgency.PEOPLE, served=60, until=-0.01)
    assert served(limiter, SLOW, Urgency.BULK)


def test_each_place_moves_the_next_one_on_however_many_ask_at_once(connection: Connection) -> None:
    bucket, each, callers = Bucket(name="requests", per_minute=6000, burst=5), 20, 6
    limiter, begun = SharedLimiter(connection), db_now()

    def draw() -> None:
        for _ in range(each):
            limiter.acquire(bucket)
        close_beside()

    threads = [Thread(target=draw) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Budget.objects.get().next_free - begun >= timedelta(seconds=each * callers * 60 / bucket.per_minute)


def test_urgency_is_said_once_for_a_stretch_of_work() -> None:
    with asking(Urgency.BULK):
        with asking(Urgency.PEOPLE):
            assert urgency() is Urgency.PEOPLE
        assert urgency() is Urgency.BULK
    assert urgency() is Urgency.CHANGES
