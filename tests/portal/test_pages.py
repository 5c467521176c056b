"""What the pages say, and what they cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django_q.models import OrmQ

from apps.connections.models import Company, Policy
from apps.mappings.models import Mapping
from apps.mirror.models import BooksRecord
from apps.reconciliation.models import Decision, Mismatch, MismatchState
from tests.portal import rows

LISTS = (
    "/",
    "/mirror/link/",
    "/mirror/syncroinvoice/",
    "/reconciliation/mismatch/",
    "/tie-out/acme/?all=1",
    "/map/acme/",
)


@pytest.mark.parametrize("path", LISTS)
def test_more_rows_cost_no_more_queries(
    bookkeeper: Client, shop: Company, path: str, django_assert_max_num_queries: Any
) -> None:
    bookkeeper.get(path)
    with django_assert_max_num_queries(45) as few:
        bookkeeper.get(path)
    for number in range(100, 130):
        rows.invoice(shop, number)

    with django_assert_max_num_queries(len(few.captured_queries)):
        assert bookkeeper.get(path).status_code == 200


def test_the_first_page_says_how_the_company_stands(bookkeeper: Client) -> None:
    page = bookkeeper.get("/").content.decode()

    for words in ("Acme Computers", "12,845.10", "Payment over several invoices", "450.00", "Sync now", "Connected"):
        assert words in page


def test_an_item_shows_both_sides_with_the_difference_marked(bookkeeper: Client) -> None:
    item = Mismatch.objects.get(kind="invoice_total_differs")

    page = bookkeeper.get(f"/queue/{item.pk}/").content.decode()

    assert "1,350.00" in page
    assert "1,349.95" in page
    assert "differs" in page


def test_what_moves_money_asks_once_more(bookkeeper: Client) -> None:
    item = Mismatch.objects.get(kind="payment_over_several_invoices")

    page = bookkeeper.post(f"/queue/{item.pk}/post_to_syncro/", {"note": "split is right"})

    assert "Is this right?" in page.content.decode()
    assert not Decision.objects.exists()


def test_a_confirmed_choice_is_done_and_said(bookkeeper: Client) -> None:
    item = Mismatch.objects.get(kind="payment_over_several_invoices")

    page = bookkeeper.post(
        f"/queue/{item.pk}/post_to_syncro/", {"note": "split is right", "confirmed": "1"}, follow=True
    )

    decision = Decision.objects.get()
    assert (decision.resolution, decision.note, str(decision.user)) == ("post_to_syncro", "split is right", "bo")
    assert decision.result in page.content.decode()


def test_leaving_an_item_takes_it_out_of_the_queue(bookkeeper: Client) -> None:
    item = Mismatch.objects.get(kind="payment_over_several_invoices")

    bookkeeper.post(f"/queue/{item.pk}/ignore/")

    item.refresh_from_db()
    assert item.state == MismatchState.IGNORED


def test_sync_now_puts_one_pass_on_the_queue(bookkeeper: Client, shop: Company) -> None:
    bookkeeper.post(f"/sync-now/{shop.slug}/")

    assert OrmQ.objects.count() == 1


def test_a_mapping_is_chosen_from_the_things_of_the_books(bookkeeper: Client, shop: Company) -> None:
    rows.row(BooksRecord, shop, "item", "77", "Services")

    page = bookkeeper.post(f"/map/{shop.slug}/", {"item||external_id": "77"}, follow=True)

    chosen = Mapping.objects.get(company=shop, topic="item")
    assert (chosen.external_id, chosen.label) == ("77", "Services")
    assert "1 choices saved" in page.content.decode()


def test_a_policy_that_does_not_exist_is_a_sentence(administrator: Client, shop: Company) -> None:
    page = administrator.post(f"/policies/{shop.slug}/", {"key": "refunds", "value": "perhaps"}, follow=True)

    assert "refunds cannot be" in page.content.decode()
    assert not Policy.objects.exists()


def test_search_finds_by_name_and_by_id(bookkeeper: Client) -> None:
    assert bookkeeper.get("/mirror/syncrocustomer/?q=Bluebird").context["cl"].result_count == 1
    assert bookkeeper.get("/mirror/syncroinvoice/?q=50").context["cl"].result_count == 1
