"""One Syncro account: who may come in, how often, how lists are paged, and what an invoice comes to."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from apps.sandbox.frame import PocketApp, Request, Response
from apps.sandbox.store import Document, Store
from apps.sandbox.syncro import values
from apps.sandbox.syncro.webhooks import Postman

BASE = "/api/v1"
SUBDOMAIN = "acme"
PER_MINUTE = 180

PERMISSIONS: tuple[tuple[str, str, str], ...] = (
    ("GET", r"/customers", "Customers - List/Search"),
    ("POST", r"/customers", "Customers - Create"),
    ("GET", r"/customers/[^/]+", "Customers - View Detail"),
    ("PUT", r"/customers/[^/]+", "Customers - Edit"),
    ("DELETE", r"/customers/[^/]+", "Customers - Delete"),
    ("GET", r"/products(/.*)?", "Products - List/Search"),
    ("POST", r"/products", "Products - Create"),
    ("PUT", r"/products/[^/]+", "Products - Edit"),
    ("GET", r"/invoices", "Invoices - List/Search"),
    ("POST", r"/invoices", "Invoices - Create"),
    ("GET", r"/invoices/[^/]+", "Invoices - View Details"),
    ("PUT", r"/invoices/[^/]+", "Invoices - Edit"),
    ("DELETE", r"/invoices/[^/]+", "Invoices - Delete"),
    ("POST", r"/invoices/[^/]+/line_items", "Invoices - Edit"),
    ("PUT", r"/invoices/[^/]+/line_items/[^/]+", "Invoices - Edit"),
    ("DELETE", r"/invoices/[^/]+/line_items/[^/]+", "Invoices - Edit"),
    ("GET", r"/line_items", "Global Admin"),
    ("GET", r"/payments", "Payments - View List"),
    ("GET", r"/payments/[^/]+", "Payments - View List"),
    ("POST", r"/payments", "Payments - Create"),
    ("GET", r"/vendors", "Vendors - List"),
    ("GET", r"/vendors/[^/]+", "Vendors - View Details"),
    ("GET", r"/purchase_orders", "Purchase Orders - List/Search"),
    ("GET", r"/purchase_orders/[^/]+", "Purchase Orders - View Details"),
)
FIRST_IDS = {
    "customer": 24_152_385, "invoice": 1_649_793_879, "line": 123_197_177, "payment": 44_123_334,
    "product": 22_739_503, "category": 310_204, "tax_rate": 88_421, "payment_method": 51_007,
}  # fmt: skip
NOT_AUTHORIZED = {"error": "Not authorized. Please ask account admin to update your group permissions."}
FIRST_METHODS = ("Credit Card", "Cash", "Check", "Offline CC", "Quick", "Other", "Store Credit")

Show = Callable[[Document], Document]


class Gate:
    """So many requests a minute from one address, whichever of the accounts behind the gate they are for."""

    def __init__(self) -> None:
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)

    def wait(self, address: str, now: float, scale: float) -> int | None:
        """None to come in; else the seconds after which there is room again."""
        recent = self._recent[address]
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if len(recent) < PER_MINUTE * scale:
            recent.append(now)
            return None
        return max(1, int(recent[0] + 60 - now) + 1) if recent else 60

    def clear(self) -> None:
        """Nobody has asked yet."""
        self._recent.clear()


class Account(PocketApp):
    """The door, the clock, the ids and the sums that every part of the pocket shares.

    retry_after: "always", "never" or "alternate" (the vendor's pages disagree); payment_touches_invoice: whether a
    payment moves an invoice's updated_at (not documented); apply_payments_unit: "cents" or "dollars" (disputed);
    requires_number: whether POST /invoices insists on a number (disputed); newest_first: order of the lists;
    query_finds_ref: whether GET /payments?query= looks at ref_num (not documented: by default only at names).
    """

    name: ClassVar[str] = "syncro"

    def __init__(self, store: Store, subdomain: str = SUBDOMAIN, gate: Gate | None = None) -> None:
        super().__init__(store)
        self.subdomain = subdomain
        self.gate = gate or Gate()
        self.limit_scale = 1.0
        self.retry_after = "alternate"
        self.payment_touches_invoice = False
        self.apply_payments_unit = "cents"
        self.requires_number = True
        self.newest_first = False
        self.query_finds_ref = False
        self.postman = Postman()
        self._refused = 0
        self._numbers: dict[str, int] = {}
        self._paid_by: defaultdict[str, dict[int, None]] = defaultdict(dict)
        for doc in store.all("invoice"):
            self.keep_invoice(doc)
        for doc in store.all("payment"):
            self.keep_payment(doc)
        self.furnish()

    def furnish(self) -> None:
        """What a new account already has: its payment methods."""
        if not any(self.store.all("payment_method")):
            for name in FIRST_METHODS:
                self.add_payment_method(name)
            self.store.commit()

    def add_payment_method(self, name: str, uses_card_processing: bool = False) -> Document:
        """A configured payment method; payments name it, they do not point to it."""
        key, now = self.new_id("payment_method"), self.now()
        return self.store.put("payment_method", key, {"id": key, "name": name, "created_at": now, "updated_at": now,
                              "uses_card_processing": uses_card_processing})  # fmt: skip

    def control_reset(self) -> None:
        """Forget everything but what a new account has."""
        super().control_reset()
        for known in (self.gate, self._numbers, self._paid_by):
            known.clear()
        self.furnish()

    def keep_invoice(self, doc: Document) -> Document:
        """Keep an invoice where its number finds it; the index only hints, readers look at the document."""
        self._numbers[doc["number"]] = doc["id"]
        return self.store.put("invoice", doc["id"], doc)

    def keep_payment(self, doc: Document) -> Document:
        """Keep a payment where its invoices find it."""
        for key in (*doc["allocation"], *map(str, doc["invoice_ids"])):
            self._paid_by[key][doc["id"]] = None
        return self.store.put("payment", doc["id"], doc)

    def by_number(self, number: str) -> Document | None:
        """The invoice that carries a number."""
        doc = self.store.get("invoice", self._numbers.get(number, ""))
        return doc if doc and doc["number"] == number else None

    def now(self) -> str:
        """The instant of a change."""
        return values.instant(self.clock())

    def new_id(self, kind: str) -> int:
        """A growing integer with gaps, as an account sees it that shares its tables with others."""
        last = self.store.get("last_id", kind) or {"value": FIRST_IDS[kind] - 1}
        value: int = last["value"] + 1 + zlib.crc32(f"{kind}{last['value']}".encode()) % 7
        self.store.put("last_id", kind, {"value": value})
        return value

    def find(self, kind: str, key: str | int | None) -> Document:
        """A document that people point to; LookupError when there is none."""
        doc = self.store.get(kind, key) if key is not None else None
        if doc is None:
            raise LookupError(f"no {kind} {key!r}")
        return doc

    def guard(self, request: Request) -> Response | None:
        """The rate limit, then the token, then its check-boxes."""
        return self._too_many(request) or self._not_allowed(request)

    def _too_many(self, request: Request) -> Response | None:
        wait = self.gate.wait(request.address, self.clock(), self.limit_scale)
        if wait is None:
            return None
        self._refused += 1
        told = self.retry_after == "always" or (self.retry_after == "alternate" and self._refused % 2 == 1)
        return Response(429, {"error": "Rate limit exceeded."}, {"Retry-After": str(wait)} if told else {})

    def token_of(self, request: Request) -> Document | None:
        """The valid token a request carries, in any of the three ways."""
        given = request.headers.get("authorization", "") or request.arg("api_key")
        token = self.store.get("token", given.removeprefix("Bearer ").strip())
        if token is None or token["expired"]:
            return None
        expires = token["expires_at"]
        return token if not expires or expires > self.now()[: len(expires)] else None

    def _not_allowed(self, request: Request) -> Response | None:
        token = self.token_of(request)
        if token is None:
            return Response(401, {"error": "Not authorized."})
        path = request.path.removeprefix(BASE)
        for method, pattern, permission in PERMISSIONS:
            if method == request.method and re.fullmatch(pattern, path):
                granted = token["permissions"]
                return None if granted is None or permission in granted else Response(401, NOT_AUTHORIZED)
        return None

    def body_of(self, request: Request) -> Document:
        """The JSON object sent; anything else counts as nothing sent."""
        try:
            body = request.json()
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    def page(self, request: Request, docs: Sequence[Document], size: int) -> tuple[list[Document], int, int]:
        """One page of a list, its number, and the number of pages; `per_page` is not honoured."""
        given = request.arg("page", "1")
        wanted = max(1, int(given)) if given.isdecimal() else 1
        pages = max(1, -(-len(docs) // size))
        return list(docs[(wanted - 1) * size : wanted * size]), wanted, pages

    def thin_meta(self, wanted: int, pages: int) -> Document:
        """The meta of invoices and payments."""
        return {"total_pages": pages, "page": wanted}

    def full_meta(self, wanted: int, pages: int, entries: int, size: int) -> Document:
        """The meta of customers and line items."""
        return {"total_pages": pages, "total_entries": entries, "per_page": size, "page": wanted}

    def in_order(self, kind: str) -> list[Document]:
        """All documents of a kind by id, oldest first unless the account shows the newest first."""
        return sorted(self.store.all(kind), key=lambda doc: int(doc["id"]), reverse=self.newest_first)

    def percent_of(self, rate_id: Any) -> Decimal:
        """A tax rate in percent; a tax group is the sum of its two rates."""
        rate = self.find("tax_rate", rate_id)
        if rate["group"]:
            return sum((self.percent_of(part) for part in rate["group"]), values.ZERO)
        return values.decimal(rate["percent"])

    def line_percent(self, invoice: Document, line: Document) -> Decimal:
        """The rate of a line: an exempt customer first, then line, invoice, customer, and the account's first rate."""
        rates = list(self.store.all("tax_rate"))
        if not line["taxable"] or not rates:
            return values.ZERO
        customer = self.store.get("customer", invoice["customer_id"]) or {}
        own = customer.get("tax_rate_id")
        if own and self.percent_of(own) == 0:
            return values.ZERO
        return self.percent_of(line["tax_rate_id"] or invoice["tax_rate_id"] or own or rates[0]["id"])

    def add_up(self, invoice: Document) -> None:
        """Set subtotal, tax, total and cost from the lines, and whether it is settled."""
        lines = invoice["lines"]
        subtotal, tax = values.sums(lines, [self.line_percent(invoice, line) for line in lines])
        cost = sum((values.decimal(line["cost"]) * values.decimal(line["quantity"]) for line in lines), values.ZERO)
        shown = {"subtotal": subtotal, "tax": tax, "total": subtotal + tax, "hardwarecost": cost}
        invoice.update({name: values.text(amount) for name, amount in shown.items()})
        self.settle(invoice)

    def payments_on(self, invoice_id: int) -> list[Document]:
        """Every payment that names the invoice, also a declined one."""
        key = str(invoice_id)
        payments = [doc for id_ in self._paid_by.get(key, ()) if (doc := self.store.get("payment", id_))]
        return [doc for doc in payments if key in doc["allocation"] or invoice_id in doc["invoice_ids"]]

    def balance(self, invoice: Document) -> Decimal:
        """What is still due, in dollars."""
        key = str(invoice["id"])
        paid = sum(doc["allocation"].get(key, 0) for doc in self.payments_on(invoice["id"]) if doc["success"])
        return values.decimal(invoice["total"]) - values.dollars(paid)

    def settle(self, invoice: Document) -> bool:
        """Set is_paid; tells whether it has just become paid. An invoice without lines is not yet a $0 invoice."""
        before, due, total = invoice["is_paid"], self.balance(invoice), values.decimal(invoice["total"])
        settled = due <= 0 if total >= 0 else due >= 0
        invoice["is_paid"] = bool(invoice["lines"]) and settled
        self.keep_invoice(invoice)
        return bool(invoice["is_paid"] and not before)

    def notify(self, words: str, kind: str, doc: Document) -> None:
        """Tell every webhook of the Notification Center; it says what happened in words only."""
        link = f"https://{self.subdomain}.syncromsp.com/{kind}/{doc['id']}"
        letter = {"text": words, "html": f"<p>{words}</p>", "link": link, "attributes": doc}
        self.postman.send([hook["url"] for hook in self.store.all("webhook")], letter)
