"""Contacts and the groups they are in."""

from __future__ import annotations

import re

from apps.sandbox.store import Document
from apps.sandbox.xero.change import Change
from apps.sandbox.xero.refusals import Invalid, Missing

NAME_TAKEN = ("The contact name {} is already assigned to another contact. "
              "The contact name must be unique across all active contacts.")  # fmt: skip
NUMBER_TAKEN = ("The contact number {} is already assigned to another contact. "
                "The contact number must be unique across all contacts.")  # fmt: skip
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
COUNTRY = re.compile(r"[A-Za-z ]*")
# Nested lists and the property that tells their elements apart.
TYPED = {"Addresses": "AddressType", "Phones": "PhoneType"}
PHONES = ("DDI", "DEFAULT", "FAX", "MOBILE")
ADDRESSES = ("POBOX", "STREET")


def write_contact(change: Change) -> Document:
    """Create or update one contact."""
    old, sent = matched(change), change.sent
    if old and old["ContactStatus"] == "ARCHIVED" and not change.ui and change.setting("unarchive") == "refuse":
        raise Invalid("The contact has been archived and cannot be changed")
    merged = {name: merge(change, old, name) for name in (*TYPED, "ContactPersons") if name in sent}
    start = {"ContactStatus": "ACTIVE", "IsCustomer": False, "IsSupplier": False}
    new: Document = {**(old or start), **sent, **merged}
    check_contact(change, new, old)
    return change.org.put("Contact", new)


def matched(change: Change) -> Document | None:
    """The stored contact a request is about: by id, else (POST only) by number, else by name."""
    org, sent = change.org, change.sent
    key = change.key or sent.get("ContactID")
    if key and change.create:
        raise Invalid("ContactID cannot be specified when creating a contact")
    if key:
        found = org.raw("Contact", key)
        if found is None:
            raise Missing if change.key else Invalid(f"The contact {key} could not be found")
        return found
    if change.create:
        return None
    keys = org.index.found("contact number", str(sent.get("ContactNumber", "")))
    keys = keys or org.index.found("name ACTIVE", str(sent.get("Name", "")))
    return org.raw("Contact", keys[0]) if keys else None


def merge(change: Change, old: Document | None, name: str) -> list[Document]:
    """A nested list of an update, replaced or merged as the setting says."""
    sent: list[Document] = change.sent[name]
    if change.setting("contact_lists") == "replace" or not old:
        return sent
    key = TYPED.get(name, "EmailAddress")
    told = {each.get(key) for each in sent}
    return [each for each in old.get(name, []) if each.get(key) not in told] + sent


def check_contact(change: Change, new: Document, old: Document | None) -> None:
    """Names are unique among active contacts, numbers among all."""
    messages, index = [], change.org.index
    name, number, own = str(new.get("Name", "")), str(new.get("ContactNumber", "")), (old or {}).get("ContactID")
    if not name.strip():
        raise Invalid("Contact name cannot be empty")
    if new["ContactStatus"] == "ACTIVE" and set(index.found("name ACTIVE", name)) - {own}:
        messages.append(NAME_TAKEN.format(name))
    if set(index.found("contact number", number)) - {own}:
        messages.append(NUMBER_TAKEN.format(number))
    emails = [new.get("EmailAddress"), *(each.get("EmailAddress") for each in new.get("ContactPersons", []))]
    if any(mail and not (mail.isascii() and EMAIL.fullmatch(mail)) for mail in emails):
        messages.append("Email address must be valid.")
    if not all(COUNTRY.fullmatch(each.get("Country", "")) for each in new.get("Addresses", [])):
        messages.append("Country may hold letters only")
    if len(new.get("ContactPersons", [])) > 5:
        messages.append("A contact can have at most 5 contact persons")
    if messages:
        raise Invalid(*messages)


def write_group(change: Change) -> Document:
    """Create, rename or delete a contact group."""
    org, sent = change.org, change.sent
    key = change.key or sent.get("ContactGroupID")
    old = org.raw("ContactGroup", key)
    if key and old is None:
        raise Missing
    if change.create and old:
        raise Invalid("ContactGroupID cannot be specified when creating a contact group")
    new: Document = {**(old or {"Status": "ACTIVE", "ContactIDs": []}), **sent}
    new.pop("Contacts", None)
    if not str(new.get("Name", "")).strip():
        raise Invalid("Contact group name cannot be empty")
    for other in org.all("ContactGroup"):
        same = other["Name"].casefold() == new["Name"].casefold() and other["Status"] == "ACTIVE"
        if same and new["Status"] == "ACTIVE" and other["ContactGroupID"] != new.get("ContactGroupID"):
            raise Invalid(f"The contact group name {new['Name']} is already in use")
    return org.put("ContactGroup", new)


def join_group(change: Change, contacts: list[Document]) -> list[str]:
    """Put contacts into a group; the ids that are new or were there."""
    group = change.org.raw("ContactGroup", change.key)
    if group is None or group["Status"] != "ACTIVE":
        raise Missing
    keys = [str(each.get("ContactID", "")) for each in contacts]
    if not keys or not all(change.org.raw("Contact", key) for key in keys):
        raise Invalid("The contact could not be found")
    change.org.put("ContactGroup", {**group, "ContactIDs": list(dict.fromkeys([*group["ContactIDs"], *keys]))})
    return keys


def leave_group(change: Change, contact: str | None) -> None:
    """Take one contact, or all, out of a group."""
    group = change.org.raw("ContactGroup", change.key)
    if group is None or (contact and contact not in group["ContactIDs"]):
        raise Missing
    kept = [key for key in group["ContactIDs"] if contact and key != contact]
    change.org.put("ContactGroup", {**group, "ContactIDs": kept})
