"""What both sides last told us, and what is tied to what."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.screens import CompanyFilter, CompanyRows, outside_link
from apps.connections.words import NOTHING, age, badge, money
from apps.mirror.models import (
    BooksCustomer,
    BooksInvoice,
    BooksItem,
    BooksPayment,
    Link,
    MirrorRow,
    SyncroCustomer,
    SyncroCustomerPurchase,
    SyncroInvoice,
    SyncroItem,
    SyncroPayment,
    SyncroRecord,
)  # fmt: skip
from apps.platforms.base import Side
from apps.platforms.records import Status

COMPANY = ("company__syncro", "company__books")


def open_link(row: MirrorRow | None) -> SafeString | str:
    """A link into the vendor's web app; asks nobody."""
    if row is None:
        return NOTHING
    return outside_link(row.company.connection(row.side), row.entity, row.external_id)


class RowAdmin(CompanyRows):
    """One entity of one side; `kinds` are the entities the list holds."""

    kinds: ClassVar[tuple[str, ...]] = ()
    page = "portal_record"
    list_filter = (CompanyFilter, "sync_state", "status")
    list_select_related = COMPANY
    search_fields = ("label", "external_id__exact")
    search_help_text = "Name, number or id"
    ordering = ("-id",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the payload, which no list shows."""
        return super().get_queryset(request).filter(entity__in=self.kinds).defer("raw", "content")

    def page_of(self, object_id: Any) -> str:
        """The record page, by side."""
        return reverse("admin:portal_record", args=[self.model.side, object_id])

    @admin.display(description="name or number")
    def name(self, row: MirrorRow) -> SafeString:
        """What it is called, with the way to its page."""
        return format_html('<a class="t-link" href="{}">{}</a>', self.page_of(row.pk), str(row))

    @admin.display(description="state")
    def state(self, row: MirrorRow) -> SafeString | str:
        """What happens next with it."""
        return badge(row.sync_state) if row.sync_state else NOTHING

    @admin.display(description="status")
    def shown_status(self, row: MirrorRow) -> str:
        """What its side says of it, unless that is the usual."""
        return "gone" if row.gone_at else "" if row.status == Status.ACTIVE else str(row.status)

    @admin.display(description="amount")
    def total(self, row: MirrorRow) -> SafeString | str:
        """The total."""
        return money(row.amount)

    @admin.display(description="still open")
    def open_amount(self, row: MirrorRow) -> SafeString | str:
        """The side's own balance of it."""
        return money(row.balance)

    @admin.display(description="seen")
    def seen(self, row: MirrorRow) -> str:
        """When its side last told us of it."""
        return age(row.seen_at)

    @admin.display(description="open in")
    def outside(self, row: MirrorRow) -> SafeString | str:
        """The vendor's own page."""
        return open_link(row)


NAMED = ("name", "company", "external_id", "state", "shown_status", "seen", "outside")
PRICED = ("name", "company", "external_id", "total", "state", "shown_status", "seen", "outside")
DATED = ("name", "company", "date", "total", "open_amount", "state", "shown_status", "outside")
PAID = ("name", "company", "date", "total", "state", "shown_status", "outside")


def row_admin(kinds: tuple[str, ...], shown: tuple[str, ...]) -> type[RowAdmin]:
    """The list of some entities with these columns."""
    return type("RowAdmin", (RowAdmin,), {"kinds": kinds, "list_display": shown, "__module__": __name__})


for models, kinds, shown in (
    ((SyncroCustomer, BooksCustomer), ("customer",), NAMED),
    ((SyncroItem, BooksItem), ("item",), PRICED),
    ((SyncroInvoice, BooksInvoice), ("invoice", "credit_memo", "refund_receipt"), DATED),
    ((SyncroPayment, BooksPayment), ("payment",), PAID),
):
    for model in models:
        admin.site.register(model, row_admin(kinds, shown))


@admin.register(SyncroCustomerPurchase)
class PurchaseAdmin(RowAdmin):
    """What was bought from customers: of whom, and how it was paid."""

    kinds = ("customer_purchase",)
    list_display = ("name", "company", "bought_from", "date", "total", "paid_by", "state", "shown_status")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the customer's name and the method, in the same query."""
        customers = SyncroRecord.objects.filter(
            company=OuterRef("company"), entity="customer", external_id=OuterRef("party")
        )
        named = {"customer": Subquery(customers.values("label")[:1]), "method": KT("content__method")}
        found: QuerySet[Any] = super().get_queryset(request).annotate(**named)
        return found

    @admin.display(description="bought from")
    def bought_from(self, row: Any) -> str:
        """The customer who sold it."""
        return str(row.customer or row.party)

    @admin.display(description="paid by")
    def paid_by(self, row: Any) -> str:
        """How it was paid out; not yet, where the report does not say."""
        return str(row.method or NOTHING)


class EntityFilter(admin.SimpleListFilter):
    """By what it is."""

    title = "what"
    parameter_name = "entity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The entities that are kept in step."""
        return [(name, name.capitalize() + "s") for name in ("customer", "item", "invoice", "payment")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Links of one entity."""
        return queryset.filter(entity=self.value()) if self.value() else queryset


@admin.register(Link)
class LinkAdmin(CompanyRows):
    """What belongs together on the two sides, its state and why."""

    list_display = (
        "name",
        "company",
        "what",
        "direction",
        "amount",
        "shown_state",
        "why",
        "since",
        "in_syncro",
        "in_books",
    )
    list_filter = (CompanyFilter, EntityFilter, "state")
    list_select_related = (*COMPANY, "syncro__company__syncro", "books__company__books")
    search_fields = ("syncro__label", "books__label", "syncro__external_id__exact", "books__external_id__exact")
    ordering = ("-id",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Link]:
        """Without the payloads."""
        heavy = [f"{side}__{field}" for side in ("syncro", "books") for field in ("raw", "content")]
        return super().get_queryset(request).defer("base_syncro", "base_books", *heavy)

    def page_of(self, object_id: Any) -> str:
        """The page of its record."""
        return reverse("admin:portal_link", args=[object_id])

    @admin.display(description="name or number")
    def name(self, link: Link) -> SafeString:
        """What its side of origin calls it."""
        return format_html('<a class="t-link" href="{}">{}</a>', self.page_of(link.pk), str(link.syncro or link.books))

    @admin.display(description="what")
    def what(self, link: Link) -> str:
        """The entity."""
        return link.entity.replace("_", " ").capitalize()

    @admin.display(description="from")
    def direction(self, link: Link) -> str:
        """Where it was born."""
        return "Syncro" if link.origin == Side.SYNCRO else "Books"

    @admin.display(description="amount")
    def amount(self, link: Link) -> SafeString | str:
        """The total on the side it was born on."""
        row = link.syncro or link.books
        return money(row.amount if row else None)

    @admin.display(description="state", ordering="state")
    def shown_state(self, link: Link) -> SafeString | str:
        """As a badge."""
        return badge(link.state)

    @admin.display(description="why")
    def why(self, link: Link) -> SafeString:
        """The reason as a sentence."""
        return format_html('<span class="t-why" title="{0}">{0}</span>', link.reason)

    @admin.display(description="since")
    def since(self, link: Link) -> str:
        """How long it has been in this state."""
        return age(link.moved_at)

    @admin.display(description="Syncro")
    def in_syncro(self, link: Link) -> SafeString | str:
        """Syncro's own page."""
        return open_link(link.syncro)

    @admin.display(description="books")
    def in_books(self, link: Link) -> SafeString | str:
        """The books' own page."""
        return open_link(link.books)
