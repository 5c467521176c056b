"""A company whose books call us, its password, and an engine to stand behind the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from lxml import etree

from apps.api import webconnector
from apps.api.soap import ENVELOPE, OWN, SPACE
from apps.connections.mailboxes import Mailbox, make_mailbox
from apps.connections.models import Company, Connection
from tests.api.standin import Standin

HEAD = f'<soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Body>'
TAIL = "</soap:Body></soap:Envelope>"


@dataclass
class Caller:
    """A program that posts calls as the Web Connector does."""

    client: Client
    slug: str = "acme"

    def post(self, body: str | bytes, **headers: Any) -> Any:
        given = {"content_type": "text/xml; charset=utf-8", **headers}
        return self.client.post(f"/webconnector/{self.slug}/", body, **given)

    def call(self, method: str, **given: str) -> etree._Element:
        """The result element of a call."""
        root = etree.fromstring(self.post(envelope(method, **given)).content)
        found = root.find(f".//{{{SPACE}}}{method}Result")
        assert found is not None, etree.tostring(root)
        return found

    def texts(self, method: str, **given: str) -> list[str]:
        """The texts of a list."""
        return [each.text or "" for each in self.call(method, **given)]

    def text(self, method: str, **given: str) -> str:
        """The text of a result."""
        return self.call(method, **given).text or ""


def envelope(method: str, **given: str) -> bytes:
    """A call as it is sent."""
    call = etree.Element(f"{{{SPACE}}}{method}", nsmap=OWN)
    for name, text in given.items():
        etree.SubElement(call, f"{{{SPACE}}}{name}").text = text
    return f'<?xml version="1.0" encoding="utf-8"?>{HEAD}{etree.tostring(call, encoding="unicode")}{TAIL}'.encode()


@pytest.fixture
def company(db: None, settings: LazySettings) -> Company:
    """Acme, which keeps its books in QuickBooks Desktop."""
    settings.PUBLIC_URL = "https://tieout.test"
    syncro = Connection.objects.create(platform="syncro", account_id="acme")
    return Company.objects.create(slug="acme", name="Acme & Sons", books_platform="quickbooks_desktop", syncro=syncro)


@pytest.fixture
def mailbox(company: Company) -> Mailbox:
    """Its connection and password."""
    made = make_mailbox(company, "quickbooks_desktop")
    company.refresh_from_db()
    return made


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Standin:
    """What stands behind the address."""
    standin = Standin()
    monkeypatch.setattr(webconnector, "engine", standin)
    return standin


@pytest.fixture
def connector(client: Client, mailbox: Mailbox, engine: Standin) -> Caller:
    """The Web Connector of Acme."""
    return Caller(client)
