"""Lists: conditional reads, filters, pages and their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from apps.sandbox.frame import Request, Response
from apps.sandbox.store import Document
from apps.sandbox.xero.dates import read_since
from apps.sandbox.xero.organisation import IDS, Organisation
from apps.sandbox.xero.refusals import BadRequest, Missing, bad_query
from apps.sandbox.xero.render import render, summary, tokens
from apps.sandbox.xero.shapes import GUID
from apps.sandbox.xero.where import Test, compiled

MOST_IDS = 52
LONGEST_QUERY = 2048
PAGE, MOST = 100, 1000
STATUSES = {"DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"}
SHORT_LISTS = ("Item", "Account", "TaxRate", "TrackingCategory", "Currency", "BatchPayment")


@dataclass(frozen=True)
class Listing:
    """What a list endpoint understands."""

    entity: str
    paged: bool = False
    since: bool = True
    params: str = ""

    def known(self) -> set[str]:
        """The parameters it takes."""
        return {"where", "order", *self.params.split(), *(("page", "pageSize") if self.paged else ())}


LISTINGS = {
    "Accounts": Listing("Account"),
    "TaxRates": Listing("TaxRate", since=False),
    "Items": Listing("Item", params="unitdp"),
    "Contacts": Listing("Contact", paged=True, params="IDs includeArchived summaryOnly searchTerm"),
    "ContactGroups": Listing("ContactGroup", since=False),
    "Invoices": Listing("Invoice", paged=True, params="IDs InvoiceNumbers ContactIDs Statuses includeArchived "
                        "createdByMyApp unitdp summaryOnly searchTerm"),
    "CreditNotes": Listing("CreditNote", paged=True, params="unitdp"),
    "Payments": Listing("Payment", paged=True),
    "BatchPayments": Listing("BatchPayment"),
    "BankTransactions": Listing("BankTransaction", paged=True, params="unitdp"),
    "Overpayments": Listing("Overpayment", paged=True, params="unitdp References"),
    "Prepayments": Listing("Prepayment", paged=True, params="unitdp InvoiceNumbers"),
    "TrackingCategories": Listing("TrackingCategory", since=False, params="includeArchived"),
    "Currencies": Listing("Currency", since=False),
}  # fmt: skip
# Comma lists, and the property each picks by.
PICKS = {"InvoiceNumbers": "InvoiceNumber", "ContactIDs": "ContactID", "Statuses": "Status", "References": "Reference"}


def flag(request: Request, name: str) -> bool:
    """A boolean parameter; capitals are .NET's own spelling."""
    text = request.arg(name, "false").lower()
    if text not in ("true", "false"):
        raise bad_query(f"'{text}' is not a valid value for {name}")
    return text == "true"


def digits_of(request: Request) -> int:
    """Places of unit amounts: 4 when asked for."""
    text = request.arg("unitdp", "2")
    if text not in ("2", "4"):
        raise bad_query(f"'{text}' is not a valid value for unitdp")
    return int(text)


def check_query(request: Request, known: set[str]) -> None:
    """No parameter the documents do not know, and no address longer than the vendor's servers take."""
    unknown = sorted(request.query.keys() - known)
    if unknown:
        raise bad_query(f"Unknown query parameter {unknown[0]}")
    ids = [text for name in ("IDs", "ContactIDs") for text in request.arg(name).split(",") if text]
    if len(ids) > MOST_IDS or len(urlencode(request.query, doseq=True, safe=",")) > LONGEST_QUERY:
        raise Missing


def read_list(org: Organisation, plural: str, request: Request) -> Response | Document:
    """The rows of a list and, where it is paged, its pagination; a bare Response for 304."""
    listing = LISTINGS[plural]
    check_query(request, listing.known())
    brief, digits = flag(request, "summaryOnly"), digits_of(request)
    docs = newer(org, listing, request)
    if docs is None:
        return Response(304, b"")
    tests = list(filters(org, listing, request))
    docs = ordered(listing, request, [doc for doc in docs if all(test(doc) for test in tests)])
    out: Document = {}
    full = listing.paged and bool({"page", "Statuses"} & request.query.keys() or brief)
    if full:
        docs, out["pagination"] = page_of(request, docs)
    rows = [render(org, listing.entity, doc, full or listing.entity in SHORT_LISTS, digits) for doc in docs]
    return {**out, plural: [summary(listing.entity, row) if brief else row for row in rows]}


def newer(org: Organisation, listing: Listing, request: Request) -> list[Document] | None:
    """What changed since If-Modified-Since; None when the answer is 304."""
    header = request.headers.get("if-modified-since")
    if header is None or not listing.since:
        return list(org.all(listing.entity))
    try:
        since = read_since(header, org.settings["since_offset"] == "accept")
    except ValueError as error:
        raise BadRequest(0, "PreconditionFailed", "If-Modified-Since cannot be read", 412) from error
    first = since + (org.settings["modified_since"] == "exclusive")
    found = [doc for doc in org.all(listing.entity) if doc["UpdatedDateUTC"] // 1000 >= first]
    return None if not found and org.settings["unchanged"] == "304" else found


def filters(org: Organisation, listing: Listing, request: Request) -> Iterator[Test]:
    """What the address asks for."""
    if request.arg("where"):
        yield compiled(org, listing.entity, request.arg("where"))
    if request.arg("IDs"):
        yield picker(IDS[listing.entity], listed(request, "IDs", guids=True))
    for name, key in PICKS.items():
        if name in request.query and name in listing.params.split():
            yield picker(key, listed(request, name, guids=name == "ContactIDs"))
    if listing.entity == "Contact" and not flag(request, "includeArchived"):
        yield lambda doc: bool(doc["ContactStatus"] != "ARCHIVED")
    if listing.entity == "TrackingCategory" and not flag(request, "includeArchived"):
        yield lambda doc: bool(doc["Status"] == "ACTIVE")
    if flag(request, "createdByMyApp"):
        yield lambda doc: bool(doc["_app"])
    if request.arg("searchTerm"):
        term = request.arg("searchTerm").casefold()
        yield lambda doc: any(term in text for text in tokens(doc))


def listed(request: Request, name: str, guids: bool) -> set[str]:
    """The words of a comma list."""
    words = [word for word in request.arg(name).split(",") if word]
    if guids and not all(GUID.fullmatch(word) for word in words):
        raise bad_query(f"{name} must be GUIDs")
    if name == "Statuses" and not set(words) <= STATUSES:
        raise bad_query(f"Statuses must be of {', '.join(sorted(STATUSES))}")
    return {word.lower() for word in words} if guids else set(words)


def picker(key: str, words: set[str]) -> Test:
    """Whether a document is one of those listed."""
    return lambda doc: str(doc.get(key, "")) in words


def ordered(listing: Listing, request: Request, docs: list[Document]) -> list[Document]:
    """By UpdatedDateUTC and id, unless the address says otherwise."""
    name, key = "UpdatedDateUTC", IDS[listing.entity]
    wish, _, way = request.arg("order", name).partition(" ")
    known = {name, key, "Date", "Name", "InvoiceNumber", "DueDate", "Code"}
    if wish not in known or way.upper() not in ("", "ASC", "DESC"):
        raise bad_query(f"The order clause '{request.arg('order')}' cannot be parsed")
    return sorted(docs, key=lambda doc: (doc.get(wish, ""), str(doc[key])), reverse=way.upper() == "DESC")


def page_of(request: Request, docs: list[Document]) -> tuple[list[Document], Document]:
    """One page and what the vendor says about it."""
    try:
        page, size = int(request.arg("page", "1")), int(request.arg("pageSize", str(PAGE)))
    except ValueError as error:
        raise bad_query("page and pageSize must be numbers") from error
    if page < 1:
        raise bad_query("page must be 1 or more")
    size = min(max(size, 1), MOST)
    count = -(-len(docs) // size)
    told = {"page": page, "pageSize": size, "pageCount": count, "itemCount": len(docs)}
    return docs[(page - 1) * size : page * size], told
