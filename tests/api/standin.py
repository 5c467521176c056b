"""An engine for sessions of the Web Connector that keeps everything in memory and notes what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from apps.connections.models import Connection
from apps.platforms.mailbox import Told


@dataclass
class Standin:
    """Hands out `letters` one after another; its tickets belong to one connection and end with the session."""

    letters: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    live: dict[str, int] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    said: str = ""
    handed: int = 0

    class Busy(Exception):
        """Another session is live."""

    class UnknownTicket(Exception):
        """Not a ticket of this connection."""

    def begin(self, connection: Connection) -> str:
        if connection.pk in self.live.values():
            raise self.Busy
        if not self.letters:
            return ""
        ticket = f"ticket-{len(self.live)}-{connection.pk}"
        self.live[ticket] = connection.pk
        return ticket

    def next_letter(self, connection: Connection, ticket: str, told: Told) -> str:
        self._check(connection, ticket)
        self.told.append(told)
        self.handed += 1
        return self.letters[len(self.answers)] if len(self.answers) < len(self.letters) else ""

    def receive(self, connection: Connection, ticket: str, response: str, hresult: str, message: str) -> int:
        self._check(connection, ticket)
        if hresult:
            self.errors.append((hresult, message))
            return -1
        self.answers.append(response)
        return 100 * len(self.answers) // len(self.letters)

    def connection_error(self, connection: Connection, ticket: str, hresult: str, message: str) -> str:
        self._check(connection, ticket)
        self.errors.append((hresult, message))
        return "done"

    def last_error(self, connection: Connection, ticket: str) -> str:
        self._check(connection, ticket)
        return self.said

    def end(self, connection: Connection, ticket: str) -> str:
        self._check(connection, ticket)
        del self.live[ticket]
        return "OK"

    def _check(self, connection: Connection, ticket: str) -> None:
        if self.live.get(ticket) != connection.pk:
            raise self.UnknownTicket
