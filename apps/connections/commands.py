"""What every command of ours has in common: exit codes, one JSON object, errors as one sentence, companies by slug."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from apps.connections.access import Operator, operator, require
from apps.connections.models import Company
from apps.platforms.errors import NeedsReconnect, PermissionMissing, PlatformError, TryLater, Unsure

DONE, FAILED, USAGE, SIGN_IN, UNAVAILABLE, NOT_HELD = range(6)


class CheckFailed(Exception):
    """A check the caller asked for did not hold."""


#: The exit code of an error; the first that fits. What is not here is a bug: it keeps its traceback and exits with 1.
EXITS: Mapping[type[Exception], int] = {
    NeedsReconnect: SIGN_IN,
    PermissionMissing: SIGN_IN,
    TryLater: UNAVAILABLE,
    Unsure: UNAVAILABLE,
    PlatformError: FAILED,
    OperationalError: FAILED,
    CheckFailed: NOT_HELD,
    PermissionDenied: USAGE,
    ImproperlyConfigured: USAGE,
    ValidationError: USAGE,
    ValueError: USAGE,
    OSError: USAGE,
}


class TieoutCommand(BaseCommand):
    """A command that acts as the operator. Subclasses write `work`; results go to stdout, notes to stderr."""

    operator: Operator = operator()

    def add_arguments(self, parser: CommandParser) -> None:
        """`--json`; subclasses add theirs after calling this."""
        parser.add_argument("--json", action="store_true", help="print one JSON object, and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the work; an error becomes one sentence on standard error and its exit code."""
        self.as_json = bool(options.get("json"))
        try:
            self.work(**options)
        except tuple(EXITS) as error:
            raise CommandError(sentence_of(error), returncode=exit_code(error)) from error

    def work(self, **options: Any) -> None:
        """What the command does."""
        raise NotImplementedError

    def say_json(self, result: Any) -> None:
        """The one JSON object: money as text with two decimals, dates in ISO form."""
        self.stdout.write(json.dumps(result, default=plain, ensure_ascii=False))

    def say(self, text: str) -> None:
        """A line of the result for people; nothing with --json."""
        if not self.as_json:
            self.stdout.write(text)

    def note(self, text: str) -> None:
        """Progress and warnings: standard error."""
        self.stderr.write(text)

    def company(self, slug: str, verb: str = "see") -> Company:
        """The company, if the operator may do `verb` there; a usage error names the companies there are."""
        company = Company.objects.select_related("syncro", "books").filter(slug=slug).first()
        if company is None:
            known = (
                ", ".join(Company.objects.values_list("slug", flat=True)) or "none yet; make one with `company create`"
            )
            raise CommandError(f"There is no company {slug!r}. Companies: {known}.", returncode=USAGE)
        require(self.operator, verb, company)
        return company


def calendar_day(text: str) -> date:
    """A day given on the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day; write it like 2026-01-31") from None


def exit_code(error: Exception) -> int:
    """The exit code of interfaces.md for an error of EXITS."""
    return next(code for kind, code in EXITS.items() if isinstance(error, kind))


def sentence_of(error: Exception) -> str:
    """What a person reads of an error."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be read: {error.strerror}."
    return str(error) or type(error).__name__


def plain(value: Any) -> Any:
    """A value JSON does not know, as it is printed."""
    if isinstance(value, Decimal):
        return format(value, ".2f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)
