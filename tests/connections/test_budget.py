"""The shared budget: every process draws on the same row, and a block stops all."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.db import transaction

from apps.connections.beside import ask
from apps.connections.budget import SharedLimiter
from apps.connections.models import Budget, Connection
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
