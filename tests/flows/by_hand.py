"""A Web Connector worked by hand: call by call, with whatever answers a story wants QuickBooks to give."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from apps.connections.doors import webconnector_address
from apps.connections.mailboxes import user_name
from apps.sandbox.control import Control
from apps.sandbox.quickbooks_desktop.soap import call
from tests.features.ledger import QuickBooksDesktop
from tests.world import World

TIMEOUT = 30.0
BUSY = "busy"
PATIENCE, PAUSE = 100, 0.02
#: An answer and an HRESULT instead of QuickBooks' own; None lets the company file work.
Instead = Callable[[str], tuple[str, str] | None]


def its_own(text: str) -> tuple[str, str] | None:
    """QuickBooks answers as it does."""
    return None


@dataclass
class Hand:
    """One connector of a world, with its ticket."""

    address: str
    user: str
    password: str
    company_file: Control
    ticket: str = ""
    why: str = ""

    @classmethod
    def of(cls, world: World) -> Hand:
        """Another connector than the pocket's, with the same file and password."""
        assert isinstance(world.ledger, QuickBooksDesktop)
        address = webconnector_address(world.company.slug)
        return cls(address, user_name(world.company), world.ledger.mailbox.password, world.books)

    def call(self, method: str, **given: str) -> str:
        """One call with our ticket; the text of its result."""
        return call(self.address, method, {"ticket": self.ticket, **given}, TIMEOUT)[0]

    def signs_in(self) -> bool:
        """Whether a session was begun; `why` not is the connector's word for it."""
        given = {"strUserName": self.user, "strPassword": self.password}
        self.ticket, self.why = call(self.address, "authenticate", given, TIMEOUT)[:2]
        return bool(self.ticket)

    def gets_in(self) -> None:
        """Begin a session as soon as there is one to be had."""
        for _ in range(PATIENCE):
            if self.signs_in():
                return
            time.sleep(PAUSE)
        raise AssertionError(f"the portal says {self.why!r}")

    def fetches(self) -> str:
        """The next letter, "" at the end."""
        facts = {"strHCPResponse": "", "strCompanyFileName": "", "qbXMLCountry": "US"}
        return self.call("sendRequestXML", **facts, qbXMLMajorVers="13", qbXMLMinorVers="0")

    def fetches_one_that_writes(self) -> str:
        """The first letter that changes something; QuickBooks answers those before it."""
        while text := self.fetches():
            if "newMessageSetID" in text:
                return text
            self.brings(self.works(text))
        raise AssertionError("nothing was to be written")

    def works(self, text: str) -> str:
        """What the company file answers."""
        return str(self.company_file.execute(qbxml=text, session=self.ticket)["answer"])

    def brings(self, answer: str, hresult: str = "") -> int:
        """Hand an answer over; how far the session is."""
        return int(self.call("receiveResponseXML", response=answer, hresult=hresult, message=""))

    def goes_on(self, instead: Instead = its_own) -> str:
        """To the end of the session; what it says there."""
        while text := self.fetches():
            answer = instead(text) or (self.works(text), "")
            if self.brings(*answer) < 0:
                break
        return self.ends()

    def ends(self) -> str:
        """Close the session."""
        return self.call("closeConnection")
