"""How the portal looks and what its navigation holds: the setting UNFOLD, and nothing that needs Django started."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy

#: Teal; white text on 600 has a contrast of 5.5.
PRIMARY = {
    "50": "oklch(98.4% 0.014 180.72)",
    "100": "oklch(95.3% 0.051 180.801)",
    "200": "oklch(91% 0.096 180.426)",
    "300": "oklch(85.5% 0.138 181.071)",
    "400": "oklch(77.7% 0.152 181.912)",
    "500": "oklch(60% 0.118 184.704)",
    "600": "oklch(51.1% 0.096 186.391)",
    "700": "oklch(43.7% 0.078 188.216)",
    "800": "oklch(38.6% 0.063 188.416)",
    "900": "oklch(33% 0.055 190)",
    "950": "oklch(27.7% 0.046 192.524)",
}


def _static(path: str) -> Any:
    return lambda request: static(path)


def _administers(request: Any) -> bool:
    return bool(request.user.is_superuser)


def _somebody_calls(request: Any) -> bool:
    """Sessions are shown once there was one: most books are called, they do not call."""
    from apps.sync.models import PostRound

    return PostRound.objects.exists()


def _bought(request: Any) -> bool:
    """Only where a file told of purchases."""
    from apps.mirror.models import SyncroRecord

    return SyncroRecord.objects.filter(entity="customer_purchase").exists()


def _refunds_told(request: Any) -> bool:
    """Only where a file told what refunds give back."""
    from apps.mappings.models import RefundOrigin

    return RefundOrigin.objects.exists()


def _item(title: str, icon: str, name: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}"), **more}


def _pair(title: str, icon: str, entity: str) -> dict[str, Any]:
    """One entry for both sides' rows; the list itself has a tab for each side."""
    here = (f"/mirror/syncro{entity}/", f"/mirror/books{entity}/")
    return _item(title, icon, f"mirror_syncro{entity}_changelist", active=lambda request: request.path.startswith(here))


def _tabs(entity: str) -> dict[str, Any]:
    names = [(f"mirror.{side.lower()}{entity}", f"In {title}", f"mirror_{side.lower()}{entity}_changelist")
             for side, title in (("Syncro", "Syncro"), ("Books", "the books"))]  # fmt: skip
    items = [{"title": title, "link": reverse_lazy(f"admin:{name}")} for _, title, name in names]
    return {"models": [model for model, _, _ in names], "items": items}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Tieout",
    "SITE_HEADER": "Tieout",
    "SITE_SUBHEADER": "Syncro and your books, to the cent",
    "SITE_URL": None,
    "SITE_ICON": _static("portal/tieout.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _static("portal/tieout.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "COLORS": {"primary": PRIMARY},
    "STYLES": [_static("portal/tieout.css")],
    "ACCOUNT": {
        "navigation": [
            {"title": "Change password", "link": reverse_lazy("account_change_password")},
            {"title": "Second factor", "link": reverse_lazy("mfa_index")},
        ]
    },
    "TABS": [_tabs(entity) for entity in ("customer", "item", "invoice", "payment")],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    _item("Overview", "space_dashboard", "index"),
                    _item(
                        "Queue",
                        "inbox",
                        "reconciliation_mismatch_changelist",
                        badge="apps.portal.dashboard.queue_badge",
                    ),
                    _item("Tie-out", "balance", "portal_tieouts"),
                ]
            },
            {
                "title": "Records",
                "separator": True,
                "items": [
                    _pair("Customers", "groups", "customer"),
                    _pair("Items", "inventory_2", "item"),
                    _pair("Invoices", "receipt_long", "invoice"),
                    _pair("Payments", "payments", "payment"),
                    _item(
                        "Customer purchases",
                        "shopping_bag",
                        "mirror_syncrocustomerpurchase_changelist",
                        permission=_bought,
                    ),
                    _item("Links", "link", "mirror_link_changelist"),
                ],
            },
            {
                "title": "Set-up",
                "separator": True,
                "items": [
                    _item("Mappings", "swap_horiz", "portal_mappings"),
                    _item("Tax rates", "percent", "mappings_taxrate_changelist"),
                    _item("Locations", "location_on", "mappings_location_changelist"),
                    _item("Refund origins", "undo", "mappings_refundorigin_changelist", permission=_refunds_told),
                    _item("Policies", "tune", "portal_policies"),
                    _item("Companies", "business", "connections_company_changelist"),
                    _item("Connections", "cable", "connections_connection_changelist"),
                    _item("People", "person", "auth_user_changelist", permission=_administers),
                ],
            },
            {
                "title": "What was done",
                "separator": True,
                "items": [
                    _item("Runs", "history", "sync_run_changelist"),
                    _item("Requests", "outbox", "sync_request_changelist"),
                    _item("Sessions", "mail", "sync_postround_changelist", permission=_somebody_calls),
                    _item("Letters", "drafts", "sync_postedletter_changelist", permission=_somebody_calls),
                    _item("Calls", "lan", "connections_apicall_changelist"),
                    _item("Decisions", "gavel", "reconciliation_decision_changelist"),
                ],
            },
        ],
    },
}
