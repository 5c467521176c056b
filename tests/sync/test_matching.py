"""Pairs of what both sides had before us: scored with reasons, one to one, and never guessed where several fit."""

from __future__ import annotations

import pytest

from apps.connections.models import Company
from apps.mirror.models import BooksRecord
from apps.platforms.records import Address, Customer, Item, ItemKind
from apps.sync.matching import Matches, Pair, find_matches
from tests.mappings.rows import in_books, in_syncro


@pytest.fixture
def company(db: None) -> Company:
    """Acme, with nothing mirrored yet."""
    return Company.objects.create(slug="acme", name="Acme", books_platform="quickbooks_online")


def who(external_id: str, name: str, **fields: str) -> Customer:
    return Customer(external_id=external_id, name=name, **fields)  # type: ignore[arg-type]


def found(company: Company, entity: str = "customer") -> Matches:
    return find_matches(company, entity)


def ids(pairs: list[Pair]) -> list[tuple[str, str]]:
    """The pairs by their ids, Syncro's first."""
    return [(pair.syncro.external_id, pair.books.external_id) for pair in pairs]


def test_one_name_on_either_side_is_certain_however_it_is_spelled(company: Company) -> None:
    in_syncro(company, who("s1", "ACME Ltd."))
    in_books(company, who("b1", "Acme  Ltd"))
    (pair,) = found(company).pairs
    assert (pair.exact, pair.reasons, pair.score) == (True, ("name",), 50)


def test_another_address_speaks_against_one_of_the_same_name(company: Company) -> None:
    in_syncro(company, who("s1", "Acme Ltd", email="a@acme.example"))
    in_books(company, who("b1", "Acme Ltd", email="b@acme.example"))
    assert ids(found(company).pairs) == []
    in_syncro(company, who("s2", "Bolt Inc", email="a@bolt.example", phone="(555) 010-0199"))
    in_books(company, who("b2", "Bolt Inc", email="b@bolt.example", phone="+1 555 0100199"))
    (pair,) = found(company).pairs
    assert (pair.exact, pair.reasons, pair.against) == (False, ("name", "phone"), ("e-mail",))


def test_an_address_alone_is_proposed_and_not_certain(company: Company) -> None:
    in_syncro(company, who("s1", "Acme Computers", email="Office@Acme.example"))
    in_books(company, who("b1", "Acme Ltd", email="office@acme.example"))
    (pair,) = found(company).pairs
    assert (pair.exact, pair.reasons) == (False, ("e-mail",))


def test_a_phone_alone_is_not_enough_and_with_the_street_it_is(company: Company) -> None:
    home = Address(line1="1 Main St.", postal_code="10001")
    in_syncro(company, who("s1", "Ann", phone="555-0100123"))
    in_books(company, who("b1", "Bea", phone="555 0100123"))
    assert found(company).pairs == []
    in_syncro(company, Customer(external_id="s2", name="Cy", phone="555-0100999", address=home))
    in_books(company, Customer(external_id="b2", name="Di", phone="555-0100999", address=home))
    assert ids(found(company).pairs) == [("s2", "b2")]


def test_the_words_of_a_name_count_in_any_order(company: Company) -> None:
    in_syncro(company, who("s1", "Jane Roe", phone="555-0100123"))
    in_books(company, who("b1", "Roe, Jane", phone="555-0100123"))
    (pair,) = found(company).pairs
    assert (pair.exact, pair.reasons) == (False, ("words of the name", "phone"))


def test_of_two_that_fit_alike_none_is_taken(company: Company) -> None:
    in_syncro(company, who("s1", "Smith"), who("s2", "Smith"))
    in_books(company, who("b1", "Smith"))
    matches = found(company)
    assert (matches.pairs, [ids(group) for group in matches.unclear]) == ([], [[("s1", "b1")], [("s2", "b1")]])
    assert (matches.only_syncro, matches.only_books) == ([], [])


def test_a_second_sign_tells_two_of_one_name_apart(company: Company) -> None:
    in_syncro(company, who("s1", "Smith", email="a@x.example"), who("s2", "Smith", email="b@x.example"))
    in_books(company, who("b2", "Smith", email="b@x.example"), who("b1", "Smith", email="a@x.example"))
    assert sorted(ids(found(company).pairs)) == [("s1", "b1"), ("s2", "b2")]


def test_a_child_is_known_by_its_full_name_too(company: Company) -> None:
    in_books(company, who("b1", "Jones"), who("b2", "Kitchen", parent_id="b1"))
    in_syncro(company, who("s1", "Jones: Kitchen"))
    assert ids(found(company).pairs) == [("s1", "b2")]


def test_who_is_alone_is_told_and_suppliers_are_not(company: Company) -> None:
    in_syncro(company, who("s1", "Acme"))
    in_books(company, who("b1", "Bolt"), Customer(external_id="b2", name="Parts Inc", only_supplier=True))
    BooksRecord.objects.filter(external_id="b1").update(content={"name": "Bolt"})  # kept before there was such a field
    matches = found(company)
    assert [row.label for row in (*matches.only_syncro, *matches.only_books)] == ["Acme", "Bolt"]


def test_items_are_known_by_their_code_before_their_name(company: Company) -> None:
    in_syncro(company, Item(external_id="s1", name="Mouse", sku="M-1"), Item(external_id="s2", name="Optical mouse"))
    in_books(company, Item(external_id="b1", name="Optical mouse", sku="m1"), Item(external_id="b2", name="Mouse"))
    matches = found(company, "item")
    assert ids(matches.pairs) == [("s1", "b1")]
    assert [row.external_id for row in (*matches.only_syncro, *matches.only_books)] == ["s2", "b2"]


def test_a_category_is_no_product(company: Company) -> None:
    in_syncro(company, Item(external_id="s1", name="Cables"))
    in_books(company, Item(external_id="b1", name="Cables", kind=ItemKind.CATEGORY))
    assert found(company, "item").pairs == []


def test_a_value_that_everybody_has_tells_nothing(company: Company) -> None:
    for number in range(30):
        in_syncro(company, who(f"s{number}", f"Ours {number}", email="none@x.example"))
        in_books(company, who(f"b{number}", f"Theirs {number}", email="none@x.example"))
    assert (found(company).pairs, found(company).unclear) == ([], [])
