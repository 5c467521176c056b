"""Products and services with their categories; they can be disabled, never deleted."""

from __future__ import annotations

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.syncro import values
from apps.sandbox.syncro.account import BASE
from apps.sandbox.syncro.vendors import Vendors

PAGE = 25
PRICES = ("price_cost", "price_retail", "price_wholesale")
FLAGS = ("maintain_stock", "disabled", "taxable", "serialized")
REST = (
    "name", "description", "condition", "quantity", "warranty", "sort_order", "reorder_at", "product_category",
    "upc_code", "discount_percent", "warranty_template_id", "qb_item_id", "desired_stock_level", "notes",
    "tax_rate_id", "vendor_ids", "physical_location", "long_description",
)  # fmt: skip
HIDDEN = ("created_at", "updated_at")
SORTABLE = ("id", "name", "description", "price_retail", "price_cost", "upc_code", "created_at", "updated_at")


class Products(Vendors):
    """The product endpoints. A product shows neither created_at nor updated_at, though lists sort by them."""

    def show_product(self, doc: Document) -> Document:
        """A product as every endpoint shows it."""
        return {name: value for name, value in doc.items() if name not in HIDDEN}

    def new_product(self, fields: Document) -> Document:
        """Keep a product; ValueError with the list of complaints."""
        _check(fields)
        key, now = self.new_id("product"), self.now()
        doc: Document = {"id": key, **dict.fromkeys(PRICES, 0), **dict.fromkeys(REST), **dict.fromkeys(FLAGS, False)}
        doc |= {"taxable": True, "quantity": 0, "vendor_ids": [], "category_path": None, "product_skus": [],
                "location_quantities": [], "photos": [], "created_at": now, "updated_at": now}  # fmt: skip
        return self._keep_product(doc, fields)

    def change_product(self, doc: Document, fields: Document) -> Document:
        """Overwrite what was given."""
        _check({**doc, **fields})
        return self._keep_product({**doc, "updated_at": self.now()}, fields)

    def _keep_product(self, doc: Document, fields: Document) -> Document:
        prices = {name: values.number(values.decimal(fields[name])) for name in PRICES if name in fields}
        doc = {**doc, **fields, **prices}
        if doc["product_category"]:
            self.keep_category(doc["product_category"])
        doc["category_path"] = self._path_of(doc["product_category"])
        return self.store.put("product", doc["id"], doc)

    def keep_category(self, name: str, parent: Document | None = None) -> Document:
        """The category of a name, made when there is none yet."""
        known = self.shelves.having("category", "name", name)
        if known:
            return known[0]
        key = self.new_id("category")
        above = [each for each in (parent["ancestry"], str(parent["id"])) if each] if parent else []
        path = f"{parent['names_depth_cache']} / {name}" if parent else name
        return self.store.put("category", key, {"id": key, "account_id": 1, "ancestry": "/".join(above) or None,
                              "name": name, "description": name, "device_product_id": None,
                              "names_depth_cache": path})  # fmt: skip

    def _path_of(self, category: str | None) -> str | None:
        found = self.shelves.having("category", "name", category) if category else []
        return found[0]["names_depth_cache"] if found else None

    @route("GET", f"{BASE}/products")
    def list_products(self, request: Request) -> Response:
        """The list, without any meta."""
        arrange = self.sorting("product", request, SORTABLE, dict)
        ids = self.listed("product", request, lambda doc: self._wanted(request, doc), ("category",), arrange=arrange)
        rows, _, _ = self.page(request, ids, PAGE)
        return Response(200, {"products": [self.show_product(doc) for doc in self.documents("product", rows)]})

    def _wanted(self, request: Request, doc: Document) -> bool:
        ids, not_ids = request.query.get("id[]"), request.query.get("id_not[]")
        if (ids and str(doc["id"]) not in ids) or (not_ids and str(doc["id"]) in not_ids):
            return False
        category = self.store.get("category", request.arg("category_id"))
        if request.arg("category_id") and doc["product_category"] != (category or {}).get("name", ""):
            return False
        if any(request.arg(name) and request.arg(name) != str(doc[name] or "") for name in ("name", "upc_code")):
            return False
        skus = [sku["sku"] for sku in doc["product_skus"]]
        if request.arg("sku") and request.arg("sku") not in skus:
            return False
        return request.arg("query").lower() in f"{doc['name']} {doc['description']} {doc['upc_code'] or ''}".lower()

    @route("GET", f"{BASE}/products/categories")
    def list_categories(self, request: Request) -> Response:
        """All categories at once."""
        return Response(200, {"categories": list(self.store.all("category"))})

    @route("GET", f"{BASE}/products/(?P<key>\\d+)")
    def get_product(self, request: Request, key: str) -> Response:
        """One product."""
        doc = self.store.get("product", key)
        return Response(200, {"product": self.show_product(doc)}) if doc else self.not_found(request)

    @route("POST", f"{BASE}/products")
    def create_product(self, request: Request) -> Response:
        """A new product."""
        body = self.body_of(request)
        try:
            doc = self.new_product(_writable(body))
        except ValueError as complaint:
            return Response(422, {"success": False, "message": complaint.args[0], "params": body})
        return Response(200, {"product": self.show_product(doc)})

    @route("PUT", f"{BASE}/products/(?P<key>\\d+)")
    def update_product(self, request: Request, key: str) -> Response:
        """Overwrites what is sent; a check-box that is not sent is cleared."""
        doc, body = self.store.get("product", key), self.body_of(request)
        if doc is None:
            return self.not_found(request)
        try:
            changed = self.change_product(doc, {**dict.fromkeys(FLAGS, False), **_writable(body)})
        except ValueError as complaint:
            return Response(422, {"success": False, "message": complaint.args[0]})
        return Response(200, {"product": self.show_product(changed)})


def _writable(body: Document) -> Document:
    return {name: body[name] for name in (*PRICES, *FLAGS, *REST) if name in body}


def _check(fields: Document) -> None:
    blank = [f"{name.capitalize()} can't be blank" for name in ("name", "description") if not fields.get(name)]
    if blank:
        raise ValueError(blank)
    for name in PRICES:
        try:
            values.decimal(fields.get(name))
        except ValueError:
            raise ValueError([f"{name.replace('_', ' ').capitalize()} is not a number"]) from None
