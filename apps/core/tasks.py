"""The way onto the queue. What is queued is a hint ("look at connection 7"): lost or doubled, it changes nothing."""

from __future__ import annotations

from django_q.models import OrmQ
from django_q.tasks import async_task

from apps.core.clock import DbNow

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
    """Put it on the queue unless the same is waiting there already; whether it was put. Two at once may both do it."""
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
