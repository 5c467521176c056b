"""Syncro's published limit holds in every minute there is, bursts included."""

from __future__ import annotations

from apps.platforms.syncro.client import LIMITS

#: API basics: Rate limit, a minute and address.
PUBLISHED = 180


def test_places_and_burst_together_stay_below_the_limit_in_any_minute() -> None:
    (bucket,) = LIMITS.buckets
    assert bucket.scope == "egress"
    # A full burst at the start of a minute, and a place each step until its very end.
    assert bucket.burst + bucket.per_minute < PUBLISHED
