"""Nobody sees or does what is not theirs."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.connections.models import Company
from apps.reconciliation.models import Mismatch, MismatchState
from tests.portal import rows

LISTS = (
    "/mirror/syncrocustomer/", "/mirror/booksinvoice/", "/mirror/link/", "/reconciliation/mismatch/", "/sync/run/",
    "/connections/company/", "/connections/connection/", "/mappings/mapping/", "/reconciliation/decision/",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_lists_hold_only_rows_of_ones_own_companies(bookkeeper: Client, path: str) -> None:
    other = rows.company("rival", "9139999")
    rows.fill(other, 3)

    page = bookkeeper.get(path)

    assert page.status_code == 200
    found = page.context["cl"].queryset
    assert not [row for row in found if str(getattr(row, "company", row)).startswith("Rival")]


def test_pages_of_other_companies_are_not_there(bookkeeper: Client) -> None:
    other = rows.company("rival", "9139999")
    rows.fill(other, 1)
    item = Mismatch.objects.filter(company=other)[0]

    paths = (
        f"/queue/{item.pk}/",
        "/tie-out/rival/",
        "/map/rival/",
        "/policies/rival/",
        f"/record/books/{item.books_id}/",
    )

    assert {bookkeeper.get(path).status_code for path in paths} == {404}


def test_someone_without_a_company_sees_an_empty_first_page(client: Client, shop: Company) -> None:
    client.force_login(User.objects.create_user("new", "new@example.com", "pw", is_staff=True))

    page = client.get("/")

    assert page.status_code == 200
    assert "No company yet" in page.content.decode()


def test_signing_in_is_never_djangos_own_form(client: Client, db: None) -> None:
    answer = client.get("/login/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_viewer_sees_choices_but_may_take_none(viewer: Client, shop: Company) -> None:
    item = Mismatch.objects.get(kind="payment_over_several_invoices")

    assert "Your role does not allow this" in viewer.get(f"/queue/{item.pk}/").content.decode()
    assert viewer.post(f"/queue/{item.pk}/post_to_syncro/", {"confirmed": "1"}).status_code == 403
    assert viewer.post(f"/sync-now/{shop.slug}/").status_code == 403
    assert viewer.post(f"/map/{shop.slug}/", {}).status_code == 403
    assert viewer.post(f"/policies/{shop.slug}/", {"key": "refunds", "value": "review"}).status_code == 403


def test_requests_and_calls_are_for_administrators(bookkeeper: Client) -> None:
    assert bookkeeper.get("/sync/request/").status_code == 403
    assert bookkeeper.get("/connections/apicall/").status_code == 403


def test_payloads_are_shown_to_administrators_without_secrets(administrator: Client, shop: Company) -> None:
    row = Mismatch.objects.get(kind="invoice_total_differs").syncro

    page = administrator.get(f"/record/syncro/{row.pk}/").content.decode()  # type: ignore[union-attr]

    assert "As the other system sent it" in page
    assert "s3cret" not in page


def test_a_closed_item_offers_nothing(bookkeeper: Client) -> None:
    item = Mismatch.objects.get(kind="invoice_total_differs")
    Mismatch.objects.filter(pk=item.pk).update(state=MismatchState.CLOSED)

    assert "What you can do" not in bookkeeper.get(f"/queue/{item.pk}/").content.decode()
    assert bookkeeper.post(f"/queue/{item.pk}/ignore/").status_code == 404
