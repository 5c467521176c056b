"""The .qwc file: what an application tells the Web Connector about itself, and whether it may come in. Pages 1.4, 1.5."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from lxml import etree

REQUIRED = ("AppName", "AppID", "AppURL", "AppDescription", "AppSupport", "UserName", "OwnerID", "FileID", "QBType")
OPTIONAL = ("AppDisplayName", "AppUniqueName", "AuthFlags", "IsReadOnly", "Notify", "PersonalDataPref",
            "UnattendedModePref", "Scheduler", "Style", "CertURL")  # fmt: skip
MAY_BE_EMPTY = ("AppID",)
VALUES = {
    "QBType": ("QBFS",),
    "IsReadOnly": ("false",),
    "Notify": ("true", "false"),
    "PersonalDataPref": ("pdpNotNeeded", "pdpOptional", "pdpRequired"),
    "UnattendedModePref": ("umpRequired", "umpOptional"),
    "Style": ("Document",),
}
GUID = re.compile(r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
NUMERIC_HOST = re.compile(r"[\d.]+|.*:.*")
LONGEST_DESCRIPTION = 80
LOCAL = "127.0.0.1"


class NotAdded(ValueError):
    """The Web Connector does not take the application in; the sentence begins with its code."""


@dataclass(frozen=True)
class Application:
    """What a .qwc file says, as far as a session needs it."""

    name: str
    url: str
    support: str
    user: str
    owner_id: str
    file_id: str
    every_seconds: int


def read(text: str) -> Application:
    """Check the content of a .qwc file."""
    values = _values(text)
    for name in REQUIRED:
        if name not in values or not (values[name] or name in MAY_BE_EMPTY):
            raise NotAdded(f"QBWC1001: {name} is missing")
    for name, allowed in VALUES.items():
        if values.get(name, allowed[0]) not in allowed:
            raise NotAdded(f"QBWC1001: {name} is {values[name]!r}")
    for name in ("OwnerID", "FileID"):
        if not GUID.fullmatch(values[name]):
            raise NotAdded(f"QBWC1001: {name} is not a GUID in braces")
    if len(values["AppDescription"]) > LONGEST_DESCRIPTION:
        raise NotAdded(f"QBWC1001: AppDescription has more than {LONGEST_DESCRIPTION} characters")
    return Application(values["AppName"], values["AppURL"], values["AppSupport"], values["UserName"],
                       values["OwnerID"], values["FileID"], int(values["Scheduler"]))  # fmt: skip


def _values(text: str) -> dict[str, str]:
    try:
        root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise NotAdded(f"QBWC1001: the file is not XML: {error}") from error
    if root.tag != "QBWCXML":
        raise NotAdded("QBWC1001: the file does not begin with QBWCXML")
    values = {str(child.tag): (child.text or "").strip() for child in root.iterchildren("*")}
    unknown = [name for name in values if name not in (*REQUIRED, *OPTIONAL)]
    if unknown or len(values) != len(list(root.iterchildren("*"))):
        raise NotAdded(f"QBWC1001: {unknown or 'an element'} is unknown or repeated")
    return {**values, "Scheduler": str(_seconds(root.find("Scheduler")))}


def _seconds(scheduler: Any) -> int:
    """How often the application wants to run; 0 means by hand only."""
    child = next(scheduler.iterchildren("*"), None) if scheduler is not None else None
    if child is None:
        return 0
    factors = {"RunEveryNMinutes": 60, "RunEveryNSeconds": 1}
    if child.tag not in factors or not (child.text or "").isdigit():
        raise NotAdded("QBWC1001: Scheduler")
    return int(child.text) * factors[child.tag]


def check_addresses(application: Application, settings: dict[str, Any]) -> None:
    """Https, the same host for both addresses, and a plain GET that answers 200; NotAdded with the code else."""
    url, support = urlsplit(application.url), urlsplit(application.support)
    if url.hostname != support.hostname:
        raise NotAdded("QBWC1000: AppSupport is on another domain than AppURL")
    for each, code in ((url, "QBWC1010"), (support, "QBWC1004")):
        _check_scheme(each, code, settings["plain_http"])
    for address, code in ((application.url, "QBWC1048"), (application.support, "QBWC1003")):
        status = _get(address, settings["http_timeout"])
        if status != 200:
            raise NotAdded(f"{code}: GET {address} answered {status}")


def _check_scheme(url: SplitResult, code: str, plain: list[str]) -> None:
    host = url.hostname or ""
    if url.scheme != "https" and not (url.scheme == "http" and host in plain):
        raise NotAdded(f"{code}: {url.geturl()} is not https")
    if NUMERIC_HOST.fullmatch(host) and not (host == LOCAL and host in plain):
        raise NotAdded(f"QBWC1002: {host} is no name")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other."""

    def redirect_request(self, *arguments: Any) -> None:
        """Never follow."""


OPENER = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def _get(address: str, timeout: float) -> int | str:
    try:
        with OPENER.open(urllib.request.Request(address), timeout=timeout) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except (OSError, ValueError) as error:
        return str(error)
