"""`connect SLUG PLATFORM`: head-less connecting; the usual way is the consent page in the portal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.connections.commands import SIGN_IN, USAGE, TieoutCommand
from apps.connections.connecting import connect_account
from apps.platforms.base import Health, Tokens
from apps.platforms.errors import NeedsReconnect
from apps.platforms.registry import PLATFORMS, SHORT_NAMES


def api_token(text: str) -> Tokens:
    """A token that is used as it is."""
    return Tokens(access=text)


def refresh_token(text: str) -> Tokens:
    """A token that buys others."""
    return Tokens(refresh=text)


#: By short name: the option that names the account, the option with the secret's file, and what the file holds.
OPTIONS: dict[str, tuple[str, str, Callable[[str], Tokens]]] = {
    "syncro": ("subdomain", "token_file", api_token),
    "qbo": ("realm", "refresh_token_file", refresh_token),
}


class Command(TieoutCommand):
    """Check a sign-in and keep it."""

    help = "Connect a company to one of its accounts, by a token kept in a file."

    def add_arguments(self, parser: CommandParser) -> None:
        """The company, the platform, and what its account and secret are called."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("platform", choices=list(OPTIONS))
        parser.add_argument("--subdomain", help="Syncro: the part before .syncromsp.com")
        parser.add_argument("--token-file", type=Path, help="Syncro: a file that holds the API token")
        parser.add_argument("--realm", help="QuickBooks Online: the company id")
        parser.add_argument(
            "--refresh-token-file", type=Path, help="QuickBooks Online: a file that holds the refresh token"
        )

    def work(self, **options: Any) -> None:
        """Look at the account, keep the sign-in, say what is missing."""
        company = self.company(options["slug"], "connect")
        account, secret, make = OPTIONS[options["platform"]]
        if not options[account] or not options[secret]:
            wanted = " and ".join(f"--{name.replace('_', '-')}" for name in (account, secret))
            raise CommandError(f"connect {company.slug} {options['platform']} needs {wanted}.", returncode=USAGE)
        platform = SHORT_NAMES[options["platform"]]
        tokens = make(read_secret(options[secret]))
        try:
            health = connect_account(company, platform, options[account], tokens)
        except NeedsReconnect as error:
            title = PLATFORMS[platform].title
            sentence = f"{title} does not accept the token in {options[secret]}, so nothing was changed. ({error})"
            raise CommandError(sentence, returncode=SIGN_IN) from error
        self._say(company.slug, options["platform"], options[account], health)

    def _say(self, slug: str, platform: str, account: str, health: Health) -> None:
        if self.as_json:
            said = {"company": slug, "platform": platform, "account": account, "title": health.title}
            self.say_json({**said, "missing": dict(health.missing), "warnings": list(health.warnings)})
        self.say(f"{slug} is connected to {health.title}.")
        for right, cost in health.missing.items():
            self.say(f"Missing permission {right}: {cost}")
        for warning in health.warnings:
            self.say(warning)


def read_secret(path: Path) -> str:
    """The secret a file holds, without the line's end; ValueError for an empty file."""
    secret = path.read_text().strip()
    if not secret or len(secret.split()) > 1:
        raise ValueError(f"{path} must hold one token and nothing else.")
    return secret
