"""A real browser before the portal with a small shop in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from apps.connections.models import Company, Membership, Role
from tests.portal import rows

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; the tests fail, rather than being skipped, where it is not installed."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps an event loop in this thread
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "chromium is not installed", args=FLAGS
        )
        yield chromium
        chromium.close()


class Visit:
    """One person's browser window, and everything that went wrong in it."""

    def __init__(self, page: Page, base: str, codes: list[str]) -> None:
        self.page, self.base, self.codes = page, base, codes
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def open(self, path: str) -> Page:
        """The page at a path, once it is quiet."""
        self.page.goto(self.base + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def sign_in(self) -> Page:
        """Password, then one of the one-time codes."""
        page = self.open("/")
        page.fill("input[name=login]", "bo")
        page.fill("input[name=password]", PASSWORD)
        page.click("button:has-text('Sign in')")
        page.fill("input[name=code]", self.codes.pop())
        page.click("button:has-text('Sign in')")
        page.wait_for_load_state("networkidle")
        return page


@pytest.fixture
def shop(transactional_db: None) -> Company:
    """A connected company with rows on both sides and two open items."""
    company = rows.company()
    rows.fill(company)
    return company


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, shop: Company) -> Iterator[Visit]:
    """The bookkeeper of the shop, not signed in yet."""
    user = User.objects.create_user("bo", "bo@example.com", PASSWORD, is_staff=True)
    Membership.objects.create(user=user, company=shop, role=Role.BOOKKEEPER)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(user).generate_codes()
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Visit(context.new_page(), live_server.url, codes)
    context.close()
