"""QuickBooks with one company file open, as the Web Connector reaches it: sessions, and what stands in the way."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

from apps.sandbox.quickbooks_desktop.company import Company
from apps.sandbox.quickbooks_desktop.execute import execute
from apps.sandbox.quickbooks_desktop.query import Session
from apps.sandbox.quickbooks_desktop.refusals import AFTER_OPENING, HResult

HOST_QUERY = (
    '<?xml version="1.0"?><?qbxml version="{version}"?><QBXML><QBXMLMsgsRq onError="continueOnError"><HostQueryRq/>'
    "<CompanyQueryRq><OwnerID>{owner}</OwnerID></CompanyQueryRq><PreferencesQueryRq/></QBXMLMsgsRq></QBXML>"
)
OTHER_FILE = "0x8004040A"


class Obstacles:
    """HRESULTs that wait for the next calls."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[str, HResult]] = deque()

    def add(self, code: str, message: str, times: int, at: str) -> None:
        """Let the next openings or requests end in an HRESULT; `at` is open, request, or empty for the usual place."""
        place = at or ("request" if code in AFTER_OPENING else "open")
        if place not in ("open", "request"):
            raise ValueError(f"at is open or request, not {at!r}")
        self.waiting.extend([(place, HResult(code, message))] * times)

    def meet(self, place: str) -> None:
        """HResult when one waits for this place."""
        for each in self.waiting:
            if each[0] == place:
                self.waiting.remove(each)
                raise each[1]


class Door:
    """One connection of the Web Connector to QuickBooks; every answered request is on disk."""

    def __init__(self, company: Company, lock: threading.RLock, obstacles: Obstacles) -> None:
        self.company, self.lock, self.obstacles = company, lock, obstacles
        self.session = Session()

    def open(self, path: str) -> None:
        """Begin a session with a file, or with the open one; HResult when that fails."""
        self.obstacles.meet("open")
        if path and path.lower() != self.company.profile["file"].lower():
            raise HResult(OTHER_FILE)
        self.session = Session()

    def host_answer(self, owner_id: str) -> str:
        """The answer to the host, company and preferences queries of the first call."""
        version = self.company.settings["qbxml_version"]
        with self.lock:
            return execute(self.company, HOST_QUERY.format(version=version, owner=owner_id), self.session)

    def file_id(self, owner_id: str) -> str:
        """The FileID stamped on the company for an application."""
        return str(self.company.profile.get("stamps", {}).get(owner_id, ""))

    def execute(self, text: str) -> str:
        """The answer to a qbXML document; HResult when it is not taken."""
        with self.lock:
            self.obstacles.meet("request")
            try:
                return execute(self.company, text, self.session)
            finally:
                self.company.store.commit()

    def facts(self) -> dict[str, Any]:
        """strCompanyFileName, qbXMLCountry, qbXMLMajorVers, qbXMLMinorVers."""
        profile, version = self.company.profile, self.company.settings["qbxml_version"].partition(".")
        return {"strCompanyFileName": profile["file"], "qbXMLCountry": profile["country"],
                "qbXMLMajorVers": version[0], "qbXMLMinorVers": version[2]}  # fmt: skip
