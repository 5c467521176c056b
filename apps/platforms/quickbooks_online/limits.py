"""What Intuit publishes: https://developer.intuit.com/app/developer/qbo/docs/learn/limits-and-throttles"""

from __future__ import annotations

from apps.platforms.base import Bucket, Limits

LIMITS = Limits(
    buckets=(
        # 500 and 40 a minute: places and burst together stay within them in every minute there is.
        Bucket(name="requests", per_minute=490, burst=10),
        Bucket(name="second", per_minute=600, burst=10),
        Bucket(name="batch", per_minute=36, burst=4),
    ),
    concurrent=4,
    page_size=1000,
    batch=dict.fromkeys(("customer", "item", "invoice", "payment", "credit_memo", "refund_receipt"), 30),
    deadline=130.0,
    settle=120.0,
    retry_wait=60.0,
)
