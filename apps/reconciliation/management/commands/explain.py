"""`explain SLUG ENTITY SIDE:EXTERNAL_ID`: why a record is as it is, what happened, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.connections.commands import USAGE, TieoutCommand
from apps.platforms.base import Side
from apps.reconciliation.explain import explain, find_row

NAMED: Mapping[Side, str] = {Side.SYNCRO: "Syncro", Side.BOOKS: "The books"}


class Command(TieoutCommand):
    """Explains one record in plain words."""

    help = "Why a record is as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        """The company and the record."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("entity")
        parser.add_argument("record", metavar="SIDE:EXTERNAL_ID", help="such as syncro:1042 or books:77")

    def work(self, **options: Any) -> None:
        """Find the record and explain it."""
        company = self.company(options["slug"])
        side, _, external_id = options["record"].partition(":")
        if side not in list(Side) or not external_id:
            raise CommandError(f"A record is named syncro:ID or books:ID, not {options['record']!r}.", returncode=USAGE)
        row = find_row(company, options["entity"], Side(side), external_id)
        if row is None:
            raise CommandError(
                f"{NAMED[Side(side)]} told us of no {options['entity']} {external_id} that could be read.",
                returncode=USAGE,
            )
        told = explain(row)
        self.say_json(told) if self.as_json else self._say_all(str(row), told)

    def _say_all(self, name: str, told: dict[str, Any]) -> None:
        self.say(f"{name}: {told['state']}. {told['reason']}")
        for each in told["history"]:
            self.say(f"  {each['at'][:16].replace('T', ' ')}  {each['what']}")
        self.say(f"Next: {told['next']}")
