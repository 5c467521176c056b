"""What a pocket vendor knows, kept in one SQLite file so that it outlives a killed process."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Document = dict[str, Any]


class Store:
    """Collections of JSON documents by id: all in memory, each change written through to the file.

    The caller holds the app's lock; `commit` is called once per request, before the answer leaves, so
    that an answered request is never forgotten.
    """

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._outlives = path != ":memory:"
        if self._outlives:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")  # survives a killed process, which is all a pocket needs
        self._db.execute("CREATE TABLE IF NOT EXISTS doc (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id))")
        self._kinds: dict[str, dict[str, Document]] = {}
        for kind, key, body in self._db.execute("SELECT kind, id, body FROM doc ORDER BY rowid"):
            self._kinds.setdefault(kind, {})[key] = json.loads(body)
        self._dirty: dict[tuple[str, str], Document | None] = {}

    def all(self, kind: str) -> Iterator[Document]:
        """Every document of a kind, oldest first."""
        return iter(list(self._kinds.get(kind, {}).values()))

    def get(self, kind: str, key: str | int) -> Document | None:
        """One document, or None. Change it only through `put`."""
        return self._kinds.get(kind, {}).get(str(key))

    def put(self, kind: str, key: str | int, doc: Document) -> Document:
        """Keep a document under its id."""
        self._kinds.setdefault(kind, {})[str(key)] = doc
        self._dirty[(kind, str(key))] = doc
        return doc

    def remove(self, kind: str, key: str | int) -> None:
        """Forget a document."""
        self._kinds.get(kind, {}).pop(str(key), None)
        self._dirty[(kind, str(key))] = None

    def next_id(self, sequence: str, start: int = 1) -> int:
        """The next number of a named sequence; never given twice."""
        last = self.get("sequence", sequence) or {"value": start - 1}
        self.put("sequence", sequence, {"value": last["value"] + 1})
        return int(last["value"]) + 1

    def clear(self) -> None:
        """Forget everything."""
        for kind, docs in self._kinds.items():
            for key in docs:
                self._dirty[(kind, key)] = None
        self._kinds = {}

    def commit(self) -> None:
        """Write what changed since the last commit, in one transaction."""
        if not self._outlives:
            self._dirty = {}
        if not self._dirty:
            return
        self._db.execute("BEGIN")
        for (kind, key), doc in self._dirty.items():
            if doc is None:
                self._db.execute("DELETE FROM doc WHERE kind=? AND id=?", (kind, key))
            else:
                self._db.execute(
                    "INSERT INTO doc VALUES (?,?,?) ON CONFLICT (kind, id) DO UPDATE SET body=excluded.body",
                    (kind, key, json.dumps(doc)),
                )
        self._db.execute("COMMIT")
        self._dirty = {}
