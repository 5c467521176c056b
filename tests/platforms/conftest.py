"""What a platform is handed in production, in memory: tokens, budget, ledger, clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.platforms.base import Account, Bucket, Call, Tokens


class MemoryTokens:
    """A token store that counts its saves; `on_lock` plays another process that was faster."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.saved: list[Tokens] = []
        self.on_lock: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def read(self) -> Tokens:
        return self.tokens

    @contextmanager
    def locked(self) -> Iterator[Callable[[Tokens], None]]:
        with self._lock:
            self.on_lock()
            yield self._save

    def _save(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.saved.append(tokens)


@dataclass
class OpenLimiter:
    """Lets everything through and remembers what was drawn and what was closed."""

    drawn: list[str] = field(default_factory=list)
    closed: list[tuple[str, float]] = field(default_factory=list)

    def acquire(self, bucket: Bucket) -> None:
        self.drawn.append(bucket.name)

    def penalize(self, bucket: Bucket, seconds: float) -> None:
        self.closed.append((bucket.name, seconds))


@dataclass
class Bench:
    """Makes accounts, and holds what they wrote down."""

    tokens: MemoryTokens = field(default_factory=lambda: MemoryTokens(Tokens(access="first", refresh="again")))
    limiter: OpenLimiter = field(default_factory=OpenLimiter)
    ledger: list[Call] = field(default_factory=list)
    now: datetime = datetime(2026, 4, 10, 12, tzinfo=UTC)

    def account(self, base_url: str, **fields: Any) -> Account:
        given = {"account_id": "acme", "scale": 100.0, **fields}
        return Account(
            base_url=base_url,
            tokens=self.tokens,
            limiter=self.limiter,
            note=self.ledger.append,
            clock=lambda: self.now,
            **given,
        )


@pytest.fixture
def bench() -> Bench:
    return Bench()
