"""The contract, kept by every line of the registry against its own pocket vendor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from apps.platforms import errors
from apps.platforms.base import ABSENT, CANNOT_TELL, Found, Write
from apps.platforms.content import from_content
from apps.platforms.records import RECORDS, Customer, Record, Status
from apps.platforms.registry import PLATFORMS, platform_class
from apps.sandbox.frame import PocketServer
from apps.sandbox.store import Store
from tests.platforms.conftest import Bench
from tests.platforms.drivers import DRIVERS, Driver
from tests.platforms.drivers.base import MARKER, change, creation

NAMES = [f"Customer {number:02}" for number in range(30)]
FAILURES = [pytest.param(key, kind, id=f"{key}-{kind.__name__}") for key in DRIVERS for kind in DRIVERS[key].failures]


@pytest.fixture(params=list(DRIVERS))
def key(request: pytest.FixtureRequest) -> str:
    """Each platform in turn."""
    return str(request.param)


@pytest.fixture
def driver(key: str, bench: Bench) -> Iterator[Driver]:
    """A platform before a pocket with one customer, Acme."""
    server = PocketServer(DRIVERS[key].app(Store())).start()
    driver = DRIVERS[key](server.url, bench)
    yield driver
    driver.close()
    server.shutdown()
    server.server_close()


def names(records: list[Record]) -> list[str]:
    return sorted(record.name for record in records if isinstance(record, Customer))


def pulled(driver: Driver, cursor: str = "") -> tuple[list[Record], str]:
    """All customers of a pull, and where the next one starts."""
    pages = list(driver.pages("customer", cursor))
    return [record for page in pages for record in page.records], pages[-1].cursor


def test_it_says_of_itself_what_the_engine_needs(driver: Driver) -> None:
    kind = platform_class(driver.key)
    assert (kind.key, kind.title, kind.side) == (driver.key, PLATFORMS[driver.key].title, PLATFORMS[driver.key].side)
    assert set(kind.writes) - kind.written_only <= set(kind.entities) <= set(RECORDS)
    assert kind.written_only <= set(kind.writes) - set(kind.entities)
    assert kind.limits.buckets
    assert all(bucket.per_minute > 0 for bucket in kind.limits.buckets)


def test_a_pull_brings_everything_once_and_says_that_it_ends(driver: Driver) -> None:
    for name in NAMES:
        driver.made_by_hand(name)
    pages = list(driver.pages("customer"))
    records = [record for page in pages for record in page.records]
    assert names(records) == ["Acme", *NAMES]
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert all(from_content(Customer, record.content()).agreed() == record.agreed() for record in records)


def test_a_pull_goes_on_after_any_page(driver: Driver) -> None:
    for name in NAMES:
        driver.made_by_hand(name)
    pages = list(driver.pages("customer"))
    for number in range(1, len(pages) + 1):
        stored = [record for page in pages[:number] for record in page.records]
        assert {*names(stored), *names(pulled(driver, pages[number - 1].cursor)[0])} == {"Acme", *NAMES}


def test_the_next_pull_brings_what_changed(driver: Driver) -> None:
    ids = {name: driver.made_by_hand(name) for name in NAMES[:3]}
    cursor = pulled(driver)[1]
    driver.renamed_by_hand(ids[NAMES[1]], "Renamed")
    driver.made_by_hand("Newcomer")
    records, after = pulled(driver, cursor)
    assert {"Renamed", "Newcomer"} <= set(names(records))
    assert after


def test_a_pull_that_cannot_be_finished_raises(driver: Driver) -> None:
    driver.out_of_reach()
    with pytest.raises(errors.TryLater):
        list(driver.pages("customer"))


def test_what_is_asked_for_by_id_is_there_or_not(driver: Driver) -> None:
    there = driver.made_by_hand("Ada")
    found = driver.again("customer", [there, "98765432"])
    assert (names([record for record in found.values() if record]), found["98765432"]) == (["Ada"], None)


def test_could_not_ask_is_not_the_same_as_not_there(driver: Driver) -> None:
    there = driver.made_by_hand("Ada")
    driver.out_of_reach()
    with pytest.raises(errors.TryLater):
        driver.again("customer", [there])


def test_a_failure_in_a_batch_belongs_to_its_row(driver: Driver) -> None:
    outcomes = driver.outcomes(driver.customer("One"), creation(driver.bad()), driver.customer("Two"))
    assert names([outcome.record for outcome in outcomes if outcome.record]) == ["One", "Two"]
    refused = outcomes[1].error
    assert isinstance(refused, errors.Refused | errors.AlreadyThere)
    assert len(refused.message) > 10


def test_more_than_a_batch_holds_finds_its_places(driver: Driver) -> None:
    outcomes = driver.outcomes(*(driver.customer(name) for name in [*NAMES, *(f"More {name}" for name in NAMES)]))
    made = [outcome.record for outcome in outcomes]
    assert [record.name for record in made if isinstance(record, Customer)] == [*NAMES, *(f"More {n}" for n in NAMES)]


def test_what_was_made_reads_the_same_when_it_comes_back(driver: Driver) -> None:
    """An echo is known by its mark, and is no change."""
    made = driver.made(creation(driver.document(), MARKER))
    read = driver.again(made.entity, [made.external_id])[made.external_id]
    assert read is not None
    assert (made.marker, read.marker, read.external_id) == (MARKER, MARKER, made.external_id)
    assert read.agreed() == {**read.agreed(), **_told(made, read)}


def _told(made: Record, read: Record) -> dict[str, object]:
    """What the answer to a write told; it may tell less than a read."""
    after = read.agreed()
    return {name: value for name, value in made.agreed().items() if value not in (None, "", [], after.get(name))}


def test_before_it_is_sent_it_is_not_there(driver: Driver) -> None:
    assert driver.find(creation(driver.document(), MARKER)) is ABSENT


def test_without_a_mark_nobody_can_tell(driver: Driver) -> None:
    assert driver.find(creation(driver.document())) is CANNOT_TELL


def lost(driver: Driver, kind: str) -> Write:
    """A document whose write went wrong on the wire."""
    write = creation(driver.document(), MARKER)
    driver.breaks(kind)
    assert isinstance(driver.refused(write), errors.Unsure)
    return write


def test_after_a_lost_answer_it_is_found(driver: Driver) -> None:
    found = driver.find(lost(driver, "lose"))
    assert isinstance(found, Found)
    assert (found.record.marker, [found.record.external_id]) == (MARKER, driver.documents())


def test_after_a_lost_request_it_is_absent(driver: Driver) -> None:
    assert driver.find(lost(driver, "drop")) is ABSENT
    assert driver.documents() == []


def test_the_same_bytes_again_do_nothing_twice_or_we_look_first(driver: Driver) -> None:
    write = creation(driver.document(), MARKER)
    driver.twice(write)
    assert len(driver.documents()) == 1
    assert driver.keeps_keys or write.entity in getattr(platform_class(driver.key), "looks_first", ())


def test_another_mark_is_not_ours(driver: Driver) -> None:
    wanted = driver.document()
    driver.made(creation(wanted, f"{MARKER}/2"))
    driver.made(creation(driver.document(), f"{MARKER}4"))
    assert driver.find(creation(driver.document(), MARKER)) is ABSENT


def test_a_name_is_found_whoever_made_it(driver: Driver) -> None:
    write = driver.customer("Ada")
    assert driver.find(write) is ABSENT
    made = driver.made(write)
    found = driver.find(write)
    assert isinstance(found, Found)
    assert found.record.external_id == made.external_id


def test_a_change_is_told_from_none(driver: Driver) -> None:
    made = driver.made(driver.customer("Ada"))
    now = driver.again("customer", [made.external_id])[made.external_id]
    assert now is not None
    write = change(now, phone="555-0100")
    assert driver.find(write) is ABSENT
    assert driver.made(write).content()["phone"] == "555-0100"
    assert isinstance(driver.find(write), Found)


def test_what_is_taken_back_is_gone_or_voided(driver: Driver) -> None:
    if driver.ends is None:
        assert driver.ends not in platform_class(driver.key).writes["payment"]
        return
    made = driver.made(creation(driver.document(), MARKER))
    write = change(made, driver.ends)
    assert driver.find(write) is ABSENT
    assert driver.outcomes(write)[0].error is None
    assert isinstance(driver.find(write), Found)
    now = driver.again(made.entity, [made.external_id])[made.external_id]
    assert now is None or now.status in (Status.VOIDED, Status.DELETED)


@pytest.mark.parametrize(("key", "kind"), FAILURES)
def test_each_failure_is_named_by_what_happens_next(key: str, driver: Driver, kind: type[errors.PlatformError]) -> None:
    error = getattr(driver, driver.failures[kind])()
    assert type(error) is kind, f"{type(error).__name__}: {error}"
    assert error.message


def test_waiting_is_told_in_seconds(driver: Driver) -> None:
    error = getattr(driver, driver.failures[errors.RateLimited])() if errors.RateLimited in driver.failures else None
    assert error is None or 0 < error.retry_after <= 60


def test_the_record_of_a_write_is_neutral(driver: Driver) -> None:
    made = driver.made(creation(driver.document(), MARKER))
    assert type(made) is RECORDS[made.entity]
    assert made.agreed() == replace(made, raw={}).agreed()
