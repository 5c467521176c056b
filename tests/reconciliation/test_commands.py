"""The commands: their JSON, their sentences and their exit codes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.reconciliation.models import Mismatch
from apps.reconciliation.reconcile import reconcile
from tests.reconciliation.shop import Shop

S, B = Side.SYNCRO, Side.BOOKS


def said(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    call_command(*words, "--json")
    return json.loads(capsys.readouterr().out)


def test_tieout_prints_the_interface(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    link = shop.pair("300.00", books="255.00", state=SyncState.HELD, code="total_differs")
    told = said(capsys, "tieout", "acme", "--by", "month")
    pk = Mismatch.objects.get().pk
    [line] = told["customers"]
    explained = [{"by": f"mismatch:{pk}", "kind": "invoice_total_differs", "effect": "45.00"}]
    expected = {
        "syncro": "300.00",
        "books": "255.00",
        "difference": "45.00",
        "explained": explained,
        "unexplained": "0.00",
    }
    assert {key: line[key] for key in expected} == expected
    assert told["total"]["unexplained"] == told["months"][0]["total"]["unexplained"] == "0.00"
    assert link.syncro.date.isoformat()[:7] == told["months"][0]["month"]


def test_tieout_check_fails_with_5_and_names_the_customer(shop: Shop) -> None:
    shop.pair("300.00", books="255.00")
    call_command("tieout", "acme")
    with pytest.raises(CommandError, match=r"Customer .* 45\.00") as error:
        call_command("tieout", "acme", "--check")
    assert error.value.returncode == 5


def test_tieout_check_holds_when_all_is_explained(shop: Shop) -> None:
    shop.pair("300.00")
    call_command("tieout", "acme", "--check", "--as-of", "2026-12-31")


def test_mismatches_prints_the_interface(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.pair("300.00", books="255.00", state=SyncState.HELD, code="total_differs")
    reconcile(shop.company)
    [told] = said(capsys, "mismatches", "acme", "--kind", "invoice_total_differs")
    assert set(told) >= {"id", "kind", "entity", "customer", "effects", "sentence", "since", "resolutions"}
    assert told["effects"][0]["amount"] == "45.00"
    assert [each["name"] for each in told["resolutions"]] == ["push_again", "accept_difference", "ignore"]


def test_resolve_does_it_and_says_so(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    ours, _ = shop.customer()
    hints = {"mapping": {"topic": "tax", "key": ""}}
    shop.link(shop.invoice(S, ours, "5.00"), state=SyncState.HELD, code="mapping_missing", hints=hints)
    reconcile(shop.company)
    told = said(capsys, "resolve", str(Mismatch.objects.get().pk), "map_it", "--set", "external_id=7")
    assert (told["state"], told["resolution"]) == ("closed", "map_it")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["resolve", "99", "ignore"], "There is no mismatch 99"),
        (["tieout", "nobody"], "Companies: acme"),
        (["explain", "acme", "invoice", "1042"], "syncro:ID or books:ID"),
        (["explain", "acme", "invoice", "books:1"], "told us of no invoice 1"),
    ],
)
def test_wrong_usage_is_a_sentence(shop: Shop, words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as error:
        call_command(*words)
    assert error.value.returncode == 2


def test_explain_tells_state_reason_history_and_next(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    link = shop.pair("300.00", books="255.00", state=SyncState.HELD, code="total_differs")
    reconcile(shop.company)
    call_command("resolve", str(Mismatch.objects.get().pk), "ignore", "--note", "next week")
    told = said(capsys, "explain", "acme", "invoice", f"books:{link.books.external_id}")
    assert (told["state"], set(told)) == ("held", {"state", "reason", "history", "next"})
    assert any("next week" in each["what"] for each in told["history"])


def test_explain_knows_a_row_without_a_link(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    row = shop.invoice(S, shop.customer()[0], "5.00")
    told = said(capsys, "explain", "acme", "invoice", f"syncro:{row.external_id}")
    assert (told["state"], "Syncro only" in told["reason"]) == ("unlinked", True)


def test_sync_of_an_unconnected_company_exits_with_3(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.pair("300.00")
    with pytest.raises(CommandError, match="no connection") as error:
        call_command("sync", "acme", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (error.value.returncode, told["stopped"]["code"]) == (3, "needs_sign_in")
    assert told["tieout"] == {"syncro": "300.00", "books": "300.00", "explained": "0.00", "unexplained": "0.00"}
    assert set(told) >= {"company", "runs", "writes", "requests", "links", "mismatches", "seconds"}
