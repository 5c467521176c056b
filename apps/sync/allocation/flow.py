"""Money on its way through a net of payments and invoices: whether it can go otherwise, in whole cents and exactly."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Hashable, Mapping
from dataclasses import dataclass, field

Node = Hashable
Arc = tuple[Node, Node]


@dataclass(slots=True)
class Net:
    """Which way how many cents more can still go: `room[a][b]` from a to b. What is sent makes room the other way."""

    room: dict[Node, dict[Node, int]] = field(default_factory=dict)

    def lay(self, start: Node, end: Node, most: int, back: int = 0) -> None:
        """A pipe that takes so much, and so much the other way."""
        self.room.setdefault(start, {})[end] = most
        self.room.setdefault(end, {})[start] = back

    def settle(self, wanted: Mapping[Node, int]) -> bool:
        """Send money so that each node keeps exactly what it wants (less than nothing: gives away); whether it can be."""
        lack = {node: cents for node, cents in wanted.items() if cents > 0}
        spare = {node: -cents for node, cents in wanted.items() if cents < 0}
        while spare:
            start = next(iter(spare))
            way = self.way(start, lack)
            if way is None:
                return False
            sent = min(spare[start], lack[way[-1][1]], *(self.room[a][b] for a, b in way))
            self.send(way, sent)
            _take(spare, start, sent)
            _take(lack, way[-1][1], sent)
        return not lack

    def way(self, start: Node, ends: Container[Node], without: Container[Arc] = ()) -> list[Arc] | None:
        """The shortest way with room from a node to any of `ends`, not over some arcs; None when there is none."""
        came: dict[Node, Node] = {start: start}
        waiting = deque([start])
        while waiting:
            here = waiting.popleft()
            if here in ends and here != start:
                return _trace(came, start, here)
            for there, room in self.room.get(here, {}).items():
                if room > 0 and there not in came and (here, there) not in without:
                    came[there] = here
                    waiting.append(there)
        return None

    def send(self, way: list[Arc], cents: int) -> None:
        """Let so much go along a way."""
        for start, end in way:
            self.room[start][end] -= cents
            self.room[end][start] += cents

    def can_shift(self, start: Node, end: Node) -> bool:
        """Whether more could go from start to end directly, coming back another way."""
        return self.room[start][end] > 0 and self.way(end, (start,), [(end, start)]) is not None

    def shift(self, start: Node, end: Node) -> int:
        """How much more could go from start to end directly at most, the rest of the net giving way."""
        other = Net({node: dict(arcs) for node, arcs in self.room.items()})
        most, shifted = self.room[start][end], 0
        while shifted < most and (way := other.way(end, (start,), [(end, start)])) is not None:
            sent = min(most - shifted, *(other.room[a][b] for a, b in way))
            other.send(way, sent)
            shifted += sent
        return shifted


def _trace(came: Mapping[Node, Node], start: Node, end: Node) -> list[Arc]:
    way: list[Arc] = []
    while end != start:
        way.append((came[end], end))
        end = came[end]
    return way[::-1]


def _take(left: dict[Node, int], node: Node, cents: int) -> None:
    left[node] -= cents
    if not left[node]:
        del left[node]
