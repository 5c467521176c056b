"""What a bookkeeper does first thing, in Chromium."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from apps.reconciliation.models import Decision, Mismatch
from tests.browser.conftest import Visit

PAGES = (
    "/",
    "/reconciliation/mismatch/",
    "/mirror/link/",
    "/tie-out/acme/",
    "/map/acme/",
    "/policies/acme/",
    "/sync/run/",
)


def item(kind: str) -> str:
    """The page of the open item of a kind."""
    return f"/queue/{Mismatch.objects.get(kind=kind).pk}/"


def test_signs_in_with_a_second_factor_and_sees_how_things_stand(visit: Visit) -> None:
    page = visit.sign_in()

    assert page.title() == "Overview | Tieout"
    assert page.get_by_text("Acme Computers").first.is_visible()
    assert page.get_by_text("Payment over several invoices").is_visible()
    assert not visit.complaints


def test_looks_at_an_item_side_by_side(visit: Visit) -> None:
    visit.sign_in()

    page = visit.open(item("invoice_total_differs"))

    marked = page.locator("tr.t-differs").first
    assert "1,350.00" in marked.inner_text()
    assert "1,349.95" in marked.inner_text()
    assert not visit.complaints


def test_decides_with_a_button_and_is_told_what_happened(visit: Visit) -> None:
    visit.sign_in()
    page = visit.open(item("payment_over_several_invoices"))

    page.locator(".t-choice").first.locator("button").click()
    page.click("button:has-text('Yes, do it')")
    page.wait_for_load_state("networkidle")

    assert page.get_by_text(Decision.objects.get().result).first.is_visible()
    assert not visit.complaints


@pytest.mark.parametrize("path", ["/accounts/login/", *PAGES])
def test_pages_are_sound(visit: Visit, path: str) -> None:
    if path in PAGES:
        visit.sign_in()

    page = visit.open(path)

    found = Axe().run(page).response["violations"]
    serious = [
        (each["id"], each["nodes"][0]["html"][:150]) for each in found if each["impact"] in {"serious", "critical"}
    ]
    landmarks = [each["id"] for each in found if each["id"] == "landmark-one-main"]
    assert (serious, landmarks, visit.complaints) == ([], [], [])
    assert visit.hosts == {visit.base.removeprefix("http://")}
