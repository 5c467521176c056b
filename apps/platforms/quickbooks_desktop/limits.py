"""How much we put into one letter; Intuit publishes no figures, these are what is known to go well.

QuickBooks works on one request at a time, and takes a minute for the big ones.
"""

from __future__ import annotations

from apps.platforms.base import Bucket, Limits

#: Writes of one letter: what is lost together is looked up together.
WRITES = 20
#: Records of one page of a query: documents with their lines, and entries of lists.
DOCUMENTS = 100
ENTRIES = 250

LIMITS = Limits(
    buckets=(Bucket(name="letters", per_minute=600, burst=10),),
    concurrent=1,
    page_size=DOCUMENTS,
    batch=dict.fromkeys(("customer", "item", "invoice", "payment", "credit_memo", "refund"), WRITES),
    deadline=600.0,
    settle=120.0,
    retry_wait=60.0,
)
