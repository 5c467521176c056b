"""`connect SLUG PLATFORM`: head-less connecting; the usual way is the company's page in the portal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.connections.commands import SIGN_IN, USAGE, TieoutCommand, calendar_day
from apps.connections.connecting import connect_account, connection_of
from apps.connections.doors import first_webhook
from apps.connections.mailboxes import make_mailbox
from apps.connections.models import Company
from apps.platforms.base import Health, Tokens
from apps.platforms.errors import NeedsReconnect
from apps.platforms.registry import FILES, PLATFORMS, SHORT_NAMES, Entry, SignIn

#: What a file with a secret becomes.
TOKENS: Mapping[SignIn, Callable[[str], Tokens]] = {
    SignIn.TOKEN: lambda text: Tokens(access=text),
    SignIn.REFRESH: lambda text: Tokens(refresh=text),
}


class Command(TieoutCommand):
    """Check a sign-in and keep it, or give out a password to a platform that calls us."""

    help = "Connect a company to one of its accounts, by a token kept in a file; or write the file for a platform that calls us."

    def add_arguments(self, parser: CommandParser) -> None:
        """The company, the platform, and what its account and secret are called."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("platform", choices=[entry.short for entry in PLATFORMS.values()])
        for entry in PLATFORMS.values():
            if entry.account_option:
                parser.add_argument(f"--{entry.account_option}", help=f"{entry.title}: {entry.account_help}")
        for option, titles in _titles().items():
            parser.add_argument(_flag(option), type=Path, help=f"{', '.join(titles)}: {FILES[option]}")
        parser.add_argument(
            "--expires", type=calendar_day, metavar="DATE", help="the token's expiration date, which no platform tells"
        )
        parser.add_argument("--every", type=int, default=0, metavar="MINUTES", help="with --out: how often it calls us")

    def work(self, **options: Any) -> None:
        """One company, one platform."""
        company = self.company(options["slug"], "connect")
        platform = SHORT_NAMES[options["platform"]]
        entry = PLATFORMS[platform]
        wanted = [name for name in (entry.account_option, entry.sign_in.value) if name]
        if not all(options[name] for name in wanted):
            named = " and ".join(map(_flag, wanted))
            raise CommandError(f"connect {company.slug} {entry.short} needs {named}.", returncode=USAGE)
        if entry.fetches_letters:
            self._let_in(company, platform, options["out"], options["every"])
        else:
            expires = options["expires"] if entry.sign_in is SignIn.TOKEN else None
            self._sign_in(company, platform, options[entry.account_option], options[entry.sign_in.value], expires)

    def _sign_in(self, company: Company, platform: str, account: str, file: Path, expires: date | None) -> None:
        """Look at the account, keep the sign-in, say what is missing."""
        entry = PLATFORMS[platform]
        tokens = TOKENS[entry.sign_in](read_secret(file))
        if expires:
            tokens = replace(tokens, expires_at=datetime.combine(expires, time.min, UTC))
        try:
            health = connect_account(company, platform, account, tokens)
        except NeedsReconnect as error:
            sentence = f"{entry.title} does not accept the token in {file}, so nothing was changed. ({error})"
            raise CommandError(sentence, returncode=SIGN_IN) from error
        company.refresh_from_db()
        self._say(company, entry, account, health, first_webhook(connection_of(company, platform)))

    def _let_in(self, company: Company, platform: str, file: Path, every: int) -> None:
        """Write the file, say the password."""
        made = make_mailbox(company, platform, every)
        file.write_bytes(made.file)
        for warning in made.warnings:
            self.note(warning)
        if self.as_json:
            said = {
                "company": company.slug,
                "platform": PLATFORMS[platform].short,
                "account": made.connection.account_id,
            }
            self.say_json({**said, "file": str(file), "user": made.user_name, "password": made.password})
        self.say(
            f"{file} is written. Add it to the Web Connector on the computer with the company file, and give it this "
            f"password, which is not shown again:\n\n    {made.password}\n\nA password given out before is no longer valid."
        )

    def _say(self, company: Company, entry: Entry, account: str, health: Health, webhook: str) -> None:
        if self.as_json:
            said = {"company": company.slug, "platform": entry.short, "account": account, "title": health.title}
            more = {"missing": dict(health.missing), "warnings": list(health.warnings), "webhook": webhook}
            self.say_json({**said, **more})
        self.say(f"{company.slug} is connected to {health.title}.")
        for right, cost in health.missing.items():
            self.say(f"Missing permission {right}: {cost}")
        for warning in health.warnings:
            self.say(warning)
        if webhook:
            once = " It holds a secret and is not shown again." if entry.webhook_in_address else ""
            self.say(f"{entry.title} may send its notifications to {webhook}{once}")


def read_secret(path: Path) -> str:
    """The secret a file holds, without the line's end; ValueError for an empty file."""
    secret = path.read_text().strip()
    if not secret or len(secret.split()) > 1:
        raise ValueError(f"{path} must hold one token and nothing else.")
    return secret


def _titles() -> dict[SignIn, list[str]]:
    """Which platforms an option with a file is for."""
    titles: dict[SignIn, list[str]] = defaultdict(list)
    for entry in PLATFORMS.values():
        titles[entry.sign_in].append(entry.title)
    return titles


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"
