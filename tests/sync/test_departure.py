"""A write that waited too long for its turn does not leave: its claim may be somebody else's by then."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from apps.platforms import http
from apps.platforms.base import Account, Bucket, Draft, Limits
from apps.platforms.errors import Unavailable
from apps.platforms.http import Wire
from apps.platforms.syncro.platform import Syncro
from apps.sync.claim import Patience


class Queue:
    """A budget in which every place is a long wait."""

    def __init__(self, patch: pytest.MonkeyPatch, wait: float) -> None:
        self.now, self.wait = 1000.0, wait
        patch.setattr("apps.platforms.http.time.monotonic", lambda: self.now)

    def acquire(self, bucket: Bucket) -> None:
        self.now += self.wait

    def penalize(self, bucket: Bucket, seconds: float) -> None: ...


def wire(queue: Queue, left: list[str]) -> Wire:
    """A way out that notes what left."""

    def answer(request: httpx.Request) -> httpx.Response:
        left.append(request.url.path)
        return httpx.Response(200, json={})

    nothing: Any = None
    account = Account(
        account_id="1", base_url="https://books.example", tokens=nothing, limiter=queue, note=lambda call: None,
        clock=lambda: datetime.now(UTC), transport=httpx.MockTransport(answer),
    )  # fmt: skip
    return Wire(account, Limits(buckets=(Bucket(name="requests", per_minute=1), Bucket(name="second", per_minute=1))))


@pytest.mark.parametrize(("wait", "leaves"), [(10.0, True), (16.0, False)])
def test_two_waits_together_count(monkeypatch: pytest.MonkeyPatch, wait: float, leaves: bool) -> None:
    left: list[str] = []
    draft = Draft(method="POST", path="/invoice", body=b"{}", bucket="requests+second")
    with wire(Queue(monkeypatch, wait), left) as out:
        if leaves:
            out.write(draft)
        else:
            with pytest.raises(Unavailable):
                out.write(draft)
    assert left == (["/invoice"] if leaves else [])


def test_time_spent_before_counts_and_a_read_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []
    with wire(Queue(monkeypatch, 16.0), left) as out:
        with pytest.raises(Unavailable):
            out.write(Draft(method="POST", path="/invoice", body=b"{}"), since=980.0)
        out.read("GET", "/query", bucket="requests+second")
    assert left == ["/query"]


def test_lease_and_trust_hold_from_the_commit_on(settings: Any) -> None:
    settings.LIMIT_SCALE = 1.0
    patience = Patience.of(Syncro.limits)
    assert patience.trust >= http.LEAVES_WITHIN + Syncro.limits.deadline + Syncro.limits.settle
