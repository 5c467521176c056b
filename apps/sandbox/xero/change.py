"""One element to be written, and the rules that hold for whatever is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.xero.dates import long_date
from apps.sandbox.xero.money import ZERO, dec
from apps.sandbox.xero.organisation import Organisation
from apps.sandbox.xero.refusals import Invalid

LOCKS = (("PeriodLockDate", "period"), ("EndOfYearLockDate", "end of year"))
ARCHIVED = ("The contact with the specified contact details has been archived. The contact must be un-archived before "
            "creating new invoices or credit notes.")  # fmt: skip


@dataclass
class Change:
    """What is to be written, by whom, and how precisely; `ui` is a person in the vendor's own screens."""

    org: Organisation
    entity: str
    sent: Document
    create: bool = False  # PUT: never an update
    ui: bool = False
    digits: int = 2  # places of unit amounts
    key: str = ""  # the id in the address
    warnings: list[str] = field(default_factory=list)
    too_long: list[str] = field(default_factory=list)  # messages about texts beyond their length

    def setting(self, name: str) -> Any:
        """How a doubt is read."""
        return self.org.settings[name]


def check_locks(change: Change, *dates: str | None) -> None:
    """Nothing dated on or before a lock date is written through the API."""
    for name, words in LOCKS:
        lock = change.org.profile.get(name)
        if lock and not change.ui and any(date and date <= lock for date in dates):
            raise Invalid(
                f"The document date cannot be before the {words} lock date, currently set at {long_date(lock)}"
            )


def check_currency(change: Change, code: str | None) -> str:
    """The code of a currency the organisation is subscribed to."""
    wanted = code or change.org.profile["home_currency"]
    if change.org.raw("Currency", wanted) is None:
        raise Invalid(f"Organisation is not subscribed to currency {wanted}")
    return str(wanted)


def find_contact(change: Change, sent: Document | None) -> str:
    """The contact a document names by id, number or name, made on the way when the name is new."""
    sent, org = sent or {}, change.org
    if sent.get("ContactID"):
        found = [sent["ContactID"]] if org.raw("Contact", sent["ContactID"]) else []
        if not found:
            raise Invalid("The Contact could not be found")
    else:
        name = str(sent.get("Name", ""))
        found = org.index.found("contact number", str(sent.get("ContactNumber", "")))
        found = found or org.index.found("name ACTIVE", name)
        if not found and not name.strip():
            raise Invalid("A Contact must be specified for this type of transaction")
    if not found:
        from apps.sandbox.xero.contacts import write_contact

        return str(write_contact(Change(org, "Contact", sent, create=True, ui=change.ui))["ContactID"])
    if org.sure("Contact", found[0])["ContactStatus"] != "ACTIVE":
        raise Invalid(ARCHIVED)
    return found[0]


def find_account(change: Change, sent: Document | None) -> Document | None:
    """The active account a document names by id or code."""
    sent = sent or {}
    found = change.org.raw("Account", sent.get("AccountID"))
    if found is None and sent.get("Code"):
        keys = change.org.index.found("Account", str(sent["Code"]))
        found = change.org.raw("Account", keys[0]) if keys else None
    return found if found and found["Status"] == "ACTIVE" else None


def check_sum(doc: Document) -> None:
    """A document cannot be negative."""
    if dec(doc["Total"]) < ZERO:
        raise Invalid("The document total must be greater than or equal to zero.")
