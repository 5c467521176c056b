"""The query language: SELECT * or COUNT(*), one entity, AND only, and only the fields that are filterable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.sandbox.quickbooks_online.company import BY_URL, NAME_LISTS, PACIFIC, Company
from apps.sandbox.quickbooks_online.refusals import Refusal
from apps.sandbox.quickbooks_online.render import render
from apps.sandbox.store import Document

DEFAULT_ROWS, MAX_ROWS = 100, 1000
EVERY = "Id MetaData.CreateTime MetaData.LastUpdatedTime "
TXN = EVERY + "DocNumber TxnDate "
SALE = TXN + "CustomerRef DueDate TotalAmt Balance "
PERSON = (
    EVERY + "DisplayName GivenName MiddleName FamilyName CompanyName PrintOnCheckName Active Balance PrimaryEmailAddr "
)
FILTERABLE: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "Customer": PERSON + "FullyQualifiedName Job ParentRef BalanceWithJobs Taxable",
        "Vendor": PERSON,
        "Item": EVERY + "Name FullyQualifiedName Active Type ParentRef Sku",
        "Account": EVERY + "Name FullyQualifiedName Active AccountType AccountSubType Classification",
        "Class": EVERY + "Name FullyQualifiedName Active",
        "Department": EVERY + "Name FullyQualifiedName Active",
        "Term": EVERY + "Name Active",
        "PaymentMethod": EVERY + "Name Active Type",
        "TaxCode": EVERY + "Name Active",
        "TaxRate": EVERY + "Name Active",
        "Invoice": SALE,
        "CreditMemo": TXN + "CustomerRef TotalAmt Balance",
        "RefundReceipt": TXN + "CustomerRef TotalAmt",
        "SalesReceipt": TXN + "CustomerRef TotalAmt",
        "Payment": EVERY + "TxnDate CustomerRef TotalAmt PaymentRefNum",
        "Purchase": TXN + "TotalAmt PaymentType",
        "Deposit": EVERY + "TxnDate TotalAmt",
        "JournalEntry": TXN,
        "CompanyInfo": EVERY,
        "Preferences": EVERY,
    }.items()
}
TOKEN = re.compile(r"\s*(?:('(?:\\.|[^'\\])*')|(<=|>=|=|<|>|\(|\)|,|\*)|([A-Za-z0-9_.:+\-%]+))", re.DOTALL)
HAS_DOT = re.compile(r"^\d{4}-\d\d-\d\d[T ]")


@dataclass
class Condition:
    """One comparison; `values` holds one text, or many for IN."""

    field: str
    operator: str
    values: list[str]


@dataclass
class Query:
    """A parsed query."""

    entity: str = ""
    count: bool = False
    where: list[Condition] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)  # (field, descending)
    start: int = 1
    rows: int = DEFAULT_ROWS


class Parser:
    """Reads one statement; 4000 where it cannot, 4001 for what it may not ask."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at = text, list(tokens(text)), 0

    def word(self) -> str:
        """The next token in lower case, or an empty string at the end."""
        return self.tokens[self.at].lower() if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> bool:
        """Step over the token when it is one of the wanted."""
        if self.word() in wanted:
            self.at += 1
            return True
        return False

    def need(self, *wanted: str) -> str:
        """The token, which must be there (and one of the wanted)."""
        found = self.word()
        if not found or (wanted and found not in wanted):
            raise Refusal("4000", f"QueryParserError: Encountered '{found or 'end'}' in: {self.text[:200]}")
        self.at += 1
        return self.tokens[self.at - 1]

    def query(self) -> Query:
        """The whole statement."""
        query = Query()
        self.need("select")
        query.count = self.selection()
        self.need("from")
        name = self.need()
        if name.lower() not in BY_URL:
            raise Refusal("4001", f"Metadata not found for Entity : {name}")
        query.entity = BY_URL[name.lower()]
        while self.take("where" if not query.where else "and"):
            query.where.append(self.condition(query.entity))
        if self.take("orderby") or (self.take("order") and self.need("by")):
            query.order = self.ordering(query.entity)
        if self.take("startposition"):
            query.start = self.number()
        if self.take("maxresults"):
            query.rows = self.number()
        if self.word():
            self.need("end of query")
        self.check_page(query)
        return query

    def check_page(self, query: Query) -> None:
        """Positions count from 1, pages hold at most 1000."""
        if query.start < 1 or not 1 <= query.rows <= MAX_ROWS:
            raise Refusal("4001", f"STARTPOSITION from 1, MAXRESULTS 1 to {MAX_ROWS}")

    def selection(self) -> bool:
        """Whether COUNT(*) is asked; fields may only be named beside the star."""
        if self.take("count"):
            for sign in ("(", "*", ")"):
                self.need(sign)
            return True
        self.need("*")
        while self.take(","):
            self.need()
        return False

    def condition(self, entity: str) -> Condition:
        """Field op value, or field IN (values)."""
        name = self.field(entity)
        operator = self.need("=", "<", ">", "<=", ">=", "like", "in").lower()
        if name == "Id" and operator not in ("=", "in"):
            raise Refusal("4001", "property 'Id' supports only = and IN")
        if operator != "in":
            return Condition(name, operator, [self.value()])
        self.need("(")
        values = [self.value()]
        while self.take(","):
            values.append(self.value())
        self.need(")")
        return Condition(name, operator, values)

    def field(self, entity: str) -> str:
        """A field that may be asked for, in the vendor's spelling."""
        word = self.need()
        for name in FILTERABLE[entity]:
            if name.lower() == word.lower():
                return name
        raise Refusal("4001", f"QueryValidationError: property '{word}' is not queryable")

    def value(self) -> str:
        """A value as text, quotes and escapes removed."""
        word = self.need()
        if word.lower() == "current_date":
            return datetime.now(PACIFIC).date().isoformat()
        return re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.DOTALL) if word.startswith("'") else word

    def ordering(self, entity: str) -> list[tuple[str, bool]]:
        """Field [ASC|DESC], separated by commas."""
        out = []
        while True:
            name = self.field(entity)
            descending = self.take("desc")
            if not descending:
                self.take("asc")
            out.append((name, descending))
            if not self.take(","):
                return out

    def number(self) -> int:
        """A position or a size."""
        word = self.need()
        if not word.isdigit():
            raise Refusal("4000", f"QueryParserError: number expected, found '{word}'")
        return int(word)


def tokens(text: str) -> Iterator[str]:
    """The words, signs and quoted values of a statement."""
    at, text = 0, text.strip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise Refusal("4000", f"QueryParserError: Encountered '{text[at : at + 20]}'")
        yield match[1] or match[2] or match[3]
        at = match.end()


def value_of(view: Document, name: str) -> Any:
    """The value behind a (dotted) field; references compare by id."""
    value: Any = view
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return (value.get("value") or value.get("Address")) if isinstance(value, dict) else value


def comparable(value: Any, like: Any) -> Any:
    """`value` in the form in which it can be compared with the stored `like`."""
    if isinstance(like, bool):
        return str(value).lower() == "true"
    if isinstance(like, int | float):
        try:
            return Decimal(str(value))
        except InvalidOperation as error:
            raise Refusal("4001", f"'{value}' is not a number") from error
    text = str(value)
    if isinstance(like, str) and HAS_DOT.match(like):
        return moment(text)
    return text.casefold()


def moment(text: str) -> datetime:
    """A point in time; without an offset it is the company's own."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("4001", f"'{text}' is not a date") from error
    return found if found.tzinfo else found.replace(tzinfo=PACIFIC)


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda have, want: bool(have == want),
    "<": lambda have, want: bool(have < want),
    ">": lambda have, want: bool(have > want),
    "<=": lambda have, want: bool(have <= want),
    ">=": lambda have, want: bool(have >= want),
}


def holds(view: Document, condition: Condition) -> bool:
    """Whether a document meets one condition."""
    stored = value_of(view, condition.field)
    if stored is None:
        return condition.operator == "=" and not condition.values[0].strip()
    have = comparable(stored, stored)
    if condition.operator == "in":
        return any(have == comparable(value, stored) for value in condition.values)
    if condition.operator == "like":
        pattern = ".*".join(re.escape(part) for part in condition.values[0].casefold().split("%"))
        return re.fullmatch(pattern, str(have), re.DOTALL) is not None
    return COMPARE[condition.operator](have, comparable(condition.values[0], stored))


COMPUTED = ("Balance", "BalanceWithJobs", "FullyQualifiedName")


def run(company: Company, text: str) -> Document:
    """Answer a query: the QueryResponse object."""
    query = Parser(text).query()
    where = list(query.where)
    if query.entity in NAME_LISTS and not any(condition.field == "Active" for condition in where):
        where.append(Condition("Active", "=", ["true"]))
    needed = {condition.field for condition in where} | {name for name, _ in query.order}
    whole = bool(needed & set(COMPUTED))
    rows = [
        doc
        for doc in company.all(query.entity)
        if (query.entity, doc["Id"]) not in company.born
        and matches(render(company, query.entity, doc) if whole else doc, where)
    ]
    if query.count:
        return {"totalCount": len(rows)}
    rows = ordered(company, query, rows, whole)[query.start - 1 : query.start - 1 + query.rows]
    if not rows:
        return {}
    shown = [render(company, query.entity, doc) for doc in rows]
    return {query.entity: shown, "startPosition": query.start, "maxResults": len(shown)}


def matches(view: Document, where: list[Condition]) -> bool:
    """Whether all conditions hold."""
    return all(holds(view, condition) for condition in where)


def ordered(company: Company, query: Query, rows: list[Document], whole: bool) -> list[Document]:
    """In the asked order; without one, names by name and transactions newest first."""
    order = query.order
    if not order:
        name = "DisplayName" if query.entity in ("Customer", "Vendor") else "Name"
        order = [(name, False)] if name in FILTERABLE[query.entity] else [("MetaData.CreateTime", True)]
    for name, descending in reversed(order):
        numeric = name == "Id" and company.settings["orderby_id"] == "number"

        def key(doc: Document, name: str = name, numeric: bool = numeric) -> tuple[bool, Any]:
            value = value_of(render(company, query.entity, doc) if whole else doc, name)
            return (False, "") if value is None else (True, int(value) if numeric else comparable(value, value))

        rows = sorted(rows, key=key, reverse=descending)
    return rows
