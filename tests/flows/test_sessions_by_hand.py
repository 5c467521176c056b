"""Sessions in which QuickBooks or the connector misbehaves: forgotten letters, unreadable ones, two callers, old tickets."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from apps.mirror.models import Link
from apps.sync.current import link_counts
from apps.sync.engine import bring_in_step
from tests.flows.by_hand import BUSY, Hand
from tests.world import World

NOT_KNOWN = '<QBXML><QBXMLMsgsRs newMessageSetID="x" messageSetStatusCode="{}"/></QBXML>'
UNREADABLE = "0x80040400"
#: Seconds after which a session nobody heard of is over, at the speed of the tests.
ABANDONED = 0.2
#: At this speed a session lasts while a story looks at it.
SLOWLY = 1.0


@pytest.fixture
def platform() -> str:
    """Books that call us."""
    return "quickbooks_desktop"


@pytest.fixture
def due(hasty: World) -> World:
    """Three invoices of a customer that the books have are to be written."""
    acme = hasty.customer()
    hasty.invoice(acme, "5.00", number="1000")
    hasty.sync()
    for number in ("1001", "1002", "1003"):
        hasty.invoice(acme, "10.00", number=number)
    bring_in_step(hasty.company)
    return hasty


@pytest.fixture
def hand(due: World) -> Hand:
    """A connector that got in."""
    hand = Hand.of(due)
    hand.gets_in()
    return hand


def all_stand_once(world: World) -> None:
    """Four invoices, nothing in doubt."""
    assert [each.number for each in world.ledger.invoices()] == ["1000", "1001", "1002", "1003"]
    assert link_counts(world.company)["in_sync"] == Link.objects.count()


@pytest.mark.parametrize("status", ["600", "9002"])
@pytest.mark.parametrize("done", [True, False])
def test_what_quickbooks_has_no_notes_of_any_more_is_looked_for(
    due: World, hand: Hand, status: str, done: bool
) -> None:
    letter = hand.fetches_one_that_writes()
    if done:
        hand.works(letter)
    hand.brings(NOT_KNOWN.format(status))
    hand.goes_on()
    due.visited()
    all_stand_once(due)


def test_a_letter_that_cannot_be_read_holds_only_the_row_to_blame(due: World, hand: Hand) -> None:
    hand.goes_on(lambda text: ("", UNREADABLE) if "<RefNumber>1002<" in text and "newMessageSetID" in text else None)
    due.visited()
    assert [each.number for each in due.ledger.invoices()] == ["1000", "1001", "1003"]
    assert Counter(due.states().values()) == {"refused": 1}
    assert str(due.held("refused").syncro) == "1002"


def test_another_connector_is_told_to_come_later(due: World, hand: Hand, settings: Any) -> None:
    settings.LIMIT_SCALE = SLOWLY
    letter = hand.fetches_one_that_writes()
    other = Hand.of(due)
    assert (other.signs_in(), other.why) == (False, BUSY)
    hand.brings(hand.works(letter))
    hand.goes_on()
    all_stand_once(due)


def test_two_connectors_at_once_write_nothing_twice(due: World, hand: Hand) -> None:
    hand.goes_on()
    due.invoice(due.syncro_customer("Acme Ltd"), "10.00", number="1004")
    bring_in_step(due.company)

    def comes(connector: Hand) -> None:
        for _ in range(3):
            if connector.signs_in():
                connector.goes_on()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(comes, Hand.of(due)) for _ in range(2)]:
            future.result()
    due.visited()
    assert [each.number for each in due.ledger.invoices()] == ["1000", "1001", "1002", "1003", "1004"]


def test_the_ticket_of_a_session_that_another_took_over_from_does_nothing(due: World, hand: Hand) -> None:
    letter = hand.fetches_one_that_writes()
    answer = hand.works(letter)
    time.sleep(ABANDONED)
    due.visited()
    assert (hand.brings(answer), hand.fetches()) == (-1, "")
    all_stand_once(due)


def test_an_answer_brought_twice_changes_nothing(due: World, hand: Hand) -> None:
    answer = hand.works(hand.fetches_one_that_writes())
    first = hand.brings(answer)
    assert hand.brings(answer) >= first >= 0
    hand.goes_on()
    all_stand_once(due)


def test_after_the_end_a_ticket_is_worth_nothing(due: World, hand: Hand) -> None:
    answer = hand.works(hand.fetches_one_that_writes())
    hand.ends()
    assert (hand.brings(answer), hand.fetches()) == (-1, "")
    due.visited()
    all_stand_once(due)
