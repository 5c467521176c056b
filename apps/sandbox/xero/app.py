"""The pocket Xero: the routes of the accounting API."""

from __future__ import annotations

from typing import ClassVar

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.xero.change import Change
from apps.sandbox.xero.contacts import join_group, leave_group
from apps.sandbox.xero.credits import unallocate
from apps.sandbox.xero.gateway import API, Gateway
from apps.sandbox.xero.items import write_option
from apps.sandbox.xero.organisation import Organisation
from apps.sandbox.xero.reading import LISTINGS, check_query, digits_of, read_list
from apps.sandbox.xero.refusals import Missing, missing
from apps.sandbox.xero.render import allocation_view, organisation_view, render
from apps.sandbox.xero.shapes import GUID
from apps.sandbox.xero.writing import (
    ON_COLLECTION,
    PLURALS,
    body_of,
    elements_of,
    read_element,
    write_allocations,
    write_many,
)

ENTITIES = {plural: entity for entity, plural in PLURALS.items()} | {
    "Overpayments": "Overpayment", "Prepayments": "Prepayment",
}  # fmt: skip
# Entities that are found by number or code in the address as well as by id: the space of the index.
BY_WORD = {"Contact": ("contact number",), "Invoice": ("ACCREC", "ACCPAY"), "Item": ("Item",),
           "CreditNote": ("ACCRECCREDIT", "ACCPAYCREDIT"), "Account": ()}  # fmt: skip
UPDATED_BY_ID = ("Contact", "ContactGroup", "Invoice", "CreditNote", "Payment", "BatchPayment", "BankTransaction",
                 "Item", "TrackingCategory", "Account")  # fmt: skip
CREDIT_PATH = r"/(?P<name>CreditNotes|Overpayments|Prepayments)/(?P<key>[^/]+)/Allocations"


class PocketXero(Gateway):
    """Xero as its documents describe it; where they leave doubt, as the settings say."""

    name: ClassVar[str] = "xero"

    @route("GET", API + r"/Organisation")
    def read_organisation(self, request: Request) -> Response:
        """The one organisation behind the tenant."""
        return self.work(request, lambda org: {"Organisations": [organisation_view(org)]})

    @route("GET", API + r"/(?P<name>(?!Organisation$)[A-Za-z]+)")
    def read_all(self, request: Request, name: str) -> Response:
        """A list."""
        if name not in LISTINGS:
            return missing()
        return self.work(request, lambda org: read_list(org, name, request))

    @route("GET", API + r"/(?P<name>[A-Za-z]+)/(?P<key>[^/]+)")
    def read_one(self, request: Request, name: str, key: str) -> Response:
        """One document, by id or by what else the endpoint takes."""
        if name not in ENTITIES:
            return missing()
        return self.work(request, lambda org: self._one(org, name, key, request))

    def _one(self, org: Organisation, name: str, key: str, request: Request) -> Document:
        check_query(request, {"unitdp"})
        entity = ENTITIES[name]
        doc = org.raw(entity, key.lower() if GUID.fullmatch(key) else key)
        words = [found for space in BY_WORD.get(entity, ()) for found in org.index.found(space, key)]
        doc = doc or org.raw(entity, words[0] if words else None)
        if doc is None:
            raise Missing
        return {name: [render(org, entity, doc, digits=digits_of(request))]}

    @route("PUT", API + r"/(?P<name>[A-Za-z]+)")
    def create(self, request: Request, name: str) -> Response:
        """New documents."""
        return self._write(request, name)

    @route("POST", API + r"/(?P<name>[A-Za-z]+)")
    def create_or_update(self, request: Request, name: str) -> Response:
        """New documents, and changes of those that an id, number or name is known of."""
        return self._write(request, name)

    def _write(self, request: Request, name: str) -> Response:
        entity = ENTITIES.get(name, "")
        if (request.method, entity) not in ON_COLLECTION:
            return self.not_found(request)
        return self.work(request, lambda org: write_many(org, entity, request))

    @route("POST", API + r"/(?P<name>[A-Za-z]+)/(?P<key>[^/]+)")
    def update(self, request: Request, name: str, key: str) -> Response:
        """A change of one document."""
        entity = ENTITIES.get(name, "")
        if entity not in UPDATED_BY_ID:
            return self.not_found(request)
        return self.work(request, lambda org: write_many(org, entity, request, key.lower()))

    @route("PUT", API + CREDIT_PATH)
    def allocate(self, request: Request, name: str, key: str) -> Response:
        """Put a credit on invoices."""
        return self.work(request, lambda org: write_allocations(org, ENTITIES[name], key.lower(), request))

    @route("DELETE", API + CREDIT_PATH + r"/(?P<allocation>[^/]+)")
    def unallocate(self, request: Request, name: str, key: str, allocation: str) -> Response:
        """Take a credit off an invoice."""

        def work(org: Organisation) -> Document:
            change = Change(org, ENTITIES[name], {}, key=key.lower())
            return allocation_view(org, unallocate(change, allocation.lower()), deleted=True)

        return self.work(request, work)

    @route("DELETE", API + r"/Items/(?P<key>[^/]+)")
    def delete_item(self, request: Request, key: str) -> Response:
        """An item is gone for good; lines that name it stay."""
        return self.work(request, lambda org: gone(org, "Item", key.lower()))

    @route("PUT", API + r"/ContactGroups/(?P<key>[^/]+)/Contacts")
    def join(self, request: Request, key: str) -> Response:
        """Contacts join a group."""

        def work(org: Organisation) -> Document:
            elements = elements_of("Contact", "Contacts", body_of(request))
            sent = [read_element(org, "Contact", each).sent for each in elements]
            keys = join_group(Change(org, "ContactGroup", {}, key=key.lower()), sent)
            return {"Contacts": [{"ContactID": each, "Name": org.sure("Contact", each)["Name"]} for each in keys]}

        return self.work(request, work)

    @route("DELETE", API + r"/ContactGroups/(?P<key>[^/]+)/Contacts(/(?P<contact>[^/]+))?")
    def leave(self, request: Request, key: str, contact: str | None = None) -> Response:
        """One contact, or all, leave a group."""

        def work(org: Organisation) -> Response:
            leave_group(Change(org, "ContactGroup", {}, key=key.lower()), contact and contact.lower())
            return Response(204, b"")

        return self.work(request, work)

    @route("PUT", API + r"/TrackingCategories/(?P<key>[^/]+)/Options")
    def add_option(self, request: Request, key: str) -> Response:
        """A new option of a category."""
        return self._option(request, key, "")

    @route("POST", API + r"/TrackingCategories/(?P<key>[^/]+)/Options/(?P<option>[^/]+)")
    def change_option(self, request: Request, key: str, option: str) -> Response:
        """Another name or status of an option."""
        return self._option(request, key, option)

    def _option(self, request: Request, key: str, option: str) -> Response:
        def work(org: Organisation) -> Document:
            elements = elements_of("TrackingOption", "Options", body_of(request))
            rows = []
            for each in elements:
                change = read_element(org, "TrackingOption", each)
                change.key = key.lower()
                rows.append(write_option(change, option.lower()))
            return {"Options": rows}

        return self.work(request, work)


def gone(org: Organisation, entity: str, key: str) -> Response:
    """204 once a document is removed."""
    if org.raw(entity, key) is None:
        raise Missing
    org.remove(entity, key)
    return Response(204, b"")
