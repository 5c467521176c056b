"""The engine's tables say something about everything that can come: errors, states, codes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.mirror.states import MOVES, SyncState, sources_of
from apps.platforms import errors
from apps.platforms.base import Limits
from apps.sync import codes
from apps.sync.claim import Patience
from apps.sync.settle import NEXT_STATE, NOBODYS_FAULT, backoff, next_state

SYNC = Path(codes.__file__).parent
KNOWN = {**codes.HELD_CODES, **codes.IGNORED_CODES, **codes.PENDING_CODES}


def leaves(kind: type[errors.PlatformError]) -> Iterator[type[errors.PlatformError]]:
    """Classes of the error tree without subclasses in errors.py."""
    below = [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    if not below:
        yield kind
    for each in below:
        yield from leaves(each)


def test_every_leaf_of_the_error_tree_has_a_row() -> None:
    assert set(leaves(errors.PlatformError)) - set(NEXT_STATE) == set()


@pytest.mark.parametrize("kind", list(leaves(errors.PlatformError)), ids=lambda kind: kind.__name__)
def test_every_error_leads_where_a_link_being_sent_may_go(kind: type[errors.PlatformError]) -> None:
    row = next_state(kind())
    assert row.state in MOVES[SyncState.PUSHING]
    assert row.state is not SyncState.HELD or row.code in codes.HELD_CODES


def test_only_what_may_have_been_done_is_in_doubt() -> None:
    assert [kind for kind, row in NEXT_STATE.items() if row.state is SyncState.IN_DOUBT] == [errors.Unsure]


def test_what_is_nobodys_fault_waits() -> None:
    assert {next_state(kind()).state for kind in NOBODYS_FAULT} == {SyncState.PENDING}


def test_a_subclass_nobody_thought_of_takes_its_parents_row() -> None:
    class Odd(errors.PeriodClosed):
        """Something new."""

    assert next_state(Odd()).code == "period_closed"


def test_being_sent_is_entered_from_pending_alone_and_doubt_from_being_sent() -> None:
    assert sources_of(SyncState.PUSHING) == ["pending"]
    assert set(sources_of(SyncState.IN_DOUBT)) <= {"pushing", "in_doubt", "held"}
    assert set(MOVES) == set(SyncState)


def test_nothing_leaves_being_sent_for_being_ignored() -> None:
    assert SyncState.IGNORED not in MOVES[SyncState.PUSHING] | MOVES[SyncState.IN_DOUBT]


def held_codes(tree: ast.AST) -> Iterator[str]:
    """Codes beside the state HELD: Held("x"), Newborn(row, HELD, "x"), move(HELD, code="x"), (HELD, "x", ...)."""
    for node in ast.walk(tree):
        values: list[Any] = []
        if isinstance(node, ast.Call):
            named = [word.value for word in node.keywords if word.arg == "code"]
            values = [*node.args[:1], *named] if _called(node) == "Held" else [*node.args, *named]
            if _called(node) != "Held" and not any(_is_held(each) for each in node.args):
                continue
        elif isinstance(node, ast.Tuple) and any(_is_held(each) for each in node.elts):
            values = node.elts[1:2]
        constants = [each.value for each in values if isinstance(each, ast.Constant)]
        yield from (value for value in constants if isinstance(value, str) and value.isidentifier())


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _is_held(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "HELD"


@pytest.mark.parametrize("path", sorted(SYNC.rglob("*.py")), ids=lambda path: path.stem)
def test_every_code_of_a_held_link_has_its_sentence(path: Path) -> None:
    assert set(held_codes(ast.parse(path.read_text()))) - set(codes.HELD_CODES) == set()


def test_the_reader_of_codes_finds_them() -> None:
    found = {code for path in SYNC.rglob("*.py") for code in held_codes(ast.parse(path.read_text()))}
    assert {"cannot_tell", "brake", "too_many_attempts", "both_edited", "refund_review"} <= found


def test_codes_are_words_and_their_sentences_end() -> None:
    assert [code for code in KNOWN if not code.isidentifier()] == []
    assert [code for code, sentence in KNOWN.items() if not sentence.endswith(".")] == []
    assert set(codes.HELD_CODES) >= codes.RECHECKED | codes.RETRIED_ON_CHANGE
    assert "brake" not in codes.RECHECKED, "it would be lifted in the run that set it"


def test_a_lease_outlasts_the_trust_and_the_trust_the_deadline(settings: Any) -> None:
    limits = Limits(buckets=(), deadline=130.0, settle=120.0)
    for settings.LIMIT_SCALE in (1.0, 100.0, 1000.0):
        patience = Patience.of(limits)
        assert patience.lease >= patience.trust
    settings.LIMIT_SCALE = 1.0
    assert Patience.of(limits).trust >= limits.deadline + limits.settle


def test_waits_grow_and_a_wish_of_the_other_side_is_kept(settings: Any) -> None:
    settings.LIMIT_SCALE = 1.0
    assert backoff(1) < backoff(4) < backoff(12)
    assert 3600 <= backoff(50).total_seconds() <= 4500
    assert 30 <= backoff(9, 30.0).total_seconds() <= 37.5
