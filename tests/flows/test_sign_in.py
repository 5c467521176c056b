"""Sign-ins that end in the middle of the work."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.mirror.models import Link
from apps.sync.models import Request
from tests.flows.wires import wound
from tests.world import World


def at_first_write(act: Any) -> Any:
    """Something happens right before the first write of an invoice leaves."""
    left = [act]

    def judge(request: httpx.Request) -> None:
        if left and request.method == "POST" and request.url.path.endswith(("/invoice", "/batch")):
            left.pop()()

    return judge


def state(world: World, side: str) -> str:
    """Of the connection to a side, as everybody sees it."""
    world.company.refresh_from_db()
    found: str = getattr(world.company, side).state
    return found


def test_an_expired_token_is_renewed_once_and_the_same_bytes_leave(
    hasty: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty.invoice(hasty.customer(), "100.00")
    hasty.books.log(clear=True)
    wound(monkeypatch, before=at_first_write(hasty.books.expire_tokens))
    hasty.sync()
    posts = [row for row in hasty.books.log() if row["method"] == "POST" and row["path"].endswith("/invoice")]
    assert [row["status"] for row in posts] == [401, 200]
    assert posts[0]["body"] == posts[1]["body"]
    assert posts[0]["query"] == posts[1]["query"]
    assert sum(row["path"].endswith("/tokens/bearer") for row in hasty.books.log()) <= 2
    assert Request.objects.filter(entity="invoice").count() == 1


def test_a_revoked_sign_in_pauses_the_connection_not_the_links(hasty: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        hasty.invoice(hasty.customer(f"Customer {number}"), "100.00")
    wound(monkeypatch, before=at_first_write(hasty.books.revoke))
    stopped = hasty.sync().counts["stopped"]
    assert stopped["code"] == "needs_sign_in"
    assert state(hasty, "books") == "needs_sign_in"
    assert state(hasty, "syncro") == "connected"
    assert set(Link.objects.values_list("state", flat=True)) <= {"pending", "in_sync"}


def test_the_command_says_one_sentence_and_ends_with_three(hasty: World, capsys: pytest.CaptureFixture[str]) -> None:
    hasty.invoice(hasty.customer(), "100.00")
    hasty.books.revoke()
    with pytest.raises(CommandError) as ended:
        call_command("sync", "acme", "--json")
    assert ended.value.returncode == 3
    assert str(ended.value).count(".") == 1
    assert json.loads(capsys.readouterr().out)["stopped"]["code"] == "needs_sign_in"


def test_a_syncro_token_that_ends_does_not_cost_the_books_their_sign_in(
    hasty: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = hasty.customer()
    invoice = hasty.invoice(acme, "100.00")
    hasty.sync()
    hasty.books.pay(
        hasty.books_id("customer", acme), "60.00", {hasty.books_id("invoice", invoice): "60.00"}, "2026-11-20", "", "1"
    )
    refused = httpx.Response(401, json={"error": "Not authorized"})
    wound(monkeypatch, instead=lambda request: refused if "/api/v1/" in str(request.url) and paying(request) else None)
    hasty.sync()
    assert state(hasty, "books") == "connected"
    assert state(hasty, "syncro") == "needs_sign_in"


_seen: list[str] = []


def paying(request: httpx.Request) -> bool:
    """From the first POST of a payment on, nothing of Syncro is allowed any more."""
    if request.method == "POST" and request.url.path.endswith("/payments"):
        _seen.append("post")
    return bool(_seen)
