"""`company create|list`: the businesses whose two sides are kept in step."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from apps.connections.access import companies_for, require
from apps.connections.commands import TieoutCommand, calendar_day
from apps.connections.models import Company, Connection
from apps.platforms.base import Side
from apps.platforms.registry import PLATFORMS, SHORT_NAMES


class Command(TieoutCommand):
    """Make a company, or list them."""

    help = "Make a company, or list the companies there are."

    def add_arguments(self, parser: CommandParser) -> None:
        """The two actions with their options."""
        super().add_arguments(parser)
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make a company")
        create.add_argument("slug", help="its name in commands: small letters, digits, dashes")
        create.add_argument("--books", required=True, choices=books(), help="its accounting product")
        create.add_argument("--name", help="its name for people")
        create.add_argument("--start-date", type=calendar_day, help="documents before this day are never written")
        create.add_argument("--currency", default="USD")
        create.add_argument("--json", action="store_true", default=False, dest="json_after")
        actions.add_parser("list", help="list the companies").add_argument(
            "--json", action="store_true", dest="json_after"
        )

    def work(self, **options: Any) -> None:
        """One action."""
        self.as_json |= options["json_after"]
        if options["action"] == "create":
            self._say([self._create(options)])
        else:
            self._say(list(companies_for(self.operator).select_related("syncro", "books")))

    def _create(self, options: dict[str, Any]) -> Company:
        require(self.operator, "connect", None)
        company = Company(
            slug=options["slug"],
            name=options["name"] or options["slug"],
            books_platform=SHORT_NAMES[options["books"]],
            currency=options["currency"].upper(),
            start_date=options["start_date"],
        )
        company.full_clean()
        company.save()
        return company

    def _say(self, companies: list[Company]) -> None:
        if self.as_json:
            self.say_json({"companies": [described(company) for company in companies]})
        for company in companies:
            self.say(
                " · ".join([company.slug, company.name, *(f"{side.value} {state(company, side)}" for side in Side)])
            )


def books() -> list[str]:
    """The short names of accounting products."""
    return [entry.short for entry in PLATFORMS.values() if entry.side is Side.BOOKS]


def described(company: Company) -> dict[str, Any]:
    """A company as JSON values."""
    return {
        "company": company.slug,
        "name": company.name,
        "books": PLATFORMS[company.books_platform].short,
        "currency": company.currency,
        "start_date": company.start_date,
        "connections": {side.value: state(company, side) for side in Side},
    }


def state(company: Company, side: Side) -> str:
    """A word for how the connection of one side is."""
    connection: Connection | None = company.connection(side)
    return connection.state if connection else "not_connected"
