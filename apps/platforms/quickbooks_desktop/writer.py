"""Writes qbXML by the schema: the order of the fields, their lengths, types and editions come from there, never from a hand.

`schema.json` holds the facts of qbXML 13.0 for the requests we send. The text is pure ASCII with numeric references:
QuickBooks loses or refuses raw letters beyond it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from apps.core.money import cents
from apps.platforms.errors import Refused
from apps.platforms.quickbooks_desktop.translate import names

Node = Mapping[str, Any]
Body = Mapping[str, Any]

#: The newest version we write; it is QuickBooks 2014, and has all we need.
NEWEST = "13.0"
#: An identifier of a message set longer than this is refused (9004).
KEY_LENGTH = 23
#: Fields in which a line break may stay.
MULTILINE = frozenset({"Desc", "ItemDesc", "Memo", "Note", "Notes", "PurchaseDesc", "SalesDesc"})
#: Decimals of the types that are not money.
FIVE_PLACES = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the QuickBooks at the other end understands: its version of qbXML and its edition."""

    version: str = NEWEST
    edition: str = "QBD"

    @property
    def number(self) -> float:
        """The version as a number."""
        return float(self.version or NEWEST)


@dataclass(frozen=True, slots=True)
class Message:
    """One request of a letter; `attributes` are requestID, iterator and iteratorID."""

    name: str
    body: Body
    attributes: Mapping[str, str]


def read_set(messages: Sequence[Message], dialect: Dialect) -> str:
    """A letter that only reads: without identifier, since it may be asked twice."""
    return _letter({"onError": "continueOnError"}, messages, dialect)


def write_set(messages: Sequence[Message], key: str, dialect: Dialect) -> str:
    """A letter that changes something, known again by its identifier: handed out twice, it is done once."""
    return _letter({"onError": "continueOnError", "newMessageSetID": key}, messages, dialect)


def clearing_set(dialect: Dialect) -> str:
    """An empty letter after which QuickBooks forgets the identifiers of all letters it has answered."""
    return _letter({"onError": "continueOnError", "oldMessageSetID": "ClearAllMessageSets"}, (), dialect)


def knows(message: str, path: str, dialect: Dialect) -> bool:
    """Whether this QuickBooks has a field, named from the request down ("InvoiceAdd/ExternalGUID")."""
    nodes = _schema()[message]["fields"]
    found: Node = {}
    for part in path.split("/"):
        found = next((node for node in _flat(nodes) if node["name"] == part), {})
        nodes = found.get("fields", ())
    return bool(found) and _known(found, dialect)


def _letter(attributes: Mapping[str, str], messages: Sequence[Message], dialect: Dialect) -> str:
    inside = "".join(_message(message, dialect) for message in messages)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><?qbxml version="{dialect.version}"?>'
        f"<QBXML><QBXMLMsgsRq{_attributes(attributes)}>{inside}</QBXMLMsgsRq></QBXML>"
    )


def _message(message: Message, dialect: Dialect) -> str:
    facts = _schema()[message.name]
    unknown = set(message.attributes) - set(facts["attrs"])
    if unknown:
        raise ValueError(f"{message.name} has no attribute {', '.join(sorted(unknown))}")
    inside = _fields(facts["fields"], message.body, dialect, message.name)
    return f"<{message.name}{_attributes(message.attributes)}>{inside}</{message.name}>"


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items())


def _fields(nodes: Sequence[Node], body: Body, dialect: Dialect, where: str) -> str:
    """The fields of a body in the order of the schema. ValueError for a field it does not have: a bug of ours."""
    known = _flat(nodes)
    unknown = set(body) - {node["name"] for node in known}
    if unknown:
        raise ValueError(f"{where} has no {', '.join(sorted(unknown))}")
    missing = [node["name"] for node in nodes if "choice" not in node and node["min"] and node["name"] not in body]
    if missing:
        raise Refused(f"{_spoken(where)} needs a value for {_spoken(missing[0])}.")
    return "".join(_field(node, body[node["name"]], dialect, where) for node in known if node["name"] in body)


def _field(node: Node, value: Any, dialect: Dialect, where: str) -> str:
    if dialect.edition in node.get("not_in", ()):
        raise ValueError(f"{where} has no {node['name']} in this edition")
    if not _known(node, dialect):
        return ""
    values = value if isinstance(value, list | tuple) else [value]
    return "".join(_element(node, each, dialect, where) for each in values)


def _element(node: Node, value: Any, dialect: Dialect, where: str) -> str:
    name = node["name"]
    if "fields" in node:
        inside = _fields(node["fields"], value, dialect, f"{where}/{name}")
        return f"<{name}>{inside}</{name}>" if inside else ""
    return f"<{name}>{_text(node, value, dialect.edition)}</{name}>"


def _text(node: Node, value: Any, edition: str) -> str:
    if value == "":
        return ""
    text = _plain(node, value)
    if node.get("enum") and text not in node["enum"]:
        raise ValueError(f"{node['name']} cannot be {text}")
    limit = (node.get("length") or {}).get(edition)
    cut = text[:limit].rstrip() if limit else text
    return escape(cut).encode("ascii", "xmlcharrefreplace").decode("ascii")


def _plain(node: Node, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{cents(value):.2f}" if node["type"] == "AMTTYPE" else _number(value)
    text = str(value)
    return names.lines(text) if node["name"] in MULTILINE else names.one_line(text)


def _number(value: Decimal) -> str:
    rounded = value.quantize(FIVE_PLACES, ROUND_HALF_UP)
    return format(rounded.normalize(), "f") if rounded else "0"


def _known(node: Node, dialect: Dialect) -> bool:
    return float(node.get("since", 0)) <= dialect.number


def _flat(nodes: Sequence[Node]) -> list[Node]:
    """The fields in order, those of choices too."""
    found: list[Node] = []
    for node in nodes:
        found += [inner for option in node["choice"] for inner in _flat(option)] if "choice" in node else [node]
    return found


def _spoken(where: str) -> str:
    return where.rpartition("/")[2].removesuffix("Rq").removesuffix("Add").removesuffix("Mod").removesuffix("Ref")


@cache
def _schema() -> Mapping[str, Any]:
    facts: Mapping[str, Any] = json.loads(Path(__file__).with_name("schema.json").read_text())
    return facts
