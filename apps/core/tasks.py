"""The way onto the queue. What is queued is a hint ("look at connection 7"): lost or doubled, it changes nothing."""

from __future__ import annotations

from django.db import connection, transaction
from django_q.models import OrmQ
from django_q.tasks import async_task

from apps.core.clock import DbNow

#: The first half of the number of our advisory locks that keep a task from being queued twice.
ONCE = 0x7E1
INTERACTIVE = "interactive"  # the cluster for what a person waits for


def enqueue(task: str, *ids: int | str, cluster: str | None = None) -> None:
    """Put the function at the dotted path `task` on the queue; it runs only if the current transaction commits.

    Arguments can be read in the queue's table, so they are ids and nothing else.
    """
    for each in ids:
        if isinstance(each, bool) or not isinstance(each, int | str):
            raise TypeError(f"a task takes ids, not {each!r}")
    async_task(task, *ids, **({"cluster": cluster} if cluster else {}))


def enqueue_once(task: str, *ids: int | str) -> bool:
    """Put it on the queue unless the same is waiting there already; whether it was put. Of several at once one does it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ONCE, f"{task}{ids}"])
        if is_waiting(task, *ids):
            return False
        enqueue(task, *ids)
        return True


def is_waiting(task: str, *ids: int | str) -> bool:
    """Whether the same is on the queue and nobody has begun it."""
    waiting = OrmQ.objects.filter(lock__lt=DbNow())  # a worker that begins a task moves its lock into the future
    return any((each.task.get("func"), each.task.get("args")) == (task, ids) for each in waiting)


def beat() -> None:
    """Nothing: that it went through the queue is the sign of life (`broker.PgSkip.acknowledge`)."""
