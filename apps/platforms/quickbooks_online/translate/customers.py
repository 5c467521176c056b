"""Customers. https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer"""

from __future__ import annotations

from apps.platforms.quickbooks_online.translate import names
from apps.platforms.quickbooks_online.translate.values import (
    Body,
    Raw,
    american,
    changed,
    envelope,
    listed_status,
    maybe,
    ref,
    to_ref,
)
from apps.platforms.records import Address, Customer, Facts, Status

#: QuickBooks appends this to the name of an inactive customer; it is no part of the name.
DELETED = " (deleted)"


def read_customer(raw: Raw) -> Customer:
    """A Customer; `balance` is its own, without its sub-customers."""
    status = listed_status(raw)
    name = str(raw.get("DisplayName") or "")
    return Customer(
        **envelope(raw),
        status=status,
        name=name.removesuffix(DELETED) if status is Status.INACTIVE else name,
        company_name=str(raw.get("CompanyName") or ""),
        first_name=str(raw.get("GivenName") or ""),
        last_name=str(raw.get("FamilyName") or ""),
        email=str((raw.get("PrimaryEmailAddr") or {}).get("Address") or ""),
        phone=_phone(raw, "PrimaryPhone"),
        mobile=_phone(raw, "Mobile"),
        address=_address(raw.get("BillAddr") or {}),
        notes=str(raw.get("Notes") or ""),
        tax_key=ref(raw, "DefaultTaxCodeRef"),
        taxable=bool(raw.get("Taxable", True)),
        parent_id=ref(raw, "ParentRef"),
        currency=ref(raw, "CurrencyRef"),
        balance=maybe(raw, "Balance"),
    )


def display_name(record: Customer, facts: Facts) -> str:
    """The DisplayName by the naming rule; Refused when nothing of the name can be kept."""
    us = american(facts)
    person = f"{record.first_name} {record.last_name}"
    folded = (names.customer_name(text, us) for text in (record.name, record.company_name, person, record.email))
    return names.first_name_left(tuple(folded), f"Customer {record.external_id}" if record.external_id else "")


def write_customer(record: Customer, facts: Facts, base: Customer | None = None) -> Body:
    """The body of a create, or with `base` only what differs from it (an empty text clears). Raises Refused."""
    body = changed(_whole(record, facts), _whole(base, facts) if base else None)
    if base is None:
        body = {key: value for key, value in body.items() if _says_something(value)}
        body |= {"Job": True, "ParentRef": to_ref(record.parent_id)} if record.parent_id else {}
        body |= {"CurrencyRef": to_ref(record.currency)} if record.currency not in ("", facts.currency) else {}
    if record.status is Status.INACTIVE or (base and base.status is not record.status):
        body["Active"] = record.status is Status.ACTIVE
    return body


def _whole(record: Customer, facts: Facts) -> Body:
    us = american(facts)
    body: Body = {
        "DisplayName": display_name(record, facts),
        "CompanyName": names.text("CompanyName", record.company_name, us),
        "GivenName": names.text("GivenName", record.first_name.replace(":", "-"), us),
        "FamilyName": names.text("FamilyName", record.last_name.replace(":", "-"), us),
        "PrimaryEmailAddr": {"Address": names.email(record.email, us)},
        "PrimaryPhone": {"FreeFormNumber": names.text("FreeFormNumber", record.phone, us)},
        "Mobile": {"FreeFormNumber": names.text("FreeFormNumber", record.mobile, us)},
        "BillAddr": _to_address(record.address, us),
        "Notes": names.text("Notes", record.notes, us),
    }
    return body | ({"Taxable": record.taxable} if us else {})


def _says_something(value: object) -> bool:
    return any(value.values()) if isinstance(value, dict) else value != ""


def _phone(raw: Raw, name: str) -> str:
    return str((raw.get(name) or {}).get("FreeFormNumber") or "")


def _address(raw: Raw) -> Address:
    return Address(
        line1=str(raw.get("Line1") or ""),
        line2=" ".join(str(raw[line]) for line in ("Line2", "Line3", "Line4", "Line5") if raw.get(line)),
        city=str(raw.get("City") or ""),
        state=str(raw.get("CountrySubDivisionCode") or ""),
        postal_code=str(raw.get("PostalCode") or ""),
        country=str(raw.get("Country") or ""),
    )


def _to_address(address: Address, us: bool) -> Body:
    parts = {
        "Line1": address.line1,
        "Line2": address.line2,
        "City": address.city,
        "CountrySubDivisionCode": address.state,
        "PostalCode": address.postal_code,
        "Country": address.country,
    }
    return {name: names.text(name, value, us) for name, value in parts.items()}
