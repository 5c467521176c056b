"""Letters that ask for records: what there is to ask of each entity, and how a query is written.

Iterators live as long as one session; only one query of a letter may iterate. https://developer.intuit.com, Iterators
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.platforms.quickbooks_desktop.limits import DOCUMENTS, ENTRIES
from apps.platforms.quickbooks_desktop.reading import Answer
from apps.platforms.quickbooks_desktop.translate import Beside
from apps.platforms.quickbooks_desktop.translate.items import KINDS
from apps.platforms.quickbooks_desktop.translate.reference import RECEIVABLE
from apps.platforms.quickbooks_desktop.translate.values import Body, bare, canadian, kind_of, maybe, text
from apps.platforms.quickbooks_desktop.writer import Message
from apps.platforms.records import Facts

#: The identifier of the one query of a letter whose rows are the page.
MAIN = "main"


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of QuickBooks' documents or entries: how it is asked for.

    `iterates`: pages of it can be asked for. `whole`: it is always read anew, for a change of it cannot be told by its
    time. `deleted`: what the query of deletions calls it. `beside`: queries whose answers reading needs.
    """

    name: str
    document: bool = False
    iterates: bool = True
    whole: bool = False
    lines: bool = False
    links: bool = False
    deleted: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def request(self) -> str:
        """The name of its query."""
        return f"{self.name}QueryRq"


_ITEMS = tuple(kind for kind in KINDS)

#: A customer's own time does not move when its balance does, and lists of rates are short: they are read whole.
SOURCES: Mapping[str, tuple[Source, ...]] = {
    "account": (Source("Account", iterates=False, deleted=("Account",)),),
    "tax_code": (
        Source("ItemSalesTax", whole=True, deleted=("ItemSalesTax",)),
        Source("ItemSalesTaxGroup", whole=True, deleted=("ItemSalesTaxGroup",), beside=("rates",)),
    ),
    "payment_method": (Source("PaymentMethod", iterates=False, deleted=("PaymentMethod",)),),
    "customer": (Source("Customer", whole=True, deleted=("Customer",)),),
    "item": (Source("Item", deleted=_ITEMS),),
    "invoice": (
        Source("Invoice", document=True, lines=True, links=True, deleted=("Invoice",), beside=("rates", "groups")),
    ),
    "payment": (Source("ReceivePayment", document=True, lines=True, deleted=("ReceivePayment",)),),
    "credit_memo": (
        Source("CreditMemo", document=True, lines=True, links=True, deleted=("CreditMemo",), beside=("rates", "groups")),
    ),
    "refund": (Source("ARRefundCreditCard", document=True, lines=True, deleted=("ARRefundCreditCard",)),),
    "receivable_movement": (
        Source("JournalEntry", document=True, lines=True, deleted=("JournalEntry",), beside=("receivable",)),
        Source("Deposit", document=True, lines=True, deleted=("Deposit",), beside=("receivable",)),
        Source("Check", document=True, lines=True, deleted=("Check",), beside=("receivable",)),
        Source("Charge", document=True, deleted=("Charge",)),
    ),
}  # fmt: skip
CANADIAN_TAX = (
    Source("SalesTaxCode", whole=True, iterates=False, deleted=("SalesTaxCode",), beside=("rates",)),
)  # fmt: skip

#: Queries beside the main one; their names are their identifiers.
BESIDE: Mapping[str, tuple[str, Body]] = {
    "receivable": ("AccountQueryRq", {"ActiveStatus": "All", "AccountType": [RECEIVABLE], "IncludeRetElement": ["ListID"]}),
    "rates": ("ItemSalesTaxQueryRq", {"ActiveStatus": "All", "IncludeRetElement": ["ListID", "TaxRate"]}),
    "groups": ("ItemSalesTaxGroupQueryRq", {"ActiveStatus": "All", "IncludeRetElement": ["ListID"]}),
}  # fmt: skip
#: What kind of tax item the rows of such a query are.
TAX_KINDS = {"rates": "ItemSalesTax", "groups": "ItemSalesTaxGroup"}


def sources(entity: str, facts: Facts) -> tuple[Source, ...]:
    """What is asked for an entity, one after another."""
    return CANADIAN_TAX if entity == "tax_code" and canadian(facts) else SOURCES[entity]


def source_of(entity: str, external_id: str, facts: Facts) -> Source:
    """Where a record with this id comes from."""
    asked = sources(entity, facts)
    kind = kind_of(external_id)
    return next((source for source in asked if source.name == kind), asked[0])


def queries_beside(names: Iterable[str]) -> list[Message]:
    """The queries whose answers reading needs."""
    return [Message(BESIDE[name][0], BESIDE[name][1], {"requestID": name}) for name in names]


def query(source: Source, body: Body, request_id: str, iterator: str | None = None) -> Message:
    """A query with what its rows must hold. `iterator`: "" starts one, else it is the one to go on with."""
    attributes = {"requestID": request_id}
    if iterator is not None:
        attributes |= {"iterator": "Continue", "iteratorID": iterator} if iterator else {"iterator": "Start"}
    more: Body = {"IncludeLineItems": True} if source.lines else {}
    more |= {"IncludeLinkedTxns": True} if source.links else {}
    return Message(source.request, {**body, **more}, attributes)


def page_query(source: Source, since: datetime | None, iterator: str) -> Message:
    """The query of one page; the same filters on every page, as QuickBooks demands."""
    body: Body = {"MaxReturned": str(DOCUMENTS if source.document else ENTRIES)} if source.iterates else {}
    body |= {} if source.document else {"ActiveStatus": "All"}
    if since is not None and not source.whole:
        begin = {"FromModifiedDate": stamp(since)}
        body |= {"ModifiedDateRangeFilter": begin} if source.document else begin
    return query(source, body, MAIN, iterator if source.iterates else None)


def id_query(source: Source, external_id: str, request_id: str) -> Message:
    """The query of one record by its id. One message each: an id QuickBooks does not know spoils no other's answer."""
    return query(source, {"TxnID" if source.document else "ListID": [bare(external_id)]}, request_id)


def deleted_query(asked: Sequence[Source], since: datetime) -> Message:
    """The query of what was deleted since; QuickBooks remembers 90 days."""
    kinds = [kind for source in asked for kind in source.deleted]
    word = "Txn" if asked[0].document else "List"
    body = {f"{word}DelType": kinds, "DeletedDateRangeFilter": {"FromDeletedDate": stamp(since)}}
    return Message(f"{word}DeletedQueryRq", body, {"requestID": MAIN})


def stamp(moment: datetime) -> str:
    """A time with its offset: without one QuickBooks would take it for its own clock's."""
    return moment.isoformat(timespec="seconds")


def read_beside(answer: Answer) -> dict[str, Any]:
    """What the queries beside said, as JSON values for the context of a letter."""
    found: dict[str, Any] = {}
    for name in BESIDE:
        reply = answer.to(name)
        if reply is not None:
            found[name] = {text(raw, "ListID"): text(raw, "TaxRate") for _, raw in reply.rows}
    return found


def beside_of(context: Mapping[str, Any]) -> Beside:
    """The same, ready for reading."""
    kept = context.get("beside") or {}
    kinds = {key: kind for name, kind in TAX_KINDS.items() for key in kept.get(name, {})}
    rates: dict[str, Decimal] = {}
    for key, value in kept.get("rates", {}).items():
        rate = maybe({"TaxRate": value}, "TaxRate")
        rates |= {} if rate is None else {key: rate}
    return Beside(receivable=frozenset(kept.get("receivable", {})), tax_items=kinds, rates=rates)
