"""A store that finds documents by order and by field: a page of a large account costs no more than of a small one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

from apps.sandbox.store import Document, Store

MOST_REMEMBERED = 64


class Order:
    """Ids sorted by a value of theirs, then by id; a change costs one bisection."""

    def __init__(self, values: dict[int, Any]) -> None:
        self._values = values
        self._rows = sorted((value, key) for key, value in values.items())

    def place(self, key: int, value: Any) -> None:
        """Put an id where its value belongs."""
        if key in self._values and self._values[key] == value:
            return
        self.drop(key)
        self._values[key] = value
        insort(self._rows, (value, key))

    def drop(self, key: int) -> None:
        """Forget an id."""
        if key in self._values:
            del self._rows[bisect_left(self._rows, (self._values.pop(key), key))]

    def after(self, value: Any) -> list[int]:
        """The ids whose value is greater."""
        return [key for _, key in self._rows[bisect_right(self._rows, value, key=lambda row: row[0]) :]]


class Group:
    """Ids by a value that several may share, in the order in which they got it."""

    def __init__(self) -> None:
        self._ids: defaultdict[Any, dict[int, None]] = defaultdict(dict)
        self._values: dict[int, Any] = {}

    def place(self, key: int, value: Any) -> None:
        """Put an id under its value."""
        if key in self._values and self._values[key] == value:
            return
        self.drop(key)
        self._values[key] = value
        self._ids[value][key] = None

    def drop(self, key: int) -> None:
        """Forget an id."""
        if key in self._values:
            self._ids[self._values.pop(key)].pop(key)

    def having(self, value: Any) -> list[int]:
        """The ids that have this value."""
        return list(self._ids.get(value, ()))


Row = tuple[str, int, int]


class Parts:
    """Pieces of documents in one order over all of them: a change of a document moves only its own pieces.

    A piece is a row of its rank, its own id and its document's id; `rows_of` tells the rows of a document.
    """

    def __init__(self, rows_of: Callable[[Document], list[Row]], docs: Iterator[Document]) -> None:
        self._rows_of = rows_of
        self._of = {int(doc["id"]): rows_of(doc) for doc in docs}
        self.rows = sorted(row for rows in self._of.values() for row in rows)

    def place(self, key: int, doc: Document) -> None:
        """Put the pieces of a document where they belong now."""
        before, now = self._of.get(key, []), self._rows_of(doc)
        if before == now:
            return
        self._of[key] = now
        for row in before:
            if row not in now:
                del self.rows[bisect_left(self.rows, row)]
        for row in now:
            if row not in before:
                insort(self.rows, row)

    def drop(self, key: int) -> None:
        """Forget the pieces of a document."""
        for row in self._of.pop(key, []):
            del self.rows[bisect_left(self.rows, row)]


class Shelves(Store):
    """Another store with indexes beside it: they are made when first asked for and follow every change."""

    def __init__(self, kept: Store) -> None:
        self._kept = kept
        self._forget_indexes()

    def _forget_indexes(self) -> None:
        self._ids: dict[str, list[int]] = {}
        self._orders: dict[tuple[str, str], Order] = {}
        self._groups: dict[tuple[str, str], tuple[Callable[[Document], Any], Group]] = {}
        self._parts: dict[str, Parts] = {}
        self._remembered: dict[Any, tuple[list[int], list[Any]]] = {}
        self._revisions: Counter[str] = Counter()

    def all(self, kind: str) -> Iterator[Document]:
        """Every document of a kind, oldest first."""
        return self._kept.all(kind)

    def get(self, kind: str, key: str | int) -> Document | None:
        """One document, or None. Change it only through `put`."""
        return self._kept.get(kind, key)

    def put(self, kind: str, key: str | int, doc: Document) -> Document:
        """Keep a document under its id, and where its fields belong."""
        if kind in self._ids and self._kept.get(kind, key) is None:
            insort(self._ids[kind], int(key))
        for (of, field), order in self._orders.items():
            if of == kind:
                order.place(int(key), doc[field])
        for (of, _), (value_of, group) in self._groups.items():
            if of == kind:
                group.place(int(key), value_of(doc))
        if kind in self._parts:
            self._parts[kind].place(int(key), doc)
        self._revisions[kind] += 1
        return self._kept.put(kind, key, doc)

    def remove(self, kind: str, key: str | int) -> None:
        """Forget a document, and where it stood."""
        if kind in self._ids and self._kept.get(kind, key) is not None:
            ids = self._ids[kind]
            del ids[bisect_left(ids, int(key))]
        indexes: list[Order | Group | Parts] = [order for (of, _), order in self._orders.items() if of == kind]
        indexes += [group for (of, _), (_, group) in self._groups.items() if of == kind]
        indexes += [self._parts[kind]] if kind in self._parts else []
        for index in indexes:
            index.drop(int(key))
        self._revisions[kind] += 1
        self._kept.remove(kind, key)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._forget_indexes()

    def commit(self) -> None:
        """Write what changed since the last commit."""
        self._kept.commit()

    def ids(self, kind: str) -> list[int]:
        """The ids of a kind, smallest first; not to be changed by the caller."""
        if kind not in self._ids:
            self._ids[kind] = sorted(int(doc["id"]) for doc in self.all(kind))
        return self._ids[kind]

    def after(self, kind: str, field: str, value: Any) -> list[int]:
        """The ids of the documents whose field is greater than a value, in the order of that field."""
        if (kind, field) not in self._orders:
            self._orders[kind, field] = Order({int(doc["id"]): doc[field] for doc in self.all(kind)})
        return self._orders[kind, field].after(value)

    def having(self, kind: str, field: str, value: Any,
               value_of: Callable[[Document], Any] | None = None) -> list[Document]:  # fmt: skip
        """The documents with this value: of a field, or of what `value_of` makes of it (always the same for a field)."""
        if (kind, field) not in self._groups:
            read, group = self._groups[kind, field] = value_of or itemgetter(field), Group()
            for doc in self.all(kind):
                group.place(int(doc["id"]), read(doc))
        found = (self.get(kind, key) for key in self._groups[kind, field][1].having(value))
        return [doc for doc in found if doc is not None]

    def parts(self, kind: str, rows_of: Callable[[Document], list[Row]]) -> list[Row]:
        """The pieces of all documents of a kind in order; not to be changed by the caller."""
        if kind not in self._parts:
            self._parts[kind] = Parts(rows_of, self.all(kind))
        return self._parts[kind].rows

    def forget_orders(self) -> None:
        """Build every remembered list anew when it is next asked for: another order is wanted."""
        self._remembered.clear()
        self._parts.clear()

    def remembered(self, kinds: tuple[str, ...], key: Any, build: Callable[[], list[Any]]) -> list[Any]:
        """What `build` gives, built again only after a document of these kinds has changed."""
        now = [self._revisions[kind] for kind in kinds]
        known = self._remembered.get((kinds, key))
        if known is not None and known[0] == now:
            return known[1]
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        rows = build()
        self._remembered[kinds, key] = now, rows
        return rows
