"""A task runs if and only if its change was committed, in order, and once a worker has carried one through it shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django_q.models import OrmQ, Schedule
from django_q.signing import SignedPackage

from apps.core import heartbeat
from apps.core.broker import PgSkip
from apps.core.clock import DbNow, db_now, shifted
from apps.core.models import Heartbeat
from apps.core.tasks import enqueue
from config.schedules import SCHEDULES

pytestmark = pytest.mark.django_db(transaction=True)
BEAT = "apps.core.tasks.beat"


def fetched(broker: PgSkip) -> list[int]:
    """The ids that the tasks fetched now were given."""
    return [SignedPackage.loads(payload)["args"][0] for _, payload in broker.dequeue() or []]


def test_a_task_of_a_rolled_back_change_is_never_queued() -> None:
    with transaction.atomic():
        enqueue(BEAT, 1)
        transaction.set_rollback(True)
    assert not OrmQ.objects.exists()


def test_tasks_come_in_the_order_they_were_queued_and_each_once() -> None:
    for number in range(3):
        enqueue(BEAT, number)
    broker = PgSkip("tieout")
    assert [fetched(broker) for _ in range(4)] == [[0], [1], [2], []]


def test_a_task_whose_worker_died_comes_again_when_its_time_is_over() -> None:
    enqueue(BEAT, 7)
    broker = PgSkip("tieout")
    assert fetched(broker) == [7]
    OrmQ.objects.update(lock=db_now() - timedelta(seconds=1))
    assert fetched(broker) == [7]


def test_what_a_person_waits_for_has_a_queue_of_its_own() -> None:
    enqueue(BEAT, 1, cluster="interactive")
    assert fetched(PgSkip("tieout")) == []
    assert fetched(PgSkip("interactive")) == [1]


@pytest.mark.parametrize("argument", [{"token": "x"}, None, 1.5, True])
def test_a_task_is_given_ids_and_nothing_else(argument: object) -> None:
    with pytest.raises(TypeError, match="ids"):
        enqueue(BEAT, argument)  # type: ignore[arg-type]


def test_a_task_carried_through_is_the_workers_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(heartbeat.WORKER, "here:1")
    enqueue(BEAT, 1)
    broker = PgSkip("tieout")
    assert heartbeat.seconds_since("here:1") is None
    for task, _ in broker.dequeue() or []:
        broker.acknowledge(task)
    assert heartbeat.seconds_since("here:1") is not None
    assert not OrmQ.objects.exists()


def test_the_clock_of_the_database_can_be_shifted_for_this_process() -> None:
    heartbeat.stamp("here:1")
    with shifted(timedelta(hours=2)):
        assert (heartbeat.seconds_since("here:1") or 0) >= 7200
        assert Heartbeat.objects.filter(beaten_at__lt=DbNow() - timedelta(hours=1)).exists()
    assert (heartbeat.seconds_since("here:1") or 0) < 3600


def test_the_schedules_become_those_of_the_table_and_strangers_stay() -> None:
    Schedule.objects.create(name="tieout gone", func=BEAT)
    Schedule.objects.create(name="somebody's own", func=BEAT)
    for _ in range(2):
        call_command("ensure_schedules")
    names = set(Schedule.objects.values_list("name", flat=True))
    assert names == {"somebody's own", *(f"tieout {each.name}" for each in SCHEDULES)}


def test_the_cache_is_shared_by_all_processes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_cache")
