"""Reads qbXML answers: plain dictionaries of text, and what each reply says of itself.

An element that comes several times is a list; lines of documents stand in `Lines`, in their order, each with its `Kind`.
What is not in the answer is not in the dictionary: nothing becomes 0 or "" by being absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from apps.platforms.errors import Unreadable

Raw = Mapping[str, Any]

#: Elements that are lines of a document; different ones follow one another in one order.
LINES = frozenset({
    "InvoiceLineRet", "InvoiceLineGroupRet", "CreditMemoLineRet", "CreditMemoLineGroupRet", "JournalDebitLine",
    "JournalCreditLine", "DepositLineRet", "ExpenseLineRet", "ItemLineRet", "ItemGroupLineRet",
})  # fmt: skip
#: Elements that may come several times, so that one alone is a list too.
MANY = frozenset({"AppliedToTxnRet", "RefundAppliedToTxnRet", "LinkedTxn", "DataExtRet", "SupportedQBXMLVersion"})
#: Elements beside the records of a reply.
BESIDE = frozenset({"ErrorRecovery"})

# A reference to a character XML does not allow, as old files contain it, would make the whole answer unreadable.
_CONTROL = re.compile(r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8]|[bcBC]|[eE]|[fF]|1[0-9a-fA-F]));")
_RAW_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Reply:
    """What QuickBooks answered to one request. `rows` are (element, content) in their order."""

    name: str
    request_id: str
    code: str
    severity: str
    message: str
    rows: Sequence[tuple[str, Raw]] = ()
    recovery: Raw = field(default_factory=dict)
    iterator: str = ""
    remaining: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one letter. `status` is "" where no identifier was sent, and for sets done just now."""

    status: str
    replies: Sequence[Reply]

    def to(self, request_id: str) -> Reply | None:
        """The reply to one request; answers are matched by identifier, never by position."""
        return next((reply for reply in self.replies if reply.request_id == request_id), None)


def read_answer(text: str) -> Answer:
    """The answer to a letter. Raises Unreadable when it is no qbXML answer at all."""
    sets = _parse(text).find("QBXMLMsgsRs")
    if sets is None:
        raise Unreadable("QuickBooks Desktop sent an answer without a message set.")
    return Answer(status=sets.get("messageSetStatusCode", ""), replies=[_reply(element) for element in sets])


def _parse(text: str) -> etree._Element:
    clean = _RAW_CONTROL.sub("", _CONTROL.sub("", text)).strip()
    if "<!DOCTYPE" in clean[:1000] or "<!ENTITY" in clean:
        raise Unreadable("QuickBooks Desktop sent an answer with a document type, which is never read.")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(clean.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"QuickBooks Desktop sent an answer that is no XML: {error.msg}") from error


def _reply(element: etree._Element) -> Reply:
    recovery = next((content(child) for child in element if child.tag in BESIDE), {})
    left = element.get("iteratorRemainingCount", "")
    return Reply(
        name=str(element.tag).removesuffix("Rs"),
        request_id=element.get("requestID", ""),
        code=element.get("statusCode", ""),
        severity=element.get("statusSeverity", ""),
        message=element.get("statusMessage", ""),
        rows=[(str(child.tag), content(child)) for child in element if str(child.tag).endswith("Ret")],
        recovery=recovery,
        iterator=element.get("iteratorID", ""),
        remaining=int(left) if left.isdigit() else 0,
    )


def content(element: etree._Element) -> dict[str, Any]:
    """An element with fields as a dictionary."""
    found: dict[str, Any] = {}
    for child in element:
        _put(found, str(child.tag), child)
    return found


def _put(found: dict[str, Any], tag: str, child: etree._Element) -> None:
    value = content(child) if len(child) else (child.text or "")
    if tag in LINES:
        line = {"Kind": tag, **value} if isinstance(value, dict) else {"Kind": tag}
        found.setdefault("Lines", []).append(line)
    elif tag in MANY:
        found.setdefault(tag, []).append(value)
    elif tag in found:
        first = found[tag]
        found[tag] = [*first, value] if isinstance(first, list) else [first, value]
    else:
        found[tag] = value
