"""Contacts. https://developer.xero.com/documentation/api/accounting/contacts"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apps.platforms.records import Address, Customer, Facts, Status
from apps.platforms.xero.translate import names
from apps.platforms.xero.translate.values import (
    Body,
    Raw,
    changed,
    envelope,
    flag,
    marker_of,
    maybe,
    part,
    parts,
    text,
)

#: Our fields by the type of phone.
PHONES = {"DEFAULT": "phone", "MOBILE": "mobile"}
#: Invoices go to this address.
BILLING = "POBOX"
#: A list that is sent may replace what was there (it is not documented), so all of it is sent.
LISTS: Mapping[str, str] = {"Phones": "PhoneType", "Addresses": "AddressType"}


def read_customer(raw: Raw) -> Customer:
    """A Contact; `balance` is what Xero itself says is outstanding of this contact, None where it does not say."""
    supplier = flag(raw, "IsSupplier") and not flag(raw, "IsCustomer")
    return Customer(
        **envelope(raw, "ContactID"),
        status=Status.ACTIVE if text(raw, "ContactStatus") in ("", "ACTIVE") else Status.INACTIVE,
        marker=marker_of(text(raw, "ContactNumber")),
        name=text(raw, "Name"),
        first_name=text(raw, "FirstName"),
        last_name=text(raw, "LastName"),
        email=text(raw, "EmailAddress"),
        phone=_phone(raw, "DEFAULT"),
        mobile=_phone(raw, "MOBILE"),
        address=_address(_typed(raw, "Addresses", BILLING)),
        currency=text(raw, "DefaultCurrency"),
        balance=maybe(part(part(raw, "Balances"), "AccountsReceivable"), "Outstanding"),
        only_supplier=supplier,
    )


def contact_name(record: Customer) -> str:
    """The Name by the naming rule; Refused when there is none."""
    person = f"{record.first_name} {record.last_name}"
    return names.contact_name(record.name, record.company_name, person, record.email)


def write_customer(record: Customer, facts: Facts, marker: str = "", base: Customer | None = None) -> Body:
    """The body of a create, or with `base` only what differs from it (an empty text clears). Raises Refused.

    The key (ContactNumber) goes in with the create alone: a later one may be another program's.
    """
    body = changed(_whole(record), _whole(base) if base else None)
    if base is None:
        key = names.contact_number(marker)
        body = {name: value for name, value in body.items() if value} | ({"ContactNumber": key} if key else {})
        return {name: _named(value) if name in LISTS else value for name, value in body.items()}
    body = {name: _merged(name, value, base.raw) if name in LISTS else value for name, value in body.items()}
    if record.status is not base.status:
        body["ContactStatus"] = "ACTIVE" if record.status is Status.ACTIVE else "ARCHIVED"
    return body


def _whole(record: Customer) -> Body:
    return {
        "Name": contact_name(record),
        "FirstName": names.text("FirstName", record.first_name),
        "LastName": names.text("LastName", record.last_name),
        "EmailAddress": names.email(record.email),
        "Phones": [_to_phone(kind, getattr(record, field)) for kind, field in PHONES.items()],
        "Addresses": [_to_address(record.address)],
    }


def _named(rows: Sequence[Body]) -> list[Body]:
    """The rows of a list that say something."""
    return [row for row in rows if any(value for name, value in row.items() if not name.endswith("Type"))]


def _merged(name: str, rows: Sequence[Body], raw: Raw) -> list[Raw]:
    """Our rows of a list, and those of other types as Xero has them."""
    kind = LISTS[name]
    ours = {row[kind] for row in rows}
    return [*rows, *(row for row in parts(raw, name) if row.get(kind) not in ours)]


def _typed(raw: Raw, name: str, kind: str) -> Raw:
    return next((row for row in parts(raw, name) if row.get(LISTS[name]) == kind), {})


def _phone(raw: Raw, kind: str) -> str:
    row = _typed(raw, "Phones", kind)
    return " ".join(filter(None, (text(row, f"Phone{name}") for name in ("CountryCode", "AreaCode", "Number"))))


def _to_phone(kind: str, value: str) -> Body:
    number = names.text("PhoneNumber", value)
    return {"PhoneType": kind, "PhoneNumber": number, "PhoneAreaCode": "", "PhoneCountryCode": ""}


def _address(raw: Raw) -> Address:
    more = (text(raw, f"AddressLine{place}") for place in (2, 3, 4))
    return Address(
        line1=text(raw, "AddressLine1"),
        line2=" ".join(filter(None, more)),
        city=text(raw, "City"),
        state=text(raw, "Region"),
        postal_code=text(raw, "PostalCode"),
        country=text(raw, "Country"),
    )


def _to_address(address: Address) -> Body:
    return {
        "AddressType": BILLING,
        "AddressLine1": names.text("AddressLine", address.line1),
        "AddressLine2": names.text("AddressLine", address.line2),
        "City": names.text("City", address.city),
        "Region": names.text("Region", address.state),
        "PostalCode": names.text("PostalCode", address.postal_code),
        "Country": names.country(address.country),
    }
