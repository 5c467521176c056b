"""`policy SLUG [KEY=VALUE ...]`: list or set a company's switches."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from apps.connections.commands import USAGE, TieoutCommand
from apps.connections.models import Company
from apps.connections.policies import POLICIES, Policies, allowed, default_of, set_policy


class Command(TieoutCommand):
    """List policies, or set some of them: all or none."""

    help = "List a company's policies, or set them with KEY=VALUE."

    def add_arguments(self, parser: CommandParser) -> None:
        """The company and what to set."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("choices", nargs="*", metavar="KEY=VALUE")

    def work(self, **options: Any) -> None:
        """Set what is named, then say everything."""
        company = self.company(options["slug"], "policy" if options["choices"] else "see")
        with transaction.atomic():
            for choice in options["choices"]:
                key, equals, value = choice.partition("=")
                if not equals:
                    raise CommandError(f"{choice!r} is not KEY=VALUE.", returncode=USAGE)
                set_policy(company, key.strip(), value)
        self._say(company)

    def _say(self, company: Company) -> None:
        values = Policies.of(company).all()
        if self.as_json:
            self.say_json({"company": company.slug, "policies": values})
        for key, value in values.items():
            chosen = "" if value == default_of(key, company.books_platform) else " (chosen)"
            self.say(f"{key}={value}{chosen}\n    {POLICIES[key].sentence} [{allowed(POLICIES[key])}]")
