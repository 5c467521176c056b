"""What an account tells about itself, and the lists that nobody can change through the API."""

from __future__ import annotations

from typing import Any

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.syncro.account import BASE, Account

USER, JOINED = "Olive Owner", "2019-11-01T11:39:20.554Z"
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
LOCALE = {
    "iso_code": "en", "currency_symbol": "$", "date_format": "mm-dd-yy", "time_format": "hh:mm tt",
    "time_zone": "America/Los_Angeles", "time_offset": "-08:00",
}  # fmt: skip
TABS_ON = ("msp_dashboard", "customers", "invoices", "customer_purchases", "estimates", "tickets", "products",
           "purchase_orders", "sales")  # fmt: skip
TABS_OFF = ("assets", "alerts", "contracts", "refurbs", "parts", "field_jobs", "kabuto_policies", "scripts", "leads",
            "domo", "marketr", "recur", "reports", "wiki", "app_center", "pax8")  # fmt: skip
AREAS = {"customer": "Customers", "invoice": "Invoices", "payment": "Payments", "asset": "Assets", "ticket": "Tickets"}
READS = ("List/Search", "View Detail", "View Details", "View List")


class Settings(Account):
    """/me, /settings, users and payment methods."""

    @route("GET", f"{BASE}/me")
    def me(self, request: Request) -> Response:
        """The user behind the token, a secret included."""
        token = self.token_of(request) or {}
        granted = token.get("permissions")
        permissions: dict[str, Any] = {area: _area(title, granted) for area, title in AREAS.items()}
        permissions |= {"worksheet": dict.fromkeys(("add", "manage", "delete"), granted is None)}
        permissions |= {"script": {"execute": granted is None}}
        return Response(200, {
            "user_token": "3746f72b-9852-4d1a-84e9-pocketsyncro", "user_email": "owner@example.com",
            "user_name": USER, "user_id": 1, "admin": bool(token.get("global_admin")),
            "can_use_app": True, "two_factor_required": False, "subdomain": self.subdomain, "default_location": self.first_location(),
            "enable_multi_locations": self.first_location() is not None, "locations_allowed": [], "permissions": permissions,
        })  # fmt: skip

    @route("GET", f"{BASE}/settings")
    def settings(self, request: Request) -> Response:
        """Locale and opening hours; nothing about tax, terms or money but a currency sign."""
        hours = [{"day": day, "start": "09:00", "end": "17:00", "closed": False} for day in DAYS]
        return Response(200, {
            "customers": {"required_fields": None, "customer_fields": [], "customer_field_answers": []},
            "assets": {"asset_types": [], "asset_type_fields": [], "asset_type_field_answers": []},
            "locale": LOCALE,
            "ticket": {"ticket_types": [], "ticket_type_fields": [], "ticket_type_field_answers": [],
                       "problem_types": ["Virus", "Hardware", "Other"], "priorities": ["", "2 Normal"]},
            "business_hours_enabled": True, "business_hours": hours, "default_holiday_calendar": "USA",
            "msp_addon": None,
        })  # fmt: skip

    @route("GET", f"{BASE}/settings/tabs")
    def tabs(self, request: Request) -> Response:
        """Which modules are on."""
        switched = {doc["id"]: doc["on"] for doc in self.store.all("tab")}
        return Response(200, {"tabs": {**dict.fromkeys(TABS_ON, True), **dict.fromkeys(TABS_OFF, False), **switched}})

    def control_tab(self, name: str, on: bool) -> None:
        """Switch a module on or off."""
        if name not in (*TABS_ON, *TABS_OFF):
            raise LookupError(f"no tab {name!r}")
        self.store.put("tab", name, {"id": name, "on": on})

    @route("GET", f"{BASE}/payment_methods")
    def payment_methods(self, request: Request) -> Response:
        """All methods on every page."""
        return Response(200, {"payment_methods": list(self.store.all("payment_method"))})

    @route("GET", f"{BASE}/users")
    def users(self, request: Request) -> Response:
        """Everybody as a pair of id and name."""
        return Response(200, {"users": [[1, USER]]})

    @route("GET", f"{BASE}/users/(?P<key>\\d+)")
    def user(self, request: Request, key: str) -> Response:
        """One user."""
        if key != "1":
            return self.not_found(request)
        return Response(200, {"user": {"id": 1, "email": "owner@example.com", "full_name": USER,
                                       "created_at": JOINED, "updated_at": JOINED, "group": "Admins", "admin": True,
                                       "color": "55b932"}})  # fmt: skip


def _area(title: str, granted: list[str] | None) -> dict[str, bool]:
    boxes = {box.removeprefix(f"{title} - ") for box in granted or [] if box.startswith(f"{title} - ")}
    every = granted is None or "Global Admin" in granted
    return {
        "read": every or bool(boxes & set(READS)),
        "write": every or bool(boxes & {"Create", "Edit"}),
        "delete": every or "Delete" in boxes,
    }
