"""The whole demo shop through the loop: every document once or a named item, every cent explained."""

from __future__ import annotations

from collections import Counter

import pytest

from apps.mappings.lookup import save_mapping
from apps.mappings.models import Topic
from apps.mirror.models import Link
from apps.sandbox.shop import books_day
from tests.features.ledger import on_every_books
from tests.world import World


def by_reason(world: World) -> Counter[tuple[str, str, str]]:
    """Links that are not in sync, counted by entity, state and reason."""
    rest = Link.objects.filter(company=world.company).exclude(state="in_sync")
    return Counter(rest.values_list("entity", "state", "code"))


def says_which_tax(world: World) -> None:
    """Syncro does not tell the tax of an invoice, and several rates are too many for a proposal."""
    if not world.ledger.chooses_tax:
        save_mapping(world.company, Topic.TAX, "", external_id=world.ledger.named("tax_code", "Sales Tax"))


@pytest.mark.timeout(600)
@on_every_books
def test_every_document_of_the_shop_stands_once_or_has_a_name(shop: World) -> None:
    """The first load, a day in the books, and a second run that writes nothing."""
    shop.policy(refunds="review")
    says_which_tax(shop)
    shop.sync()
    books_day(shop.syncro, shop.books)
    shop.sync()
    assert by_reason(shop) == {
        ("invoice", "held", "refund_review"): 1,
        ("payment", "held", "refund_partner"): 1,
        ("payment", "held", "multi_invoice_payment"): 1,
        ("payment", "held", "payment_moved"): 1,
        ("payment", "ignored", "declined"): 1,
        ("payment", "ignored", "zero"): 1,
    }
    numbers = Counter(each.number for each in shop.ledger.invoices())
    assert (len(numbers), set(numbers.values())) == (399, {1})
    assert shop.sync().counts["writes"] == {"books": {}, "syncro": {}}
