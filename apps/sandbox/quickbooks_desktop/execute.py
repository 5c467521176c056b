"""One message set, from its text to the text of the answer: form, recovery, and each message in turn."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from apps.sandbox.quickbooks_desktop.company import Company
from apps.sandbox.quickbooks_desktop.host import SINGLE, VERSIONS, number, single
from apps.sandbox.quickbooks_desktop.messages import ADDS, MODS, carry_out
from apps.sandbox.quickbooks_desktop.query import Found, Session, cut, deleted, query
from apps.sandbox.quickbooks_desktop.recovery import Recovery
from apps.sandbox.quickbooks_desktop.references import Change
from apps.sandbox.quickbooks_desktop.refusals import MESSAGES, PARSE, VERSION, HResult, Refusal, severity
from apps.sandbox.quickbooks_desktop.removal import REMOVALS
from apps.sandbox.quickbooks_desktop.render import ret
from apps.sandbox.quickbooks_desktop.schema import Body, Element, Reading, load, write
from apps.sandbox.store import Document

HEAD = '<?xml version="1.0" ?>\n'
SET_ATTRIBUTES = {"onError", "responseData", "newMessageSetID", "oldMessageSetID", "attributes"}
ON_ERROR = ("stopOnError", "continueOnError")
DELETED = ("TxnDeletedQueryRq", "ListDeletedQueryRq")


@dataclass
class MessageSet:
    """What came in, its form checked."""

    text: str
    attributes: dict[str, str]
    messages: list[tuple[Element, Body, Refusal | None]] = field(default_factory=list)

    @property
    def checksum(self) -> str:
        """The same only for the same bytes."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def execute(company: Company, text: str, session: Session) -> str:
    """The answer to a qbXML document; HResult when QuickBooks does not take it at all."""
    return Run(company, read(company, text), session).answer()


def read(company: Company, text: str) -> MessageSet:
    """Check characters, version and form of a whole document; HResult when anything is wrong."""
    if not text.isascii() or "<!DOCTYPE" in text:
        raise HResult(PARSE, why="raw characters beyond ASCII, or a DOCTYPE")
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        root = etree.fromstring(text.strip().encode("ascii"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise HResult(PARSE, why=str(error)) from error
    _check_version(company, text)
    _check_letters(root)
    sets = [child for child in root if isinstance(child.tag, str)]
    if root.tag != "QBXML" or [each.tag for each in sets] != ["QBXMLMsgsRq"]:
        raise HResult(PARSE, why="QBXML holds one QBXMLMsgsRq")
    attributes = {str(name): str(value) for name, value in sets[0].attrib.items()}
    if attributes.get("onError") not in ON_ERROR or set(attributes) - SET_ATTRIBUTES:
        raise HResult(PARSE, why=f"attributes {attributes}")
    if attributes.get("responseData", "includeAll") not in ("includeAll", "includeNone"):
        raise HResult(PARSE, why="responseData")
    return MessageSet(text, attributes, [_read_message(company, each) for each in sets[0] if isinstance(each.tag, str)])


def _check_version(company: Company, text: str) -> None:
    match = re.search(r'<\?qbxml\s+version\s*=\s*"([\d.]+)"\s*\?>', text)
    if match is None:
        raise HResult(PARSE, why="no qbxml version")
    version = match[1]
    if version not in VERSIONS or number(version) > number(company.settings["qbxml_version"]):
        raise HResult(VERSION, why=version)


def _check_letters(root: Element) -> None:
    """Only what Windows-1252 has arrives."""
    for element in root.iter():
        for text in (element.text, *element.attrib.values()):
            try:
                str(text or "").encode("cp1252")
            except UnicodeEncodeError as error:
                raise HResult(PARSE, why=str(error)) from error


def _read_message(company: Company, element: Element) -> tuple[Element, Body, Refusal | None]:
    if element.tag in load()["known"]:
        return element, {}, Refusal(1030)
    if element.tag not in load()["requests"]:
        raise HResult(PARSE, why=f"unknown message {element.tag}")
    reading = Reading(company.edition)
    body = reading.request(element)
    return element, body, reading.too_long


class Run:
    """The execution of one message set."""

    def __init__(self, company: Company, wanted: MessageSet, session: Session) -> None:
        self.company, self.wanted, self.session = company, wanted, session
        self.recovery = Recovery(company, wanted.attributes, wanted.checksum)
        self.made: list[Document] = []
        self.root = etree.Element("QBXML")
        self.answers = etree.SubElement(self.root, "QBXMLMsgsRs")

    def answer(self) -> str:
        """Execute, or tell what an earlier run did."""
        decision = self.recovery.decide(empty=not self.wanted.messages)
        if self.recovery.asked:
            if self.recovery.new:
                self.answers.set("newMessageSetID", self.recovery.new)
            self.answers.set("messageSetStatusCode", str(decision.code))
        if decision.execute:
            self._execute_all()
            if self.recovery.new:
                self.recovery.store(self.made)
        for held in decision.answers:
            self.answers.append(etree.fromstring(held))
        return HEAD + etree.tostring(self.root, encoding="unicode")

    def _execute_all(self) -> None:
        for element, body, refusal in self.wanted.messages:
            code = self._execute_one(element, body, refusal)
            if code >= 1000 and self.wanted.attributes["onError"] == "stopOnError":
                return

    def _execute_one(self, element: Element, body: Body, refusal: Refusal | None) -> int:
        self.company.begin()
        recovered: Document = {}
        try:
            if refusal is not None:
                raise refusal
            found, recovered = self._do(str(element.tag), dict(element.attrib), body)
        except Refusal as error:
            self.company.rollback()
            found = Found(code=error.code, message=error.message)
        self._write(element, found, recovered)
        return found.code

    def _do(self, name: str, attributes: dict[str, str], body: Body) -> tuple[Found, Document]:
        """What one message comes to, and what a status check would tell of it."""
        if name in SINGLE:
            return Found([single(self.company, name, body)]), {}
        if name in DELETED:
            return deleted(self.company, name, body), {}
        if name.endswith("QueryRq"):
            return query(self.company, self.session, name, attributes, body), {}
        verb = name.removesuffix("Rq")
        return self._remove(verb, body) if verb in REMOVALS else self._change(verb, body)

    def _remove(self, verb: str, body: Body) -> tuple[Found, Document]:
        field_name = "ListID" if verb == "ListDel" else "TxnID"
        entity = body[f"{verb}Type"]
        doc = REMOVALS[verb](Change(self.company, entity, body), body[field_name])
        row: Body = {f"{verb}Type": entity, field_name: doc["id"]}
        if verb == "TxnVoid":
            row |= {
                "TimeCreated": self.company.stamp(doc["created"]),
                "TimeModified": self.company.stamp(doc["modified"]),
            }
        else:
            row["TimeDeleted"] = self.company.stamp(self.company.clock())
        label = ("FullName", doc.get("name")) if verb == "ListDel" else ("RefNumber", doc.get("RefNumber"))
        row |= {label[0]: label[1]} if label[1] else {}
        return Found([("", row)]), {"verb": verb, "id": doc["id"]} if verb != "ListDel" else {}

    def _change(self, verb: str, body: Body) -> tuple[Found, Document]:
        entity, content = verb.removesuffix("Add").removesuffix("Mod"), body[verb]
        doc = carry_out((ADDS if verb.endswith("Add") else MODS)[entity], Change(self.company, entity, content))
        content = ret(self.company, doc, links=False) if "id" in doc else {"UnusedPayment": "0.00", **_credit_only(doc)}
        return Found([(f"{entity}Ret", cut(content, body.get("IncludeRetElement", ())))]), doc

    def _write(self, element: Element, found: Found, doc: Document) -> None:
        name = f"{str(element.tag)[:-2]}Rs"
        answer = etree.SubElement(self.answers, name)
        if element.get("requestID") is not None:
            answer.set("requestID", element.get("requestID", ""))
        answer.set("statusCode", str(found.code))
        answer.set("statusSeverity", severity(found.code))
        answer.set("statusMessage", found.message or MESSAGES[0])
        for attribute, value in found.attributes.items():
            answer.set(attribute, value)
        self.made.append(self.recovery.remembered(answer, doc))
        for tag, content in found.rows if self.wanted.attributes.get("responseData") != "includeNone" else ():
            parent = etree.SubElement(answer, tag) if tag else answer
            write(parent, load()["rets"][tag or name], content)
        self.made[-1]["full"] = etree.tostring(answer, encoding="unicode")


def _credit_only(doc: Document) -> dict[str, Any]:
    """What is told of a payment that was none: no TxnID."""
    return {"TotalAmount": "0.00", "UnusedCredits": "0.00"}
