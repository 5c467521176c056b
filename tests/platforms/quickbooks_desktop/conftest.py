"""Our QuickBooks Desktop platform, and a judge that holds every letter against the vendor's own schema."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from lxml import etree

from apps.platforms.base import Outcome, Verb, Write
from apps.platforms.content import to_content
from apps.platforms.mailbox import Letter
from apps.platforms.quickbooks_desktop.platform import QuickBooksDesktop
from apps.platforms.records import Facts, Invoice, Line, Record
from tests.platforms.conftest import Bench
from tests.platforms.quickbooks_desktop.facts import SPECS

DAY = date(2026, 3, 5)
FILE = "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"
OWNER = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
CODES = {"taxable_code": "80000001-1", "non_taxable_code": "80000002-1", "tax_item": "80000009-1"}
FACTS = Facts(name="Pocket Company", country="US", currency="USD", defaults=CODES)
CANADA = replace(FACTS, country="CA", currency="CAD")
CUSTOMER, ITEM = "80000055-1700000001", "ItemService:80000003-1700000000"
SINCE = '{"since": "2026-03-01T10:00:00+00:00"}'


def line(amount: str = "100.00", **fields: Any) -> Line:
    value = Decimal(amount)
    return replace(Line(item_id=ITEM, description="Work", price=value, amount=value), **fields)


def invoice(*lines: Line, **fields: Any) -> Invoice:
    made = Invoice(number="10023", customer_id=CUSTOMER, date=DAY, lines=lines or (line(),))
    return replace(made, **fields)


def creation(record: Record) -> Write:
    marker = f"tieout:home:acme:{record.entity}:10023"
    return Write(verb=Verb.CREATE, entity=record.entity, record=record, marker=marker)


def change(now: Record, verb: Verb = Verb.UPDATE, **fields: Any) -> Write:
    marker = f"tieout:home:acme:{now.entity}:10023"
    return Write(
        verb=verb, entity=now.entity, record=replace(now, **fields), external_id=now.external_id, revision=now.revision,
        marker=marker, base=now,
    )  # fmt: skip


def key() -> str:
    return "0f8fad5b-d9cb-469f-a165-70867728950e"


@cache
def judges() -> tuple[Any, Any, Any] | None:
    """The vendor's XSD, the page's validator and its schema; None where the specs do not lie beside the project."""
    if not SPECS.is_dir():
        return None
    spec = importlib.util.spec_from_file_location("validate_qbxml", SPECS / "validate_qbxml.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    schema = json.loads((SPECS / "qbxml-schema.json").read_text())["messages"]
    return etree.XMLSchema(etree.parse(str(SPECS / "xsd/qbxmlops130.xsd"))), module, schema


def judge(text: str, edition: str = "QBD") -> etree._Element:
    """The letter parsed, once it has been found to be ASCII and in keeping with the vendor's schema."""
    root = etree.fromstring(text.encode("ascii"))
    if (known := judges()) is not None:
        xsd, module, schema = known
        assert xsd.validate(root.getroottree()), xsd.error_log
        assert module.check(root, schema, edition) == []
    return root


@dataclass
class Counter:
    """Where letters are written and answers read; every letter is judged on its way."""

    bench: Bench
    facts: Facts = FACTS

    def __post_init__(self) -> None:
        options = {"facts": to_content(self.facts), "owner_id": OWNER}
        self.platform = QuickBooksDesktop(self.bench.account("", account_id=FILE, options=options))
        self.edition = "QBCA" if self.facts.country == "CA" else "QBD"

    def draft(self, *writes: Write) -> list[Letter]:
        letters = self.platform.draft(writes[0].entity, writes, key)
        for letter in letters:
            judge(letter.text, self.edition)
        return letters

    def body(self, write: Write) -> etree._Element:
        """The one message of the one letter of a write."""
        (letter,) = self.draft(write)
        return judge(letter.text, self.edition)[0][0]

    def ask(self, entity: str, cursor: str = "", *, full: bool = False) -> Letter:
        letter = self.platform.ask(entity, cursor, full=full)
        judge(letter.text, self.edition)
        return letter

    def look(self, *writes: Write) -> Letter:
        letter = self.platform.look(writes[0].entity, writes)
        judge(letter.text, self.edition)
        return letter

    def outcome(self, write: Write, *replies: str, status: str = "0") -> Outcome:
        (letter,) = self.draft(write)
        return self.platform.read_outcomes(letter, [write], answer(*replies, status=status))[0]


def answer(*replies: str, status: str = "") -> str:
    """An answer as the Web Connector brings it."""
    said = f' messageSetStatusCode="{status}"' if status else ""
    return f'<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs{said}>{"".join(replies)}</QBXMLMsgsRs>\n</QBXML>\n'


def reply(
    name: str, inside: str = "", request: str = "1", code: str = "0", message: str = "Status OK", **more: str
) -> str:
    severity = "Info" if code in ("0", "1") else "Error"
    said = {"requestID": request, "statusCode": code, "statusSeverity": severity, "statusMessage": message, **more}
    attributes = " ".join(f'{name}="{value}"' for name, value in said.items())
    return f"<{name}Rs {attributes}>{inside}</{name}Rs>"


def fields(values: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> str:
    """Elements of the names and texts given; pairs where one comes several times."""
    pairs = values.items() if isinstance(values, Mapping) else values
    return "".join(
        f"<{name}>{fields(value) if isinstance(value, Mapping | list) else value}</{name}>" for name, value in pairs
    )


def ret(kind: str, values: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> str:
    """One record of an answer."""
    times = {"TimeCreated": "2026-03-05T09:00:00-08:00", "TimeModified": "2026-03-05T10:00:00-08:00"}
    return f"<{kind}Ret>{fields(times)}{fields(values)}</{kind}Ret>"


def texts(element: etree._Element) -> dict[str, Any]:
    """A message as a dictionary; the last of several of one name."""
    return {str(child.tag): texts(child) if len(child) else child.text or "" for child in element}


def cursor_of(text: str) -> str:
    return str(json.loads(text)["since"])


@pytest.fixture
def counter(bench: Bench) -> Counter:
    return Counter(bench)


@pytest.fixture
def canada(bench: Bench) -> Counter:
    return Counter(bench, CANADA)


@pytest.fixture
def specs() -> None:
    if judges() is None:
        pytest.skip(f"the vendor's specifications do not lie in {SPECS}")
