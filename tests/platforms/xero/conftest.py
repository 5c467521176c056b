"""A stand-in for Xero at the level of HTTP: it answers what a test says and remembers what it was asked."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from apps.platforms.base import Account, Outcome, Tokens, Verb, Write
from apps.platforms.records import Application, Customer, Facts, Invoice, Line, Payment, Record
from apps.platforms.xero.platform import Xero
from tests.platforms.conftest import Bench

DAY = date(2026, 3, 5)
TENANT = "d8e1f0a2-0000-4000-8000-00000000d8e1"
URL = "https://api.test"
MARKER = "tieout:home:acme:invoice:10023"
PAID = "tieout:home:acme:payment:77"
NO_ID = "00000000-0000-0000-0000-000000000000"
SALES, BANK = "5690f1e8-1d02-4893-90c2-ee1a69eff942", "136ebd08-60ea-4592-8982-be92c153b53a"
FACTS = Facts(
    name="Pocket", country="US", currency="USD", defaults={f"code:{SALES}": "200", "no_tax": "NONE", "short_code": "!p"}
)
ADDRESSES = {"identity": "https://identity.test", "login": "https://login.test"}

Answer = Callable[[httpx.Request], httpx.Response]


def guid(number: int) -> str:
    """An id by number, the same every time."""
    return str(uuid.UUID(int=number + (4 << 76) + (8 << 60)))


A, B = guid(1), guid(2)
CONTACT, OTHER = guid(10), guid(11)


def ticks(moment: datetime) -> str:
    """A time as Xero writes it."""
    return f"/Date({int(moment.timestamp() * 1000)}+0000)/"


NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)


def at(seconds: float) -> str:
    """A time so many seconds after noon."""
    return ticks(NOON + timedelta(seconds=seconds))


@dataclass
class Stand:
    """Answers by method and end of the path, the last one for ever; all it was asked is kept."""

    routes: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)

    def on(self, method: str, path: str, *answers: Any) -> None:
        self.routes[(method, path)] = [_answer(given) for given in answers]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        found = [key for key in self.routes if request.method == key[0] and request.url.path.endswith(key[1])]
        if not found:
            return httpx.Response(404, json={"Message": "The resource you're looking for cannot be found"})
        queue = self.routes[max(found, key=lambda key: len(key[1]))]
        return (queue.pop(0) if len(queue) > 1 else queue[0])(request)

    def of(self, method: str, path: str = "") -> list[httpx.Request]:
        return [call for call in self.asked if call.method == method and call.url.path.endswith(path)]

    def bodies(self, method: str, path: str = "") -> list[Any]:
        return [json.loads(call.content, parse_float=Decimal) for call in self.of(method, path)]


def _answer(given: Any) -> Answer:
    if isinstance(given, httpx.Response):
        return lambda request: httpx.Response(given.status_code, headers=given.headers, content=given.content)
    if callable(given):
        return given  # type: ignore[no-any-return]
    return lambda request: httpx.Response(200, json=given)


def refused(*texts: str, status: int = 400, **more: Any) -> httpx.Response:
    """A ValidationException."""
    errors = [{"Message": text} for text in texts]
    body = {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred"}
    return httpx.Response(status, json={**body, "Elements": [{"ValidationErrors": errors, **more}]})


def failed(*texts: str, **more: Any) -> dict[str, Any]:
    """An element that was not made."""
    return {"StatusAttributeString": "ERROR", "ValidationErrors": [{"Message": text} for text in texts], **more}


@dataclass
class Books:
    """Our platform, connected to the stand-in."""

    stand: Stand
    bench: Bench
    platform: Xero

    def write(self, *writes: Write) -> list[Outcome]:
        """Draft and send; the outcomes by position."""
        found: dict[int, Outcome] = {}
        for draft in self.platform.draft(writes[0].entity, writes, key):
            found |= dict(zip(draft.positions, self.platform.send(draft), strict=True))
        return [found[place] for place in range(len(writes))]

    def body(self, write: Write) -> Any:
        """What a write would send, its only document."""
        draft = self.platform.draft(write.entity, [write], key)[0]
        sent = json.loads(draft.body, parse_float=Decimal)
        return next(iter(sent.values()))[0] if list(sent) != ["Status"] else sent


def key() -> str:
    return uuid.uuid4().hex


def account_for(bench: Bench, stand: Callable[[httpx.Request], httpx.Response], url: str = URL, **more: Any) -> Account:
    given = {"account_id": TENANT, "client_id": "app", "client_secret": "hush", "addresses": ADDRESSES, **more}
    return bench.account(url, transport=httpx.MockTransport(stand), **given)


@pytest.fixture
def stand() -> Stand:
    return Stand()


@pytest.fixture
def books(stand: Stand, bench: Bench) -> Books:
    bench.tokens.tokens = Tokens(access="a", refresh="r")
    return Books(stand, bench, Xero(account_for(bench, stand, options={"facts": FACTS.content()})))


def creation(record: Record, marker: str = "") -> Write:
    return Write(verb=Verb.CREATE, entity=record.entity, record=record, marker=marker)


def change(now: Record, verb: Verb = Verb.UPDATE, **fields: Any) -> Write:
    named = {"external_id": now.external_id, "revision": now.revision}
    return Write(verb=verb, entity=now.entity, record=replace(now, **fields), base=now, **named)  # type: ignore[arg-type]


def line(amount: str = "100.00", **fields: Any) -> Line:
    value = Decimal(amount)
    return replace(Line(description="Work", price=value, amount=value, account_id=SALES), **fields)


def invoice(amount: str = "100.00", **fields: Any) -> Invoice:
    given = {"customer_id": CONTACT, "date": DAY, "lines": (line(amount, taxable=False),), "number": "1001", **fields}
    given.setdefault("total", Decimal(amount))
    return Invoice(**given)


def payment(amount: str = "100.00", *parts: tuple[str, str], **fields: Any) -> Payment:
    applied = tuple(Application(document_id=key, amount=Decimal(share)) for key, share in parts)
    given = {"customer_id": CONTACT, "date": DAY, "deposit_account_id": BANK, "reference": "cheque 9", **fields}
    return Payment(amount=Decimal(amount), applications=applied, **given)


def customer(name: str = "Ada", **fields: Any) -> Customer:
    return replace(Customer(name=name), **fields)


def raw_invoice(key: str = A, **fields: Any) -> dict[str, Any]:
    """An invoice as Xero sends it."""
    return {
        "Type": "ACCREC", "InvoiceID": key, "InvoiceNumber": "1001", "Reference": "PO 7", "Payments": [],
        "Url": f"https://tieout.invalid/?m={MARKER}", "Contact": {"ContactID": CONTACT, "Name": "Ada"},
        "DateString": "2026-03-05T00:00:00", "Date": "/Date(1772668800000+0000)/", "DueDate": "/Date(1773273600000+0000)/",
        "Status": "AUTHORISED", "LineAmountTypes": "Exclusive", "SubTotal": 100.0, "TotalTax": 8.25, "Total": 108.25,
        "AmountDue": 108.25, "AmountPaid": 0.0, "CurrencyCode": "USD", "UpdatedDateUTC": at(0),
        "LineItems": [{"LineItemID": guid(31), "Description": "Work", "Quantity": 2.0, "UnitAmount": 50.0, "TaxType": "TAX001",
                       "TaxAmount": 8.25, "LineAmount": 100.0, "AccountCode": "200", "AccountID": SALES}],
        **fields,
    }  # fmt: skip


def raw_payment(key: str = guid(50), **fields: Any) -> dict[str, Any]:
    """A payment as Xero sends it."""
    target = {"InvoiceID": A, "InvoiceNumber": "1001", "Contact": {"ContactID": CONTACT}, "CurrencyCode": "USD"}
    return {
        "PaymentID": key, "Date": "/Date(1772668800000+0000)/", "Amount": 100.0, "Reference": f"cheque 9 · {PAID}",
        "PaymentType": "ACCRECPAYMENT", "Status": "AUTHORISED", "UpdatedDateUTC": at(0), "IsReconciled": False,
        "Account": {"AccountID": BANK, "Code": "090"}, "Invoice": target, **fields,
    }  # fmt: skip


def raw_batch(
    key: str = guid(60), shares: Sequence[tuple[str, float]] = ((A, 60.0), (B, 40.0)), **fields: Any
) -> dict[str, Any]:
    """A batch as Xero sends it: it names invoices, and no customer."""
    members = [
        {"PaymentID": guid(61 + n), "Invoice": {"InvoiceID": one}, "Amount": part}
        for n, (one, part) in enumerate(shares)
    ]
    return {
        "Account": {"AccountID": BANK, "CurrencyCode": "USD"}, "Reference": f"cheque 9 · {PAID}", "BatchPaymentID": key,
        "Date": "/Date(1772668800000+0000)/", "Payments": members, "Type": "RECBATCH", "Status": "AUTHORISED",
        "TotalAmount": "100.00", "UpdatedDateUTC": at(0), "IsReconciled": "false", **fields,
    }  # fmt: skip


def raw_credit(key: str = guid(70), **fields: Any) -> dict[str, Any]:
    """An overpayment as Xero sends it."""
    return {
        "OverpaymentID": key, "Type": "RECEIVE-OVERPAYMENT", "RemainingCredit": 40.0, "Allocations": [], "Payments": [],
        "Contact": {"ContactID": CONTACT}, "Date": "/Date(1772668800000+0000)/", "Status": "AUTHORISED", "Total": 40.0,
        "LineItems": [{"Description": f"cheque 9 · {PAID}/2", "LineAmount": 40.0}], "CurrencyCode": "USD",
        "UpdatedDateUTC": at(0), **fields,
    }  # fmt: skip


def told(root: str, *rows: Any, after: float = 60, **more: Any) -> dict[str, Any]:
    """An answer with rows, at a time of the server's own."""
    return {"Status": "OK", "DateTimeUTC": at(after), root: list(rows), **more}
