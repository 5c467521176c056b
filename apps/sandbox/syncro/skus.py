"""What hangs on a product: its vendors' article numbers, its stock by location, its bar code."""

from __future__ import annotations

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.syncro.account import BASE
from apps.sandbox.syncro.products import Products


class Skus(Products):
    """The endpoints below a product."""

    def new_product(self, fields: Document) -> Document:
        """Keep a product, with a row of stock for every location; ValueError with the list of complaints."""
        doc = super().new_product(fields)
        for key in self.shelves.ids("location"):
            doc = self.place_product(doc, key)
        return doc

    def keep_sku(self, product: Document, vendor_id: object, value: object, sku_id: int | None = None) -> Document:
        """Keep an article number of a vendor; ValueError with the list of complaints."""
        vendor = self.store.get("vendor", str(vendor_id or ""))
        complaints = [f"{word} is blank" for word, given in (("Vendor", vendor), ("Value", value)) if not given]
        if vendor is None or complaints:
            raise ValueError(complaints)
        sku = {"id": sku_id or self.new_id("sku"), "vendor_name": vendor["name"], "sku": str(value)}
        others = [each for each in product["product_skus"] if each["id"] != sku["id"]]
        vendors = [*product["vendor_ids"], *({vendor["id"]} - set(product["vendor_ids"]))]
        self.store.put("product", product["id"], {**product, "product_skus": [*others, sku], "vendor_ids": vendors,
                                                  "updated_at": self.now()})  # fmt: skip
        return sku

    @route("GET", f"{BASE}/products/(?P<key>\\d+)/product_skus")
    def list_skus(self, request: Request, key: str) -> Response:
        """All article numbers of a product at once."""
        doc = self.store.get("product", key)
        return Response(200, {"product_skus": doc["product_skus"]}) if doc else self.not_found(request)

    @route("POST", f"{BASE}/products/(?P<key>\\d+)/product_skus")
    def create_sku(self, request: Request, key: str) -> Response:
        """One more article number; complaints are a 400 here."""
        return self._kept_sku(request, key, None)

    @route("PUT", f"{BASE}/products/(?P<key>\\d+)/product_skus/(?P<sku_key>\\d+)")
    def update_sku(self, request: Request, key: str, sku_key: str) -> Response:
        """Overwrites an article number."""
        return self._kept_sku(request, key, sku_key)

    def _kept_sku(self, request: Request, key: str, sku_key: str | None) -> Response:
        doc, body = self.store.get("product", key), self.body_of(request)
        known = {str(sku["id"]) for sku in doc["product_skus"]} if doc else set()
        if doc is None or (sku_key and sku_key not in known):
            return self.not_found(request)
        try:
            sku = self.keep_sku(doc, body.get("vendor_id"), body.get("value"), int(sku_key) if sku_key else None)
        except ValueError as complaint:
            return Response(400, {"message": complaint.args[0]})
        return Response(200, {"product_sku": sku})

    @route("GET", f"{BASE}/products/barcode")
    def find_barcode(self, request: Request) -> Response:
        """The product with a bar code."""
        code = request.arg("barcode")
        found = self.shelves.having("product", "upc_code", code) if code else []
        return Response(200, {"product": self.show_product(found[0])}) if found else self.not_found(request)

    @route("PUT", f"{BASE}/products/(?P<key>\\d+)/location_quantities")
    def update_quantity(self, request: Request, key: str) -> Response:
        """Sets the stock of a product at one location."""
        doc, body = self.store.get("product", key), self.body_of(request)
        rows = doc["location_quantities"] if doc else []
        row = next((row for row in rows if row["id"] == body.get("location_quantity_id")), None)
        if doc is None or row is None:
            return self.not_found(request)
        changed = {**row, "quantity": int(body.get("quantity") or 0), "updated_at": self.now()}
        self.keep_quantities(doc, [changed if each is row else each for each in rows])
        return Response(200, changed)

    def keep_quantities(self, product: Document, rows: list[Document]) -> Document:
        """Keep a product's stock by location, and their sum."""
        total = sum(row["quantity"] for row in rows)
        return self.store.put("product", product["id"], {**product, "location_quantities": rows, "quantity": total,
                                                         "updated_at": self.now()})  # fmt: skip

    def stock_up(self, product: Document, quantity: int, location_id: int | None) -> None:
        """Goods have arrived at a location, or at the only one."""
        rows = product["location_quantities"]
        at = next((row for row in rows if row["location_id"] == location_id), rows[0] if rows else None)
        if at is None:
            self.store.put("product", product["id"], {**product, "quantity": product["quantity"] + quantity,
                                                      "updated_at": self.now()})  # fmt: skip
            return
        more = {**at, "quantity": at["quantity"] + quantity, "updated_at": self.now()}
        self.keep_quantities(product, [more if row is at else row for row in rows])

    def place_product(self, product: Document, location_id: int) -> Document:
        """A product gets its row of stock at a location, without anything in it."""
        now = self.now()
        row = {"id": self.new_id("quantity"), "product_id": product["id"], "location_id": location_id, "quantity": 0,
               "tax_rate_id": None, "created_at": now, "updated_at": now, "reorder_at": None, "desired_stock_level": 0,
               "price_cost_cents": None, "price_retail_cents": None}  # fmt: skip
        rows = [*product["location_quantities"], row]
        return self.store.put("product", product["id"], {**product, "location_quantities": rows})
