"""The Web Connector: one session with one application, exactly in the order of its guide. Page 1."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from apps.sandbox.quickbooks_desktop.qwc import Application
from apps.sandbox.quickbooks_desktop.refusals import HResult
from apps.sandbox.quickbooks_desktop.soap import CallFailed, call

VERSION = "2.3.0.215"
NO_OP, INTERACTIVE, DONE = "NoOp", "Interactive mode", "done"
NO_WORK, INVALID_USER, BUSY = "none", "nvu", "busy"
MOST_ROUNDS = 10_000
ELEMENT = "<"


class QuickBooks(Protocol):
    """The company file as the Web Connector sees it."""

    def open(self, path: str) -> None:
        """Begin a session with a file, or with the open one; HResult when that fails."""

    def host_answer(self, owner_id: str) -> str:
        """The answer to the host, company and preferences queries of the first call."""

    def file_id(self, owner_id: str) -> str:
        """The FileID stamped on the company for an application."""

    def execute(self, text: str) -> str:
        """The answer to a qbXML document; HResult when it is not taken."""

    def facts(self) -> dict[str, str]:
        """strCompanyFileName, qbXMLCountry, qbXMLMajorVers, qbXMLMinorVers."""


@dataclass
class Session:
    """What happened in one run."""

    calls: list[str] = field(default_factory=list)
    percents: list[int] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    hresults: list[str] = field(default_factory=list)
    status: str = ""
    error: str = ""
    cut: str = ""
    postpone: int = 0
    every: int = 0

    def summary(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


class CutOff(Exception):
    """The machine was switched off."""


@dataclass
class Cut:
    """Where a session ends at once: `at` is the number of a call, or `method` or `method:n`; `when` before or after.

    Or the beginning of an element such as `<InvoiceAddRq`: before QuickBooks works on the first request that has one,
    or after it did, before the answer is handed over.
    """

    at: int | str
    when: str

    def __post_init__(self) -> None:
        if self.when not in ("before", "after"):
            raise ValueError(f"when is before or after, not {self.when!r}")

    def here(self, calls: list[str], when: str) -> bool:
        """Whether this is the place; `calls` ends with the current one."""
        if when != self.when:
            return False
        if isinstance(self.at, int) or self.at.isdigit():
            return len(calls) == int(self.at)
        if self.at.startswith(ELEMENT):
            return False
        method, _, number = self.at.partition(":")
        return calls[-1] == method and calls.count(method) == int(number or 1)

    def inside(self, request: str, when: str) -> bool:
        """Whether it is about this request."""
        named = isinstance(self.at, str) and self.at.startswith(ELEMENT)
        return named and when == self.when and str(self.at) in request


class WebConnector:
    """One application in the Web Connector."""

    def __init__(
        self, application: Application, password: str, quickbooks: QuickBooks, settings: dict[str, Any],
        pause: Callable[[float], Any],
    ) -> None:  # fmt: skip
        self.application, self.password, self.quickbooks = application, password, quickbooks
        self.settings, self.pause = settings, pause
        self.cuts: list[Cut] = []
        self.session = Session()
        self.ticket = ""
        self.free = threading.Lock()

    def cut_at(self, at: int | str, when: str) -> None:
        """End the next session at a call: before it reaches the server, or after the server did its work."""
        self.cuts.append(Cut(at, when))

    def poll(self) -> Session:
        """One whole session; sessions of an application do not overlap."""
        if not self.free.acquire(blocking=False):
            return Session(error="QBWC1035: Another session of this application is running.")
        try:
            return self._session()
        finally:
            self.free.release()

    def _session(self) -> Session:
        self.session = Session()
        try:
            self._run()
        except CallFailed as error:
            self.session.error = str(error)
        except CutOff as error:
            self.session.cut = str(error)
        return self.session

    def run(self, every_seconds: float, stop: threading.Event) -> None:
        """Poll again and again until told to stop."""
        while not stop.wait(every_seconds):
            self.poll()

    def _call(self, method: str, **arguments: str) -> list[str]:
        self.session.calls.append(method)
        self._maybe_cut("before")
        answer = call(self.application.url, method, arguments, self.settings["http_timeout"])
        self._maybe_cut("after")
        return answer

    def _maybe_cut(self, when: str, request: str = "") -> None:
        for cut in self.cuts:
            if cut.inside(request, when) if request else cut.here(self.session.calls, when):
                self.cuts.remove(cut)
                raise CutOff(f"{when} {self.session.calls[-1]} {str(cut.at) if request else ''}".rstrip())

    def _one(self, method: str, **arguments: str) -> str:
        return self._call(method, **arguments)[0]

    def _run(self) -> None:
        self._one("serverVersion")
        if not self._version_is_welcome():
            return
        wanted = self._authenticate()
        if wanted is None or not self._open(wanted):
            return
        if self.quickbooks.file_id(self.application.owner_id) != self.application.file_id:
            self.session.error = "QBWC1024: The FileID of the company file is not the one of this application."
            return
        self._exchange()
        self._close()

    def _version_is_welcome(self) -> bool:
        said = self._one("clientVersion", strVersion=VERSION)
        kind, _, text = said.partition(":")
        if kind == "E" or (kind == "O" and _number(text) > _number(VERSION)):
            self.session.error = f"QBWC1046: {text}"
            return False
        if said and kind not in ("W", "O"):
            self.session.error = f"QBWC1037: clientVersion answered {said!r}"
            return False
        return True

    def _authenticate(self) -> str | None:
        """The company file wanted, an empty one for the open one; None when there is nothing to do."""
        said = self._call("authenticate", strUserName=self.application.user, strPassword=self.password)
        self.ticket, wanted, *times = said
        self.session.postpone, self.session.every = (
            int(each) if each.isdigit() else 0 for each in [*times, "", ""][:2]
        )
        lower = wanted.lower()
        if lower == INVALID_USER:
            self.session.error = "QBWC1040: The username or password is invalid."
            return None
        if lower in (NO_WORK, BUSY):
            self.session.status = "No data exchange required" if lower == NO_WORK else "The application is busy"
            return None
        return wanted

    def _open(self, wanted: str) -> bool:
        """Open the company file; connectionError may name another one."""
        for _ in range(1 + int(self.settings["connection_retries"])):
            try:
                self.quickbooks.open(wanted)
            except HResult as error:
                self.session.hresults.append(error.code)
                answer = self._one("connectionError", ticket=self.ticket, hresult=error.code, message=error.message)
                if answer.lower() == DONE:
                    break
                wanted = answer
            else:
                return True
        self.session.error = f"QBWC1013: {self.session.hresults[-1]}"
        self._close()
        return False

    def _exchange(self) -> None:
        first, waited = self.quickbooks.host_answer(self.application.owner_id), 0
        for _ in range(MOST_ROUNDS):
            facts = self.quickbooks.facts()
            request = self._one("sendRequestXML", ticket=self.ticket, strHCPResponse=first, **facts)
            first = ""
            if request in ("", NO_OP):
                waited += 1
                if not self._wait(waited):
                    return
            elif not self._execute(request):
                return
        self.session.error = "QBWC1041: the application never comes to an end"

    def _wait(self, waited: int) -> bool:
        """Nothing was sent: the application says why, and NoOp means to ask again."""
        said = self._one("getLastError", ticket=self.ticket)
        if said == NO_OP and waited <= int(self.settings["noop_limit"]):
            self.pause(float(self.settings["noop_pause"]))
            return True
        self.session.status = "Interactive mode is not available" if said == INTERACTIVE else said
        return False

    def _execute(self, request: str) -> bool:
        """Let QuickBooks work and hand the answer over; whether the session goes on."""
        self.session.requests.append(request)
        answer, hresult, message = "", "", ""
        self._maybe_cut("before", request)
        try:
            answer = self.quickbooks.execute(request)
        except HResult as error:
            hresult, message = error.code, error.message
            self.session.hresults.append(hresult)
        self.session.answers.append(answer)
        self._maybe_cut("after", request)
        said = self._one("receiveResponseXML", ticket=self.ticket, response=answer, hresult=hresult, message=message)
        if not said.lstrip("-").isdigit():
            raise CallFailed("receiveResponseXML", f"Input string was not in a correct format: {said!r}")
        self.session.percents.append(int(said))
        if int(said) < 0:
            self.session.error = self._one("getLastError", ticket=self.ticket)
        return 0 <= int(said) < 100

    def _close(self) -> None:
        said = self._one("closeConnection", ticket=self.ticket)
        self.session.status = self.session.status or said


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
