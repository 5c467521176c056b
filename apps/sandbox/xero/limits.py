"""Rate limits: fixed windows per tenant and per app, and a few requests at a time."""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

from apps.sandbox.frame import Response

CONCURRENT = 5
MINUTE, DAY = 60.0, 86_400.0
PER_MINUTE = 60
PER_APP_MINUTE = 10_000
APP = "app"


class Limits:
    """Counts what each tenant asked in its own minute and day, and the app over all of them."""

    def __init__(self, settings: dict[str, Any], clock: Callable[[], float]) -> None:
        self.settings, self.clock = settings, clock
        self.used: Counter[tuple[str, str, int]] = Counter()
        self.flying: Counter[str] = Counter()
        self.lock = threading.Lock()

    def rows(self, tenant: str) -> list[tuple[str, str, float, int, str]]:
        """(problem, whose, window, how many, header), in the order they are checked."""
        scale = float(self.settings["limit_scale"])
        day = int(self.settings["day_limit"])
        return [
            ("appminute", APP, MINUTE, int(PER_APP_MINUTE * scale), "X-AppMinLimit-Remaining"),
            ("minute", tenant, MINUTE, int(PER_MINUTE * scale), "X-MinLimit-Remaining"),
            ("day", tenant, DAY, int(day * scale), "X-DayLimit-Remaining"),
        ]

    def window(self, whose: str, length: float) -> tuple[int, float]:
        """The number of the running window, and the seconds it still lasts; every tenant has its own start."""
        at = self.clock() + zlib.crc32(whose.encode()) % length
        return int(at // length), length - at % length

    def take(self, tenant: str) -> Response | None:
        """Count one request, or refuse it."""
        keys = []
        for problem, whose, length, most, _ in self.rows(tenant):
            number, rest = self.window(whose, length)
            if self.used[problem, whose, number] >= most:
                return refusal(problem, int(rest) + 1)
            keys.append((problem, whose, number))
        self.used.update(keys)
        return None

    def headers(self, tenant: str) -> dict[str, str]:
        """What is left."""
        out = {}
        for problem, whose, length, most, header in self.rows(tenant):
            out[header] = str(max(0, most - self.used[problem, whose, self.window(whose, length)[0]]))
        return out

    def enter(self, tenant: str) -> bool:
        """Whether one more request may run now; `leave` must follow either way."""
        with self.lock:
            self.flying[tenant] += 1
            return self.flying[tenant] <= CONCURRENT * max(1.0, float(self.settings["limit_scale"]))

    def leave(self, tenant: str) -> None:
        """A request has been answered."""
        with self.lock:
            self.flying[tenant] -= 1


def refusal(problem: str, seconds: int = 0) -> Response:
    """429: why, and for the minute and the day how long to wait."""
    wait = {"Retry-After": str(seconds)} if problem in ("minute", "day") else {}
    return Response(429, {}, {"X-Rate-Limit-Problem": problem, **wait})
