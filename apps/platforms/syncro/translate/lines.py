"""An edited invoice as the requests Syncro has for it: its header, then its lines one by one, each checked by itself.

Vendor's page: Invoices, Line items. A PUT overwrites what it names, so it names all that is documented, as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from apps.core.money import cents, parse_money
from apps.platforms.base import Verb
from apps.platforms.errors import Refused
from apps.platforms.records import Invoice, Line
from apps.platforms.syncro.translate.values import dollars, text

Raw = Mapping[str, Any]
ZERO = Decimal(0)

#: What a PUT of an invoice may name. Its sums are documented too, but Syncro works them out from the lines.
HEADER = (
    "customer_id", "number", "date", "due_date", "ticket_id", "location_id", "po_number", "contact_id", "note",
)  # fmt: skip
#: What a PUT of a line may name, and its quantity: that is read back, as the page does not list it.
LINE = ("item", "name", "price", "cost", "quantity", "taxable", "line_discount_percent", "discount_dollars")
NUMBERS = frozenset({"price", "cost", "quantity", "line_discount_percent", "discount_dollars"})
DAYS = frozenset({"date", "due_date"})
#: Fields of the header that an edit may change; where the edit names nothing, Syncro's own stands.
EDITED = ("number", "date", "due_date", "po_number", "memo")
PATH = re.compile(r"^/invoices/(\d+)(?:/line_items(?:/(\d+))?)?$")


@dataclass(frozen=True, slots=True)
class Change:
    """One request: of a `line`, or of the header where there is none."""

    verb: Verb
    line: Line | None = None


def changes(wanted: Invoice, now: Invoice) -> list[Change]:
    """What brings an invoice as it stands to what is wanted, in the order of sending: nothing is taken away before all
    else is there. Pure; empty when it is as wanted.
    """
    there = {line.line_id: line for line in now.lines}
    known = [line for line in wanted.lines if line.line_id in there]
    new = [line for line in wanted.lines if line.line_id not in there]
    left = [line for line in now.lines if line.line_id not in {each.line_id for each in known}]
    found = [Change(Verb.UPDATE)] if _header(wanted) != _header(_filled(now, wanted)) else []
    found += [Change(Verb.UPDATE, line) for line in known if not same_line(line, there[line.line_id])]
    for line in new:
        twin = next((each for each in left if same_line(line, each)), None)
        if twin is None:
            found.append(Change(Verb.CREATE, line))
        else:
            left.remove(twin)
    return found + [Change(Verb.DELETE, line) for line in left]


def same_line(first: Line, second: Line) -> bool:
    """Whether two lines of Syncro sell the same for the same money in the same words."""
    return _told(first) == _told(second)


def after(now: Invoice, change: Change, wanted: Invoice) -> Invoice:
    """The invoice as it stands once this one change is made; sums are Syncro's to work out."""
    line = change.line
    if line is None:
        return replace(now, **{name: getattr(wanted, name) or getattr(now, name) for name in EDITED})
    if change.verb is Verb.CREATE:
        return replace(now, lines=(*now.lines, replace(line, line_id="")))
    if change.verb is Verb.DELETE:
        return replace(now, lines=tuple(each for each in now.lines if each.line_id != line.line_id))
    return replace(now, lines=tuple(line if each.line_id == line.line_id else each for each in now.lines))


def request(change: Change, wanted: Invoice, now: Invoice) -> tuple[str, str, dict[str, Any] | None]:
    """Method, path and body of a change. Raises Refused for a line without words."""
    path, line = f"/invoices/{now.external_id}", change.line
    if line is None:
        return "PUT", path, _header_body(wanted, now)
    if change.verb is Verb.CREATE:
        return "POST", f"{path}/line_items", new_line(line)
    path = f"{path}/line_items/{line.line_id}"
    return ("DELETE", path, None) if change.verb is Verb.DELETE else ("PUT", path, _line_body(line, now))


def new_line(line: Line) -> dict[str, Any]:
    """The body of POST line_items; a line of a product takes its cost from it. Raises Refused for one without words."""
    item, name = line.name or line.description[:100], line.description or line.name
    if not item:
        raise Refused("A new line has neither a name nor a description, and Syncro takes none without.")
    product = {"product_id": int(line.item_id)} if line.item_id else {}
    return {
        **product,
        "item": item,
        "name": name,
        "quantity": line.quantity,
        "price": line.price,
        "taxable": line.taxable,
    }


def stands(path: str, method: str, body: Raw, answer: object, invoice: Raw) -> str:
    """What of a request the invoice read after it does not show, as the rest of a sentence; "" when it shows all.

    A 200 may mean that nothing was done, so only the invoice itself says (Line items: "Invoice is already paid").
    """
    found = PATH.match(path)
    key = found.group(2) if found else None
    if found is None or not path.partition("/line_items")[1]:
        return _unlike(body, invoice)
    if method == "POST":
        key = _made(answer)
    row = next((row for row in invoice.get("line_items") or [] if str(row.get("id")) == key), None)
    if method == "DELETE":
        return "the line is still on it" if row is not None else ""
    return _unlike(body, row) if row is not None else "the line is not on it"


def _made(answer: object) -> str | None:
    raw = answer.get("line_item", answer) if isinstance(answer, Mapping) else None
    return str(raw["id"]) if isinstance(raw, Mapping) and raw.get("id") else None


def _unlike(body: Raw, row: Raw) -> str:
    differing = [name for name in body if name in row and not _alike(name, body[name], row[name])]
    return ", ".join(f"its {name} is {_shown(row[name])} and not {_shown(body[name])}" for name in differing)


def _alike(name: str, sent: object, shown: object) -> bool:
    if name in NUMBERS:
        return dollars(sent) == dollars(shown)
    if name in DAYS:
        return text(sent)[:10] == text(shown)[:10]
    if isinstance(sent, bool) or isinstance(shown, bool):
        return bool(sent) == bool(shown)
    return " ".join(text(sent).split()) == " ".join(text(shown).split())


def _shown(value: object) -> str:
    return text(value) or "empty"


def _told(line: Line) -> tuple[Any, ...]:
    words = " ".join((line.description or line.name).split())
    return line.item_id, parse_money(line.quantity), cents(line.amount), line.taxable, words


def _header(record: Invoice) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in EDITED)


def _filled(now: Invoice, wanted: Invoice) -> Invoice:
    """The invoice as it stands, but for fields that the edit does not name."""
    silent = {name: getattr(wanted, name) for name in EDITED if not getattr(wanted, name)}
    return replace(now, **silent)


def _header_body(wanted: Invoice, now: Invoice) -> dict[str, Any]:
    kept = {name: now.raw[name] for name in HEADER if name in now.raw}
    days = {name: getattr(wanted, name).isoformat() for name in ("date", "due_date") if getattr(wanted, name)}
    words = {"number": wanted.number, "po_number": wanted.po_number, "note": wanted.memo}
    return {**kept, **days, **{name: value for name, value in words.items() if value}}


def _line_body(line: Line, now: Invoice) -> dict[str, Any]:
    """The whole line as it stands, and what the edit changes; another amount leaves no discount on it."""
    rows: list[Raw] = now.raw.get("line_items") or []
    raw = next(row for row in rows if str(row.get("id")) == line.line_id)
    before = next(each for each in now.lines if each.line_id == line.line_id)
    kept = {name: _number(raw[name]) if name in NUMBERS else raw[name] for name in LINE if name in raw}
    changed: dict[str, Any] = {"taxable": line.taxable}
    if line.description and line.description != before.description:
        changed["name"] = line.description
    if (line.quantity, cents(line.amount)) != (before.quantity, cents(before.amount)):
        discounts = [name for name in ("line_discount_percent", "discount_dollars") if dollars(raw.get(name))]
        changed |= {"quantity": line.quantity, "price": line.price, **dict.fromkeys(discounts, ZERO)}
    return {**kept, **changed}


def _number(value: object) -> Decimal | None:
    return None if value is None or value == "" else dollars(value)
