"""A platform that calls us: its file, its password, and what the doctor can say of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from lxml import etree

from apps.connections.connecting import CannotConnect, connect_account
from apps.connections.health import Reading, accounts_answer
from apps.connections.mailboxes import OWNER_ID, connector_file, make_mailbox, signs_in
from apps.connections.models import Company, Connection, ConnectionState
from apps.connections.oauth import give_back
from apps.connections.opening import check_account_id, pause
from apps.core.clock import DbNow, shifted
from apps.platforms.base import Side, Tokens

pytestmark = pytest.mark.django_db(transaction=True)

DESKTOP = "quickbooks_desktop"
GUID = r"\{[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}"


@pytest.fixture(autouse=True)
def _public(settings: LazySettings) -> None:
    settings.PUBLIC_URL = "https://tieout.test"


@pytest.fixture
def acme() -> Company:
    """A company whose books call us."""
    return Company.objects.create(slug="acme", name="Acme & Söhne <Ltd>", books_platform=DESKTOP)


def tags(file: bytes) -> dict[str, str]:
    return {str(each.tag): each.text or "" for each in etree.fromstring(file)}


def connect_qbd(path: Path, *more: str) -> Any:
    out = StringIO()
    call_command("connect", "acme", "qbd", "--out", str(path), "--json", *more, stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def about_the_books(company: Company) -> Reading:
    company.refresh_from_db()
    return next(reading for reading in accounts_answer([company]) if reading.name == "acme: QuickBooks Desktop")


def test_the_command_writes_the_file_and_says_the_password_once(acme: Company, tmp_path: Path) -> None:
    said = connect_qbd(tmp_path / "acme.qwc")
    connection = Connection.objects.get()
    assert (said["user"], said["account"]) == ("tieout-acme", connection.account_id)
    assert len(said["password"]) >= 43
    assert said["password"] not in json.dumps(connection.options) + (tmp_path / "acme.qwc").read_text()
    acme.refresh_from_db()
    assert signs_in(acme, "tieout-acme", said["password"]) == connection


def test_the_file_is_what_the_web_connector_wants(acme: Company) -> None:
    said = tags(make_mailbox(acme, DESKTOP, every=15).file)
    assert said["AppURL"] == "https://tieout.test/webconnector/acme/"
    assert said["AppSupport"].startswith("https://tieout.test/")
    assert said["AppName"] == "Tieout - Acme & Söhne <Ltd> (acme)"
    assert (said["UserName"], said["QBType"], said["IsReadOnly"]) == ("tieout-acme", "QBFS", "false")
    assert re.fullmatch(GUID, said["FileID"])
    assert re.fullmatch(GUID, said["OwnerID"])
    assert 0 < len(said["AppDescription"]) <= 80
    assert {"AppID", "Style", "UnattendedModePref", "PersonalDataPref", "AuthFlags"} < set(said)
    assert etree.fromstring(make_mailbox(acme, DESKTOP).file).findtext("Scheduler/RunEveryNMinutes") == "15"


def test_a_second_time_the_password_is_new_and_the_file_the_same(acme: Company) -> None:
    first, second = make_mailbox(acme, DESKTOP), make_mailbox(acme, DESKTOP)
    assert first.file == second.file
    assert first.password != second.password
    acme.refresh_from_db()
    assert signs_in(acme, "tieout-acme", first.password) is None
    assert Connection.objects.count() == 1
    assert connector_file(acme, Connection.objects.get()) == second.file


def test_every_company_has_a_file_of_its_own_and_one_owner(acme: Company) -> None:
    other = Company.objects.create(slug="other", name=acme.name, books_platform=DESKTOP)
    files = [tags(make_mailbox(company, DESKTOP).file) for company in (acme, other)]
    assert len({said["FileID"] for said in files}) == len({said["AppName"] for said in files}) == 2
    assert {said["OwnerID"] for said in files} == {OWNER_ID}
    for connection in Connection.objects.all():
        check_account_id(DESKTOP, connection.account_id)


@pytest.mark.parametrize("url", ["http://tieout.test", "https://10.0.0.7", "https://[::1]"])
def test_an_address_the_web_connector_would_not_call_is_refused(
    acme: Company, settings: LazySettings, tmp_path: Path, url: str
) -> None:
    settings.PUBLIC_URL = url
    with pytest.raises(CommandError, match=r"PUBLIC_URL is .*: the Web Connector") as told:
        connect_qbd(tmp_path / "acme.qwc")
    assert told.value.returncode == 2
    assert not Connection.objects.exists()


def test_on_ones_own_machine_no_encryption_is_needed(acme: Company, settings: LazySettings) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"
    assert make_mailbox(acme, DESKTOP).warnings == ()
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    assert "calls no IP address" in make_mailbox(acme, DESKTOP).warnings[0]


def test_the_file_must_be_named(acme: Company) -> None:
    with pytest.raises(CommandError, match="connect acme qbd needs --out"):
        call_command("connect", "acme", "qbd", stdout=StringIO())


def test_other_books_are_refused(tmp_path: Path) -> None:
    Company.objects.create(slug="acme", name="Acme", books_platform="xero")
    with pytest.raises(CommandError, match="The books of Acme are Xero, not QuickBooks Desktop"):
        connect_qbd(tmp_path / "acme.qwc")


def test_nobody_tries_to_call_it(acme: Company) -> None:
    made = make_mailbox(acme, DESKTOP)
    with pytest.raises(CannotConnect, match="calls us"):
        connect_account(acme, DESKTOP, made.connection.account_id, Tokens(access="a"))


def test_the_doctor_is_red_until_it_came_and_when_it_stays_away(acme: Company) -> None:
    assert about_the_books(acme).sentence == "Not connected."
    make_mailbox(acme, DESKTOP)
    assert (about_the_books(acme).ok, about_the_books(acme).sentence) == (False, "It has never come.")
    Connection.objects.update(last_ok_at=DbNow())
    assert about_the_books(acme).ok
    with shifted(timedelta(minutes=61)):
        late = about_the_books(acme)
    assert not late.ok
    assert "Update Selected" in late.cure


def test_the_doctor_says_why_it_is_paused(acme: Company) -> None:
    pause(make_mailbox(acme, DESKTOP).connection, "Another company file was open.")
    assert "Another company file was open." in about_the_books(acme).sentence


def test_a_password_given_back_opens_nothing(acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.connections.oauth.platform_class", lambda key: object)
    made = make_mailbox(acme, DESKTOP)
    give_back(made.connection, "Disconnected by ann.")
    acme.refresh_from_db()
    assert signs_in(acme, made.user_name, made.password) is None
    connection = acme.connection(Side.BOOKS)
    assert connection is not None
    assert connection.state == ConnectionState.NEEDS_SIGN_IN
    make_mailbox(acme, DESKTOP)
    assert Connection.objects.get().account_id == made.connection.account_id
