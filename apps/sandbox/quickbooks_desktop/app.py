"""The pocket QuickBooks Desktop: a company file and a Web Connector behind control verbs; it listens to nobody."""

from __future__ import annotations

import threading
from typing import Any, ClassVar

from apps.sandbox.quickbooks_desktop.company import Company
from apps.sandbox.quickbooks_desktop.connector import WebConnector
from apps.sandbox.quickbooks_desktop.door import Door, Obstacles
from apps.sandbox.quickbooks_desktop.execute import execute
from apps.sandbox.quickbooks_desktop.people import People
from apps.sandbox.quickbooks_desktop.query import Session
from apps.sandbox.quickbooks_desktop.qwc import Application, check_addresses
from apps.sandbox.quickbooks_desktop.qwc import read as qwc_file
from apps.sandbox.quickbooks_desktop.refusals import HResult
from apps.sandbox.quickbooks_desktop.settings import DEFAULTS
from apps.sandbox.store import Document, Store

APPLICATION, POLLING = "application", "polling"


class PocketDesktop(People):
    """QuickBooks Desktop as its documents describe it, at the stricter reading of each doubt."""

    name: ClassVar[str] = "quickbooks_desktop"

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.settings: dict[str, Any] = {**DEFAULTS}
        self.settings |= {doc["name"]: doc["value"] for doc in store.all("setting")}
        self._company: Company | None = None
        self.obstacles = Obstacles()
        self.sessions: dict[str, Session] = {}
        self.connectors: dict[str, WebConnector] = {}
        self.stop = threading.Event()
        remembered = store.get(POLLING, "every")
        if remembered:
            self._start_polling(remembered["seconds"])

    def file(self) -> Company:
        """The company file, also while it is empty."""
        if self._company is None:
            self._company = Company(self.store, self.settings, self.now)
        return self._company

    def now(self) -> float:
        """The clock of this pocket, which tests may set."""
        return self.clock()

    def company(self) -> Company:
        """The company file; LookupError before there is one."""
        company = self.file()
        if not company.profile:
            raise LookupError("there is no company file")
        return company

    def control_reset(self) -> None:
        """Forget everything, settings and applications too."""
        self.control_stop_polling()
        super().control_reset()
        self._company = None
        self.obstacles.waiting.clear()
        self.sessions.clear()
        self.connectors.clear()
        self.settings.clear()
        self.settings.update(DEFAULTS)

    def control_connect(self, qwc: str, password: str) -> Document:
        """Add an application by its .qwc file and stamp its FileID on the company; ValueError with the code else."""
        application = self._checked(qwc)
        stamps = self.company().profile["stamps"]
        held = stamps.get(application.owner_id, application.file_id)
        if held != application.file_id and not self.settings["restamp"]:
            raise ValueError("QBWC1024: the company file carries another FileID of this application")
        other = self.store.get(APPLICATION, application.name)
        if other is not None and qwc_file(other["qwc"]).owner_id != application.owner_id:
            raise ValueError("QBWC1005: another application has this name")
        self.company().set_profile(stamps={**stamps, application.owner_id: application.file_id})
        self.store.put(APPLICATION, application.name, {"name": application.name, "qwc": qwc, "password": password})
        self.connectors.pop(application.name, None)
        return {"application": application.name, "every": application.every_seconds}

    def _checked(self, text: str) -> Application:
        application = qwc_file(text)
        check_addresses(application, self.settings)
        return application

    def control_disconnect(self, application: str | None = None) -> None:
        """Remove an application from the Web Connector; the stamp on the company stays."""
        for name in [application] if application else [doc["name"] for doc in self.store.all(APPLICATION)]:
            self.store.remove(APPLICATION, name)
            self.connectors.pop(name, None)

    def control_revoke(self) -> None:
        """The same in the words of the other books."""
        self.control_disconnect()

    def control_registration(self) -> Document:
        """The applications in the Web Connector."""
        return {"applications": self._names()}

    def _names(self) -> list[str]:
        return [doc["name"] for doc in self.store.all(APPLICATION)]

    def control_password(self, password: str, application: str | None = None) -> None:
        """Type another password into the Web Connector."""
        connector = self.connector(application)
        held = self.store.get(APPLICATION, connector.application.name) or {}
        self.store.put(APPLICATION, held["name"], {**held, "password": password})
        connector.password = password

    def connector(self, application: str | None = None) -> WebConnector:
        """The Web Connector's entry for an application, or for the only one; LookupError otherwise."""
        names = self._names()
        if application is None and len(names) != 1:
            raise LookupError(f"which application? there are {names}")
        name = application or names[0]
        held = self.store.get(APPLICATION, name)
        if held is None:
            raise LookupError(f"no application {name!r}")
        if name not in self.connectors:
            door = Door(self.company(), self.lock, self.obstacles)
            entry = qwc_file(held["qwc"])
            self.connectors[name] = WebConnector(entry, held["password"], door, self.settings, self.stop.wait)
        return self.connectors[name]

    def control_poll(self, application: str | None = None) -> Document:
        """One session of the Web Connector, and what happened in it."""
        return self.connector(application).poll().summary()

    def control_cut(self, at: int | str, when: str, application: str | None = None) -> None:
        """End the next session at its n-th call, or at `method` or `method:n`: before it is sent, or after the work.

        At `<InvoiceAddRq`: before or after QuickBooks works on a request that has such an element.
        """
        self.connector(application).cut_at(at, when)

    def control_hresult(self, code: str, message: str = "", times: int = 1, at: str = "") -> None:
        """Let QuickBooks refuse to open, or the next requests as a whole, with an HRESULT."""
        self.obstacles.add(code, message, times, at)

    def control_keep_polling(self, seconds: float) -> None:
        """Poll every application in the background until told to stop, also after a restart."""
        self.control_stop_polling()
        self.store.put(POLLING, "every", {"seconds": seconds})
        self._start_polling(seconds)

    def control_stop_polling(self) -> None:
        """No more polling by itself."""
        self.stop.set()
        self.stop = threading.Event()
        self.store.remove(POLLING, "every")

    def _start_polling(self, seconds: float) -> None:
        threading.Thread(target=self._poll_all, args=(seconds, self.stop), daemon=True).start()

    def _poll_all(self, seconds: float, stop: threading.Event) -> None:
        while not stop.wait(seconds):
            with self.lock:
                connectors = [self.connector(name) for name in self._names()]
            for connector in connectors:
                connector.poll()

    def control_execute(self, qbxml: str, session: str = "") -> Document:
        """Let the company file execute qbXML; calls of the same session name share iterators."""
        held = self.sessions.setdefault(session, Session()) if session else Session()
        try:
            return {"answer": execute(self.company(), qbxml, held), "hresult": "", "message": ""}
        except HResult as error:
            return {"answer": "", "hresult": error.code, "message": f"{error.message} {error.why}".strip()}
