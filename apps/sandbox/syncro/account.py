"""One Syncro account: who may come in, how often, and how lists are paged."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from apps.sandbox.frame import Fault, PocketApp, Request, Response
from apps.sandbox.store import Document, Store
from apps.sandbox.syncro import permissions, values
from apps.sandbox.syncro.readings import READINGS
from apps.sandbox.syncro.shelves import Shelves
from apps.sandbox.syncro.webhooks import Postman

BASE = "/api/v1"
SUBDOMAIN = "acme"
PER_MINUTE = 180
PERMISSIONS = permissions.PERMISSIONS

FIRST_IDS = {
    "customer": 24_152_385, "invoice": 1_649_793_879, "line": 123_197_177, "payment": 44_123_334,
    "product": 22_739_503, "category": 310_204, "tax_rate": 88_421, "payment_method": 51_007,
    "vendor": 611_204, "purchase_order": 2_050_182, "order_line": 8_204_551, "contact": 30_118_702,
    "location": 20_117, "sku": 940_112, "quantity": 7_311_904, "estimate": 12_402_119, "schedule": 501_377,
}  # fmt: skip
NOT_AUTHORIZED = {"error": "Not authorized. Please ask account admin to update your group permissions."}
FIRST_METHODS = ("Credit Card", "Cash", "Check", "Offline CC", "Quick", "Other", "Store Credit")

UNASKED = ("page", "per_page", "api_key")

T = TypeVar("T")


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
    """The door, the clock, the ids and the lists that every part of the pocket shares.

    What the vendor's pages leave open is an attribute of its own, named and explained in READINGS.
    """

    name: ClassVar[str] = "syncro"

    def __init__(self, store: Store, subdomain: str = SUBDOMAIN, gate: Gate | None = None) -> None:
        self.shelves = Shelves(store)
        super().__init__(self.shelves)
        self.subdomain = subdomain
        self.gate = gate or Gate()
        self.limit_scale = 1.0
        self.readings = {name: default for name, (default, _, _) in READINGS.items()}
        self.postman = Postman()
        self.counts: Counter[tuple[str, str]] = Counter()
        self._refused = 0
        self._numbers: dict[str, int] = {}
        self._paid_by: defaultdict[str, dict[int, None]] = defaultdict(dict)
        for doc in store.all("invoice"):
            self._numbers[doc["number"]] = doc["id"]
        for doc in store.all("payment"):
            self._note_payment(doc)
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
        for known in (self.gate, self.counts, self._numbers, self._paid_by):
            known.clear()
        self.furnish()

    def keep_invoice(self, doc: Document) -> Document:
        """Keep an invoice where its number finds it; the index only hints, readers look at the document."""
        self._numbers[doc["number"]] = doc["id"]
        return self.store.put("invoice", doc["id"], doc)

    def keep_payment(self, doc: Document) -> Document:
        """Keep a payment where its invoices find it."""
        self._note_payment(doc)
        return self.store.put("payment", doc["id"], doc)

    def _note_payment(self, doc: Document) -> None:
        for key in (*doc["allocation"], *map(str, doc["invoice_ids"])):
            self._paid_by[key][doc["id"]] = None

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
        told = self.readings["retry_after"] == "always" or (
            self.readings["retry_after"] == "alternate" and self._refused % 2 == 1
        )
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
        permission = permissions.needed(request.method, request.path.removeprefix(BASE))
        return None if permissions.allows(token, permission) else Response(401, NOT_AUTHORIZED)

    def _note(self, request: Request, response: Response, fault: Fault | None) -> None:
        super()._note(request, response, fault)
        self.counts[request.method, request.path.removeprefix(BASE)] += 1

    def body_of(self, request: Request) -> Document:
        """The JSON object sent; anything else counts as nothing sent."""
        try:
            body = request.json()
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    def asked_page(self, request: Request) -> int:
        """The number of the page that was asked for."""
        given = request.arg("page", "1")
        return max(1, int(given)) if given.isdecimal() else 1

    def page(self, request: Request, rows: Sequence[T], size: int) -> tuple[list[T], int, int]:
        """One page of a list, its number, and the number of pages; `per_page` is not honoured."""
        wanted = self.asked_page(request)
        pages = max(1, -(-len(rows) // size))
        return list(rows[(wanted - 1) * size : wanted * size]), wanted, pages

    def listed(self, kind: str, request: Request, keep: Callable[[Document], bool] | None = None,
               also: tuple[str, ...] = (), base: Callable[[], list[int]] | None = None,
               arrange: Callable[[list[int]], list[int]] | None = None) -> list[int]:  # fmt: skip
        """The ids a list request asks for, in the list's order; asking for its next page costs only that page.

        keep: which documents (none given: all); also: other kinds that `keep` looks at; base: gives the ids to choose from;
        arrange: another order.
        """
        asked = str(sorted((name, value) for name, value in request.query.items() if name not in UNASKED))

        def build() -> list[int]:
            ids = sorted(base()) if base else self.shelves.ids(kind)
            if keep is not None:
                ids = [key for key in ids if keep(self.find(kind, key))]
            ids = ids[::-1] if self.readings["newest_first"] else ids
            return arrange(ids) if arrange else ids

        return self.shelves.remembered((kind, *also), asked, build)

    def documents(self, kind: str, ids: Sequence[int]) -> list[Document]:
        """The documents of a page."""
        return [self.find(kind, key) for key in ids]

    def thin_meta(self, wanted: int, pages: int) -> Document:
        """The meta of invoices and payments."""
        return {"total_pages": pages, "page": wanted}

    def full_meta(self, wanted: int, pages: int, entries: int, size: int) -> Document:
        """The meta of customers and line items."""
        return {"total_pages": pages, "total_entries": entries, "per_page": size, "page": wanted}

    def first_location(self) -> int | None:
        """Where things happen unless told; None in an account with a single, nameless location."""
        ids = self.shelves.ids("location")
        return ids[0] if ids else None

    def in_order(self, kind: str) -> list[Document]:
        """All documents of a kind by id, oldest first unless the account shows the newest first."""
        ids = self.shelves.ids(kind)
        return self.documents(kind, ids[::-1] if self.readings["newest_first"] else ids)

    def notify(self, words: str, kind: str, doc: Document) -> None:
        """Tell every webhook of the Notification Center; it says what happened in words only."""
        link = f"https://{self.subdomain}.syncromsp.com/{kind}/{doc['id']}"
        letter = {"text": words, "html": f"<p>{words}</p>", "link": link, "attributes": doc}
        self.postman.send([hook["url"] for hook in self.store.all("webhook")], letter)
