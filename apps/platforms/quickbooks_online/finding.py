"""Looking before sending again: is what a write wanted already there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

from apps.platforms.base import ABSENT, CANNOT_TELL, Answer, Found, Verb, Write
from apps.platforms.quickbooks_online.client import Client, literal, select
from apps.platforms.quickbooks_online.pulling import ALL, Puller
from apps.platforms.quickbooks_online.reading import scan
from apps.platforms.quickbooks_online.translate import KINDS, holds, read
from apps.platforms.quickbooks_online.translate.customers import display_name
from apps.platforms.quickbooks_online.translate.items import item_name
from apps.platforms.quickbooks_online.translate.values import Raw, meta, ref
from apps.platforms.records import Customer, Facts, Invoice, Item, Record, Status

#: Staff may have moved the date of a document since; we look a month around it.
AROUND = timedelta(days=31)
#: Documents whose customer a query may name (https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities).
BY_CUSTOMER = frozenset({"invoice", "payment"})


class Finder:
    """Asks one company."""

    def __init__(self, client: Client, puller: Puller) -> None:
        self.client = client
        self.puller = puller

    def find(self, entity: str, write: Write, facts: Facts) -> Found | Answer:
        """Found, or ABSENT when every page was read. Raises TryLater when it could not ask."""
        if write.verb is not Verb.CREATE:
            return self._changed(entity, write, facts)
        if KINDS[entity].listed:
            return self._named(entity, write.record, facts)
        return self._marked(entity, write)

    def _marked(self, entity: str, write: Write) -> Found | Answer:
        if not write.marker:
            return CANNOT_TELL
        ours = [raw for raw in self._around(entity, write) if read(entity, raw).marker == write.marker]
        if not ours:
            return ABSENT
        # People copy documents, marker and all: the first one made is ours.
        return Found(read(entity, min(ours, key=_age)))

    def _around(self, entity: str, write: Write) -> list[Raw]:
        record = cast("Invoice", write.record)
        conditions = [
            f"TxnDate >= {literal((record.date - AROUND).isoformat())}",
            f"TxnDate <= {literal((record.date + AROUND).isoformat())}",
        ]
        if entity in BY_CUSTOMER:
            conditions.insert(0, f"CustomerRef = {literal(record.customer_id)}")
        pages = scan(self.client, KINDS[entity].name, " AND ".join(conditions))
        rows = [row for page in pages for row in page.rows]
        return [row for row in rows if ref(row, "CustomerRef") == record.customer_id]

    def _named(self, entity: str, record: Record, facts: Facts) -> Found | Answer:
        field, name = _name(record, facts)
        kind = KINDS[entity].name
        rows: Sequence[Raw] = self.client.query(kind, select(kind, f"{field} = {literal(name)}", ALL))[0]
        same = [row for row in rows if str(row.get(field, "")).casefold() == name.casefold()]
        return Found(read(entity, min(same, key=_age))) if same else ABSENT

    def _changed(self, entity: str, write: Write, facts: Facts) -> Found | Answer:
        now = self.puller.get(entity, [write.external_id])[write.external_id]
        if now is None:
            gone = replace(write.base or write.record, external_id=write.external_id, status=Status.DELETED)
            return Found(gone) if write.verb is Verb.DELETE else ABSENT
        if write.verb is Verb.DELETE:
            return ABSENT
        if write.verb is Verb.VOID:
            return Found(now) if now.status is Status.VOIDED else ABSENT
        return Found(now) if now.revision != write.revision and holds(write, now, facts) else ABSENT


def _name(record: Record, facts: Facts) -> tuple[str, str]:
    if isinstance(record, Customer):
        return "DisplayName", display_name(record, facts)
    return "Name", item_name(cast("Item", record), facts)


def _age(raw: Raw) -> tuple[str, int, str]:
    key = str(raw.get("Id", ""))
    return meta(raw, "CreateTime"), int(key) if key.isdigit() else 0, key
