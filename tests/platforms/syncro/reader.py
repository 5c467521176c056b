"""A company whose Syncro alone is read: what tests of loads and sweeps do with it, and what they count."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import Any

from apps.connections.connecting import connect_account
from apps.connections.models import Company
from apps.connections.opening import open_platform
from apps.mirror.kept import MirrorKept
from apps.mirror.models import SyncroRecord
from apps.platforms.base import Side, Tokens
from apps.sandbox.control import Control
from apps.sync.current import Pass
from apps.sync.reading import read_side, watched


class Reader:
    """One company, its pocket Syncro, and the reading half of a pass."""

    def __init__(self, syncro: Control, permissions: list[str] | None = None, slug: str = "acme") -> None:
        self.syncro = syncro
        self.company = Company.objects.create(slug=slug, name=slug, books_platform="quickbooks_online")
        token = Tokens(access=syncro.create_token(permissions=permissions))
        connect_account(self.company, "syncro", slug, token)
        self.company.refresh_from_db()
        self.syncro.log(clear=True)

    def reads(self, *, stops_after: int | None = None, **options: Any) -> Pass:
        """Read what changed; with `stops_after` time is up after so many looks at the clock."""
        this = Clocked(company=self.company, note=lambda text: None, **options)
        this.looks = stops_after
        stored = self.company.connection(Side.SYNCRO)
        assert stored is not None
        stored.refresh_from_db()
        platform = open_platform(stored, kept=MirrorKept(self.company, Side.SYNCRO))
        with closing(platform), watched(self.company, Side.SYNCRO):
            read_side(this, Side.SYNCRO, platform)
        return this

    def asked(self) -> Counter[str]:
        """The requests since the last look, by path; details of one thing count together."""
        rows = self.syncro.log(clear=True)
        return Counter(_name(row["path"]) for row in rows)

    def rows(self, entity: str) -> Any:
        """The rows of an entity that are not gone."""
        return SyncroRecord.objects.filter(company=self.company, entity=entity, gone_at=None)

    def ids(self, entity: str) -> set[str]:
        """Their ids."""
        return set(self.rows(entity).values_list("external_id", flat=True))


class Clocked(Pass):
    """A pass whose time is up after a number of looks at the clock."""

    looks: int | None = None

    def out_of_time(self) -> bool:
        """Counts down."""
        if self.looks is None:
            return False
        self.looks -= 1
        return self.looks < 0


def _name(path: str) -> str:
    parts = path.removeprefix("/api/v1/").split("/")
    return f"{parts[0]}/1" if len(parts) == 2 and parts[1].isdecimal() else "/".join(parts)
