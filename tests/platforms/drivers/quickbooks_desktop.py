"""QuickBooks Desktop before the contract: letters are worked on by the company file, and nobody is between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from apps.platforms import errors
from apps.platforms.base import Answer, Found, Outcome, Page, Verb, Write
from apps.platforms.mailbox import Letter, Told
from apps.platforms.quickbooks_desktop.platform import QuickBooksDesktop
from apps.platforms.records import Application, Customer, Invoice, Line, Payment, Record
from apps.sandbox.frame import PocketApp
from apps.sandbox.quickbooks_desktop.app import PocketDesktop
from tests.platforms.drivers.base import DAY, Driver, change, creation, new_key

#: What the Web Connector asks before it lets us speak.
HELLO = (
    '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError"><HostQueryRq/>'
    "<CompanyQueryRq/><PreferencesQueryRq/></QBXMLMsgsRq></QBXML>"
)
FILE = "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"
#: Codes of the Web Connector: QuickBooks cannot be started; it failed in the middle; a window waits; nobody let us in.
NO_START, FAILED, WINDOW, NOT_LET_IN = "0x80040408", "0x80040402", "0x80040414", "0x80040420"
#: Iterators live as long as one.
SESSION = "one"


class QuickBooksDesktopDriver(Driver):
    """One pocket company file."""

    key: ClassVar[str] = "quickbooks_desktop"
    app: ClassVar[type[PocketApp]] = PocketDesktop
    failures: ClassVar[Mapping[type[errors.PlatformError], str]] = {
        errors.Unavailable: "unavailable", errors.Unsure: "unsure", errors.PermissionMissing: "not_permitted",
        errors.OutOfDate: "stale", errors.AlreadyThere: "taken", errors.Refused: "not_sayable",
        errors.PeriodClosed: "closed", errors.LockedByPayment: "deposited", errors.NotCovered: "too_much",
        errors.BadReference: "of_nobody", errors.Gone: "deleted",
    }  # fmt: skip
    platform: QuickBooksDesktop

    def connect(self) -> None:
        """A company file with a customer in it, as it is told of at the start of a session."""
        self.control.new_company()
        self.platform = QuickBooksDesktop(self.bench.account("", account_id=FILE))
        self.platform.learned(Told(company=self.control.execute(HELLO)["answer"], country="US", version="13.0"))
        self.next: list[str] = []
        self.acme = self.made_by_hand("Acme")
        self.item = f"ItemService:{self.control.find('ItemService', 'Services')}"

    def close(self) -> None:
        """There is nothing to let go."""

    def made_by_hand(self, name: str) -> str:
        """A customer of the books' own."""
        return str(self.control.create("Customer", {"Name": name})["ListID"])

    def renamed_by_hand(self, key: str, name: str) -> None:
        """Another name."""
        self.control.edit(entity="Customer", id=key, Name=name)

    def document(self, amount: str = "100.00") -> Invoice:
        """An invoice for Acme."""
        line = Line(item_id=self.item, description="Work", price=Decimal(amount), amount=Decimal(amount), taxable=False)
        return Invoice(customer_id=self.acme, date=DAY, lines=(line,), total=Decimal(amount), subtotal=Decimal(amount))

    def documents(self) -> list[str]:
        """Invoices."""
        return [row["TxnID"] for row in self.control.state("Invoice")]

    def bad(self) -> Record:
        """A name that is taken."""
        return Customer(name="Acme")

    def _work(self, letter: Letter) -> str:
        """The answer QuickBooks gives to a letter. Raises our error for one it could not even begin with."""
        code, told = self.next.pop(0) if self.next else "", {"answer": "", "message": ""}
        if code in ("", "lose"):
            told = self.control.execute(qbxml=letter.text, session=SESSION)
        if code == "lose":  # the next session hands the same out again
            told = self.control.execute(qbxml=letter.text, session="another")
        failed = told.get("hresult") or (code if code != "lose" else "")
        if failed:
            raise self.platform.failed(letter, failed, told["message"])
        return str(told["answer"])

    def breaks(self, kind: str, **fault: Any) -> None:
        """An answer that never came, or QuickBooks failing before it did anything."""
        self.next.append({"lose": "lose", "drop": FAILED}[kind])

    def out_of_reach(self) -> None:
        """QuickBooks cannot be started."""
        self.next.append(NO_START)

    def pages(self, entity: str, cursor: str = "", *, full: bool = False) -> Iterator[Page]:
        """Letter after letter of one session."""
        letter: Letter | None = self.platform.ask(entity, cursor, full=full)
        while letter is not None:
            page, letter = self.platform.read_page(letter, self._work(letter))
            yield page

    def again(self, entity: str, ids: Sequence[str]) -> Mapping[str, Record | None]:
        """By id; what is not there is named."""
        letter = self.platform.ask_again(entity, ids)
        page, _ = self.platform.read_page(letter, self._work(letter))
        return {**dict.fromkeys(page.gone), **{record.external_id: record for record in page.records}}

    def outcomes(self, *writes: Write) -> list[Outcome]:
        """All letters of the writes; what is in none is tried alone, as the engine does."""
        found: dict[int, Outcome] = {}
        try:
            letters = self.platform.draft(writes[0].entity, writes, new_key)
        except errors.PlatformError as error:
            return [Outcome(error=error) for _ in writes]
        for letter in letters:
            found |= dict(zip(letter.positions, self._sent(letter, writes), strict=True))
        return [found.get(place) or self.outcomes(write)[0] for place, write in enumerate(writes)]

    def _sent(self, letter: Letter, writes: Sequence[Write]) -> list[Outcome]:
        part = [writes[place] for place in letter.positions]
        try:
            return self.platform.read_outcomes(letter, part, self._work(letter))
        except errors.PlatformError as error:
            return [Outcome(error=error) for _ in part]

    def twice(self, write: Write) -> None:
        """Worked on in one session, and handed out again in the next."""
        (letter,) = self.platform.draft(write.entity, [write], new_key)
        for session in (SESSION, "another"):
            self.control.execute(qbxml=letter.text, session=session)

    def find(self, write: Write) -> Found | Answer:
        """By a letter that looks."""
        letter = self.platform.look(write.entity, [write])
        (answer,) = self.platform.read_found(letter, [write], self._work(letter))
        return answer

    def _after(self, code: str) -> errors.PlatformError:
        self.next.append(code)
        return self.refused(self.customer("Ada"))

    def unavailable(self) -> errors.PlatformError:
        """A window is open in QuickBooks."""
        return self._after(WINDOW)

    def unsure(self) -> errors.PlatformError:
        """QuickBooks failed in the middle of it."""
        return self._after(FAILED)

    def not_permitted(self) -> errors.PlatformError:
        """Nobody let us in."""
        return self._after(NOT_LET_IN)

    def stale(self) -> errors.PlatformError:
        """Somebody was faster."""
        now = self.made(self.customer("Ada"))
        self.renamed_by_hand(now.external_id, "Ada Lovelace")
        return self.refused(change(now, phone="2"))

    def taken(self) -> errors.PlatformError:
        """One name for two."""
        return self.refused(creation(self.bad()))

    def not_sayable(self) -> errors.PlatformError:
        """Letters that QuickBooks does not have."""
        return self.refused(self.customer("🍕"))

    def closed(self) -> errors.PlatformError:
        """Dated in a closed period."""
        self.control.close_books(date="2026-12-31")
        return self.refused(creation(self.document()))

    def _paid(self, amount: str, on: str = "") -> Payment:
        parts = (Application(document_id=on, amount=Decimal(amount)),) if on else ()
        return Payment(customer_id=self.acme, date=DAY, amount=Decimal(amount), applications=parts)

    def deposited(self) -> errors.PlatformError:
        """Money that is at the bank already."""
        paid = self.made(creation(self._paid("5.00")))
        self.control.deposit(payment_ids=[paid.external_id])
        return self.refused(change(paid, Verb.DELETE))

    def too_much(self) -> errors.PlatformError:
        """More than the invoice has open."""
        return self.refused(creation(self._paid("60.00", self.made(creation(self.document("40.00"))).external_id)))

    def of_nobody(self) -> errors.PlatformError:
        """A customer that is not there."""
        return self.refused(creation(replace(self.document(), customer_id="80009999-1")))

    def deleted(self) -> errors.PlatformError:
        """A document that was deleted meanwhile."""
        now = self.made(creation(self.document()))
        self.control.delete(entity="Invoice", id=now.external_id)
        return self.refused(change(now, Verb.DELETE))
