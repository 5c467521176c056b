"""Connecting a platform that calls us: a file that tells its program where to call, and a password for it.

The file is Intuit's .qwc of the QuickBooks Web Connector (Programmer's Guide 2.0, chapter 4).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from lxml import etree

from apps.connections.connecting import CannotConnect, connection_of, give, refuse_other_books
from apps.connections.doors import webconnector_address
from apps.connections.models import Company, Connection, ConnectionState
from apps.connections.vault import fingerprint, fits, new_password
from apps.platforms.registry import PLATFORMS

#: Who we are to every company file there is: written into each, so it never changes.
OWNER_ID = "{6E1B0F3C-5D0A-4C57-9A3E-2B7F84C1D965}"
#: Minutes between two calls. One that finds nothing to do does not even open the company file.
EVERY = 1
#: What every file says alike.
FIXED: Mapping[str, str] = {
    "AppID": "",
    "AppDescription": "Keeps Syncro and QuickBooks in step: invoices, payments and customers.",
    "QBType": "QBFS",
    "IsReadOnly": "false",
    "AuthFlags": "0xF",
    "PersonalDataPref": "pdpNotNeeded",
    "UnattendedModePref": "umpOptional",
    "Style": "Document",
}
#: Hosts that may be called without encryption: nothing leaves the machine.
THIS_MACHINE = frozenset({"localhost", "127.0.0.1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A connection as its program is told of it; the password is known here and never again."""

    connection: Connection
    user_name: str
    password: str
    file: bytes
    warnings: tuple[str, ...] = ()


def make_mailbox(company: Company, platform: str, every: int = 0) -> Mailbox:
    """Connect a platform that calls us, or give its connection a new password; the id of the file stays.

    `every`: minutes between two calls; 0 keeps what was chosen before. Raises CannotConnect, with a sentence.
    """
    refuse_other_books(company, platform)
    warnings = check_public_url()
    password = new_password()
    with transaction.atomic():
        own = connection_of(Company.objects.select_for_update(of=("self",)).get(pk=company.pk), platform)
        connection = own or Connection(platform=platform, account_id=f"{{{uuid.uuid4()}}}".upper())
        minutes = every or connection.options.get("every", EVERY)
        chosen = {"password": fingerprint(password), "owner_id": OWNER_ID, "every": minutes}
        connection.options = {**connection.options, **chosen}
        connection.state, connection.reason, connection.active = ConnectionState.CONNECTED, "", True
        connection.title = connection.title or company.name
        give(company, connection)
    return Mailbox(
        connection=connection,
        user_name=user_name(company),
        password=password,
        file=connector_file(company, connection),
        warnings=warnings,
    )


def check_public_url() -> tuple[str, ...]:
    """Warnings about PUBLIC_URL as the address of a Web Connector; CannotConnect for one it would not call."""
    address = urlsplit(settings.PUBLIC_URL)
    host = address.hostname or ""
    if host == "localhost":
        return ()
    if host in THIS_MACHINE:
        return (f"PUBLIC_URL is {settings.PUBLIC_URL}: Intuit's Web Connector calls no IP address; use localhost.",)
    if address.scheme != "https":
        raise CannotConnect(
            f"PUBLIC_URL is {settings.PUBLIC_URL}: the Web Connector only calls an https address, or localhost on its "
            "own machine. Set PUBLIC_URL to the address under which this portal is reached by https."
        )
    if _is_ip(host):
        raise CannotConnect(f"PUBLIC_URL is {settings.PUBLIC_URL}: the Web Connector calls no IP address; use a name.")
    return ()


def user_name(company: Company) -> str:
    """Who the program says it is."""
    return f"tieout-{company.slug}"


def file_name(company: Company) -> str:
    """What its file is called."""
    return f"tieout-{company.slug}.qwc"


def connector_file(company: Company, connection: Connection) -> bytes:
    """The .qwc file of a company: no password is in it, so it may be read by anyone."""
    address = webconnector_address(company.slug)
    said = {
        "AppName": f"Tieout - {company.name[:60]} ({company.slug})",
        "AppUniqueName": f"tieout-{company.slug}-{connection.account_id[1:9].lower()}",
        "AppURL": address,
        "AppSupport": f"{address}help/",
        "UserName": user_name(company),
        "OwnerID": str(connection.options["owner_id"]),
        "FileID": connection.account_id,
        **FIXED,
    }
    root = etree.Element("QBWCXML")
    for tag, text in said.items():
        etree.SubElement(root, tag).text = text
    every = etree.SubElement(etree.SubElement(root, "Scheduler"), "RunEveryNMinutes")
    every.text = str(connection.options.get("every", EVERY))
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8") + b"\n"


def signs_in(company: Company | None, given_name: str, password: str) -> Connection | None:
    """The connection whose program this is; a company that does not exist and a wrong password are the same to ask."""
    connection = company.books if company else None
    open_here = connection is not None and PLATFORMS[connection.platform].fetches_letters
    kept = str(connection.options.get("password", "")) if connection is not None and open_here else ""
    right = fits(password, kept)
    named = company is not None and given_name.strip().lower() == user_name(company)
    return connection if right and named else None


def _is_ip(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
