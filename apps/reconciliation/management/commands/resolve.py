"""`resolve ID RESOLUTION`: decide about a mismatch."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.connections.commands import USAGE, TieoutCommand
from apps.reconciliation.models import Mismatch
from apps.reconciliation.resolutions import RESOLUTIONS, resolve


class Command(TieoutCommand):
    """Does one resolution and says what came of it."""

    help = "Do something about a mismatch."

    def add_arguments(self, parser: CommandParser) -> None:
        """The mismatch, the resolution and its values."""
        super().add_arguments(parser)
        parser.add_argument("id", type=int)
        parser.add_argument("resolution", help=", ".join(RESOLUTIONS))
        parser.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", help="a value the resolution needs"
        )
        parser.add_argument("--note", default="", help="why, kept with the decision")

    def work(self, **options: Any) -> None:
        """Decide as the operator."""
        mismatch = Mismatch.objects.select_related("company").filter(pk=options["id"]).first()
        if mismatch is None:
            raise CommandError(f"There is no mismatch {options['id']}.", returncode=USAGE)
        decision = resolve(mismatch, options["resolution"], self.operator, _values(options["set"]), options["note"])
        if self.as_json:
            self.say_json(
                {
                    "id": mismatch.pk,
                    "state": mismatch.state,
                    "resolution": decision.resolution,
                    "result": decision.result,
                }
            )
        self.say(decision.result)


def _values(words: list[str]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    wrong = [key for key, sign, _ in pairs if not sign or not key]
    if wrong:
        raise CommandError(f"--set takes KEY=VALUE, not {wrong[0]!r}.", returncode=USAGE)
    return {key: value for key, _, value in pairs}
