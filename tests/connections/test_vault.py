"""The vault: encrypted, one renewal at a time over processes, saved for good before it is used."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection as database
from django.db import transaction

from apps.connections.models import Connection
from apps.connections.vault import ConnectionTokens, read_tokens, write_tokens
from apps.platforms.base import Tokens
from tests.connections.elsewhere import start

pytestmark = pytest.mark.django_db(transaction=True)


def test_tokens_come_back_as_they_were_saved(connection: Connection) -> None:
    tokens = Tokens(access="a", refresh="r", expires_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    with ConnectionTokens(connection).locked() as save:
        save(tokens)
    assert ConnectionTokens(connection).read() == tokens


def test_tokens_are_not_readable_in_the_table(connection: Connection) -> None:
    ConnectionTokens(connection).save(Tokens(access="open-sesame"))
    with database.cursor() as cursor:
        cursor.execute("SELECT sealed FROM connections_connection")
        assert "sesame" not in cursor.fetchone()[0]


def test_no_sign_in_is_read_as_empty_tokens() -> None:
    assert read_tokens("") == read_tokens(write_tokens(Tokens())) == Tokens()


def test_renewals_of_two_processes_never_overlap(connection: Connection) -> None:
    ConnectionTokens(connection).save(Tokens(refresh="0"))
    processes = [start("renew", connection.pk, 20) for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    for process in processes:
        process.communicate()
    assert ConnectionTokens(connection).read().refresh == "40"


def test_the_lock_is_free_when_its_process_is_killed(connection: Connection) -> None:
    process = start("hold", connection.pk)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.kill()
    process.communicate()
    with ConnectionTokens(connection).locked() as save:
        save(Tokens(refresh="new"))
    assert ConnectionTokens(connection).read().refresh == "new"


def test_inside_a_transaction_it_refuses_before_anything_is_asked(connection: Connection) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"), ConnectionTokens(connection).locked():
        pytest.fail("the vendor would have been asked")
