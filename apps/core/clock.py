"""Time comes from the database, so that machines with different clocks agree; tests can shift it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

_shift = timedelta()


def now_sql() -> str:
    """The present instant as an SQL expression; it moves on inside a transaction."""
    if not _shift:
        return "clock_timestamp()"
    return f"(clock_timestamp() + make_interval(secs => {_shift.total_seconds()!r}))"


class DbNow(models.Func):
    """The present instant in a queryset: `filter(not_before__lte=DbNow())`."""

    output_field = models.DateTimeField()

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *args: Any, **extra: Any
    ) -> tuple[str, Any]:
        """The expression of `now_sql`."""
        return now_sql(), ()


def db_now() -> datetime:
    """The present instant, aware, UTC."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {now_sql()}")
        instant: datetime = cursor.fetchone()[0]
    return instant


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """For tests: this process lives `by` later (or earlier)."""
    global _shift  # noqa: PLW0603  one clock per process, threads included
    before = _shift
    _shift = before + by
    try:
        yield
    finally:
        _shift = before
