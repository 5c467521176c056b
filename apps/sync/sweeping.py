"""Deletions leave no trace: all ids of a side are compared once a day, and a row counts as gone only when asked for itself.

A sweep also finds what no pull saw: new ids, and records that stand otherwise than they are kept. It goes on where it
was interrupted; the ids it has seen are kept beside the mirror until it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from apps.connections.models import Company
from apps.core.clock import db_now
from apps.mirror.kept import MirrorKept
from apps.mirror.models import Piece
from apps.mirror.store import Saved, mark_gone, rows_of, save_records
from apps.platforms.base import Aside, DirectPlatform, Roll, Side
from apps.sync.entities import NAMES
from apps.sync.models import Cursor
from apps.sync.pull import Pulled, read_again

#: How many gone records one look at a side may believe without asking a person (design.md 5, the brake).
BRAKE_COUNT, BRAKE_SHARE = 5, 0.01
#: Missing records are asked for in groups of so many.
ASKED = 25
#: Where unusually many are missing, so many are proof enough: a person looks before anything comes of it.
MOST = 500


class Vanished(Exception):
    """More records vanished at once than is believed without asking a person."""

    def __init__(self, side: Side, entity: str, ids: Sequence[str]) -> None:
        self.side, self.entity, self.ids = side, entity, tuple(ids)
        super().__init__(f"{len(ids)} {entity} records vanished from {side.value} at once")


class Truncated(Exception):
    """A list left out many records that are there when asked for: nothing of it is believed."""

    def __init__(self, title: str, entity: str, missing: int) -> None:
        words = entity.replace("_", " ")
        super().__init__(
            f"{title}'s list of {words}s left out {missing} that are known, and some of them are there when asked "
            "for: nothing counts as deleted, and the list is compared again tomorrow."
        )


def sweep(
    company: Company, side: Side, entity: str, platform: DirectPlatform, stop: Callable[[], bool] = lambda: False
) -> Pulled:
    """Compare all ids with the rows: read what is new or stands otherwise, and ask for each missing one itself before
    it counts as gone. `whole` is False when `stop` said so; the next sweep goes on there.

    Raises Vanished when more is gone than is believed without a person, Truncated when the list cannot be right.
    """
    return Sweep(company, side, entity, platform).go(stop)


class Sweep:
    """One comparison of all ids of an entity."""

    def __init__(self, company: Company, side: Side, entity: str, platform: DirectPlatform) -> None:
        self.company, self.side, self.entity, self.platform = company, side, entity, platform
        self.kept = MirrorKept(company, side)
        self.seen = f"swept {entity}"
        self.cursor = Cursor.objects.get(company=company, side=side, entity=entity)
        self.done = Pulled(side, entity)

    def go(self, stop: Callable[[], bool]) -> Pulled:
        """See `sweep`."""
        start = str(self.cursor.rounds.get("sweep", ""))
        if not start:
            self._seen().delete()
            self.cursor.rounds = {**self.cursor.rounds, "began": db_now().isoformat()}
        for page in self.platform.roll(self.entity, start):
            self._compare(page)
            if stop():
                self.done.whole = False
                return self.done
        self.done.gone = mark_gone(self.company, self.side, self.entity, self._gone())
        self._over()
        return self.done

    def _compare(self, page: Roll) -> None:
        saved = read_again(self.company, self.side, self.entity, self._otherwise(page), self.platform)
        with transaction.atomic():
            saved += save_records(self.company, self.side, page.records)
            self.kept.put_aside(self.seen, [Aside(parent=key, key="", raw={}) for key in page.ids])
            self._note(page.cursor)
        self._count(saved)

    def _otherwise(self, page: Roll) -> list[str]:
        """The ids of a page that are new to us, or do not stand as they are kept."""
        whole = {record.external_id for record in page.records}
        ids = [key for key in page.ids if key not in whole]
        stored = dict(self._known().filter(external_id__in=ids).values_list("external_id", "revision"))
        return [key for key in ids if key not in stored or page.revisions.get(key, "") not in ("", stored[key])]

    def _gone(self) -> list[str]:
        """What is missing and not there when asked for."""
        missing = self._missing()
        gone: list[str] = []
        many = self._too_many(len(missing))
        missing = missing[:MOST] if many else missing
        for start in range(0, len(missing), ASKED):
            asked = missing[start : start + ASKED]
            found = list(self._really_gone(asked))
            gone += found
            if many and len(found) < len(asked):
                self._over()
                raise Truncated(self.platform.title, self.entity, len(missing))
        if self._too_many(len(gone)):
            self._over()
            raise Vanished(self.side, self.entity, gone)
        return gone

    def _really_gone(self, ids: Sequence[str]) -> Iterator[str]:
        answer = self.platform.get(self.entity, ids)
        return (key for key in ids if key in answer and answer[key] is None)

    def _too_many(self, count: int) -> bool:
        """Whether a person should look first; what nothing is tied to may go as it likes."""
        return self.entity in NAMES and count > BRAKE_COUNT and count > BRAKE_SHARE * self._known().count()

    def _missing(self) -> list[str]:
        """Known ids that no page showed. What was read by itself since the sweep began may stand on a page before."""
        seen = self._seen().filter(parent=OuterRef("external_id"))
        rows = self._known().filter(~Exists(seen), seen_at__lt=datetime.fromisoformat(self.cursor.rounds["began"]))
        return sorted(rows.values_list("external_id", flat=True))

    def _over(self) -> None:
        self._seen().delete()
        self._note("")
        Cursor.objects.filter(pk=self.cursor.pk).update(swept_at=Now())

    def _note(self, start: str) -> None:
        self.cursor.rounds = {**self.cursor.rounds, "sweep": start}
        Cursor.objects.filter(pk=self.cursor.pk).update(rounds=self.cursor.rounds)

    def _count(self, saved: Saved) -> None:
        self.done.changed += saved.new + saved.changed
        self.done.changed_ids.extend(saved.changed_ids)

    def _known(self) -> Any:
        rows = rows_of(self.side)._default_manager.filter(company=self.company, entity=self.entity)
        return rows.filter(gone_at__isnull=True).exclude(status="deleted")

    def _seen(self) -> Any:
        return Piece.objects.filter(company=self.company, side=self.side, entity=self.seen)
