"""The way onto the queue. What is queued is a hint ("look at connection 7"): lost or doubled, it changes nothing."""

from __future__ import annotations

from django_q.tasks import async_task

INTERACTIVE = "interactive"  # the cluster for what a person waits for


def enqueue(task: str, *ids: int | str, cluster: str | None = None) -> None:
    """Put the function at the dotted path `task` on the queue; it runs only if the current transaction commits.

    Arguments can be read in the queue's table, so they are ids and nothing else.
    """
    for each in ids:
        if isinstance(each, bool) or not isinstance(each, int | str):
            raise TypeError(f"a task takes ids, not {each!r}")
    async_task(task, *ids, **({"cluster": cluster} if cluster else {}))


def beat() -> None:
    """Nothing: that it went through the queue is the sign of life (`broker.PgSkip.acknowledge`)."""
