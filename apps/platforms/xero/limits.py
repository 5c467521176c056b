"""What Xero publishes: https://developer.xero.com/documentation/guides/oauth2/limits"""

from __future__ import annotations

from apps.platforms.base import Bucket, Limits

#: Calls a day and organisation; Starter apps have 1,000 and learn it from a 429 "day".
DAILY = 5000
#: The most rows of one page, and the most documents Xero advises for one write.
PAGE, BATCH = 1000, 50
#: What every call draws on.
CALL = "minute+day+app"
#: What a 429 says was used up (`X-Rate-Limit-Problem`, any case), and the bucket that is closed for it.
PROBLEMS = {"day": "day", "appminute": "app", "app-minute": "app"}

LIMITS = Limits(
    buckets=(
        # 60 a minute: places and burst together stay within it in every minute there is.
        Bucket(name="minute", per_minute=56, burst=4),
        Bucket(name="day", per_minute=DAILY / 1440, burst=DAILY - 500),
        Bucket(name="app", per_minute=10_000, burst=100, scope="app"),
    ),
    concurrent=5,
    page_size=PAGE,
    batch=dict.fromkeys(("customer", "item", "invoice", "credit_memo", "payment", "refund"), BATCH),
    deadline=60.0,
    settle=120.0,
    retry_wait=60.0,
)
