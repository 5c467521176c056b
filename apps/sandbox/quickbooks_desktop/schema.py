"""The form of every request and answer: order, repetition, types, enumerations, lengths and editions, from schema.json."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from apps.sandbox.quickbooks_desktop.refusals import PARSE, HResult, Refusal

Node = dict[str, Any]
Body = dict[str, Any]
Element = etree._Element  # noqa: SLF001

PATTERNS = {
    name: re.compile(pattern)
    for name, pattern in {
        "AMTTYPE": r"[+-]?\d{1,13}(\.\d{2})?",
        "PRICETYPE": r"[+-]?\d{1,10}(\.\d{1,5})?",
        "QUANTYPE": r"[+-]?\d{1,10}(\.\d{1,5})?",
        "PERCENTTYPE": r"[+-]?\d{1,10}(\.\d{1,5})?",
        "INTTYPE": r"[+-]?\d+",
        "BOOLTYPE": r"true|false|1|0",
        "DATETYPE": r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
        "DATETIMETYPE": r"\d{4}-\d\d?-\d\d?(T\d\d?(:\d\d?(:\d\d?([+-]\d\d?:\d\d)?)?)?)?",
        "IDTYPE": r".{1,36}",
        "FLOATTYPE": r"[+-]?\d+(\.\d+)?",
        "GUIDTYPE": r"0|\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}",
    }.items()
}
ATTRIBUTES = {"iterator": ("Start", "Continue", "Stop"), "metaData": ("NoMetaData", "MetaDataOnly", "MetaDataAndResponseData")}  # fmt: skip
LONGEST_REQUEST_ID = 50


@cache
def load() -> dict[str, Any]:
    """The shipped subset: `requests` by name, `rets` by name, `known` names of requests we do not execute."""
    content: dict[str, Any] = json.loads((Path(__file__).parent / "schema.json").read_text())
    return content


def broken(path: str, why: str) -> HResult:
    """The refusal of a whole set."""
    return HResult(PARSE, why=f"{path}: {why}")


class Reading:
    """One request read against its form: the body as plain values, and what is too long in it."""

    def __init__(self, edition: str) -> None:
        self.edition = edition
        self.too_long: Refusal | None = None

    def request(self, element: Element) -> Body:
        """The content of a known request; HResult when its form is wrong."""
        form = load()["requests"][element.tag]
        for name, value in element.attrib.items():
            if name not in form["attrs"] or str(value) not in ATTRIBUTES.get(str(name), (value,)):
                raise broken(str(element.tag), f"attribute {name!r}")
        if len(element.get("requestID", "")) > LONGEST_REQUEST_ID:
            self.too_long = Refusal(1060, element.get("requestID", ""))
        return self._whole(form["children"], element, str(element.tag))

    def _whole(self, nodes: list[Node], element: Element, path: str) -> Body:
        if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
            raise broken(path, "text between elements")
        children = [child for child in element if isinstance(child.tag, str)]
        body: Body = {}
        used = self._match(nodes, children, 0, path, body)
        if used < len(children):
            raise broken(path, f"unexpected {children[used].tag}")
        return body

    def _match(self, nodes: list[Node], children: list[Element], at: int, path: str, body: Body) -> int:
        for node in nodes:
            step = self._choice if "options" in node else self._several
            at = step(node, children, at, path, body)
        return at

    def _choice(self, node: Node, children: list[Element], at: int, path: str, body: Body) -> int:
        count = 0
        while at < len(children) and (node["max"] is None or count == 0):
            option = next((each for each in node["options"] if any(children[at].tag in firsts(m) for m in each)), None)
            if option is None:
                break
            if node["max"] is None and len(option) == 1 and "options" not in option[0]:
                self._take(option[0], children[at], path, body, many=True)
                at += 1
            else:
                at = self._match(option, children, at, path, body)
            count += 1
        if node["min"] and not count:
            raise broken(path, "one of several elements is needed")
        return at

    def _several(self, node: Node, children: list[Element], at: int, path: str, body: Body) -> int:
        count = 0
        while at < len(children) and children[at].tag == node["name"] and (node["max"] is None or count < node["max"]):
            self._take(node, children[at], path, body, many=node["max"] is None)
            at, count = at + 1, count + 1
        if count < node["min"]:
            raise broken(path, f"{node['name']} is missing")
        return at

    def _take(self, node: Node, element: Element, path: str, body: Body, *, many: bool) -> None:
        value = self._value(node, element, f"{path}/{node['name']}")
        if many:
            body.setdefault(node["name"], []).append(value)
        else:
            body[node["name"]] = value

    def _value(self, node: Node, element: Element, path: str) -> Any:
        if self.edition in node.get("not_in", ()):
            raise broken(path, "not in this edition")
        for name in element.attrib:
            if name not in node.get("attrs", {}):
                raise broken(path, f"attribute {name!r}")
        if "children" in node:
            return self._whole(node["children"], element, path)
        if len(element):
            raise broken(path, "has elements inside")
        return self._text(node, element.text or "", path)

    def _text(self, node: Node, text: str, path: str) -> str:
        pattern = PATTERNS.get(node.get("type", ""))
        if text and ((pattern and not pattern.fullmatch(text)) or text not in node.get("enum", (text,))):
            raise broken(path, f"{text!r} is no {node.get('type')}")
        most = node.get("maxlen", {}).get(self.edition)
        if most and len(text) > most and self.too_long is None:
            self.too_long = Refusal(3070, text, node["name"])
        return text


def firsts(node: Node) -> set[str]:
    """The elements a part of a form can begin with."""
    if "options" not in node:
        return {node["name"]}
    return {name for option in node["options"] for part in option for name in firsts(part)}


def write(parent: Element, nodes: list[Node], values: Body) -> None:
    """Write values in the order of their form; what the form does not know is not written."""
    for node in nodes:
        if "options" in node:
            for option in node["options"]:
                write(parent, option, values)
        elif node["name"] in values:
            held = values[node["name"]]
            for value in held if isinstance(held, list) else [held]:
                _write_one(parent, node, value)


def _write_one(parent: Element, node: Node, value: Any) -> None:
    element = etree.SubElement(parent, node["name"])
    if "children" in node:
        write(element, node["children"], value)
    else:
        element.text = value
