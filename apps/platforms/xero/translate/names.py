"""What texts become on their way into Xero: lengths, characters it refuses, keys that must be unique.

Every rule gives the same result every time, so that a key can be searched for by what was sent.
https://developer.xero.com/documentation/api/accounting/types
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from apps.platforms.errors import Refused

#: The longest text of each property, from the specification; Payment.Reference is not documented.
LENGTHS = {
    "ContactName": 255,
    "FirstName": 255,
    "LastName": 255,
    "EmailAddress": 255,
    "ContactNumber": 50,
    "AddressLine": 500,
    "City": 255,
    "Region": 255,
    "PostalCode": 50,
    "Country": 50,
    "PhoneNumber": 50,
    "InvoiceNumber": 255,
    "Reference": 255,
    "Details": 18,
    "LineDescription": 4000,
    "ItemCode": 30,
    "ItemName": 50,
    "ItemDescription": 4000,
}
MULTILINE = frozenset({"LineDescription", "ItemDescription"})
#: The engine tells two of one name apart in this way; the code of an item must follow.
SUFFIX = re.compile(r" \(Syncro (\S{1,20})\)$")
ENDING = "..."
_EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")


def text(kind: str, value: str) -> str:
    """A text for the property `kind`, without control characters and cut to its length."""
    clean = unicodedata.normalize("NFC", value)
    clean = _lines(clean) if kind in MULTILINE else _one_line(clean)
    limit = LENGTHS[kind]
    return clean if len(clean) <= limit else clean[:limit].rstrip()


def contact_name(*values: str) -> str:
    """The Name of a contact: the first of some that is not empty; cut in the middle, so that a suffix stays."""
    for value in values:
        clean = _one_line(unicodedata.normalize("NFC", value))
        if clean:
            return _cut(clean, LENGTHS["ContactName"])
    raise Refused("A contact in Xero needs a name; give it one.")


def contact_number(marker: str) -> str:
    """The key we find our contact by: the marker itself, or where that is too long its digest; "" without one."""
    if not marker or len(marker) <= LENGTHS["ContactNumber"]:
        return marker
    return f"tieout-{hashlib.sha256(marker.encode()).hexdigest()[:40]}"


def item_code(sku: str, name: str) -> str:
    """The Code of an item: the SKU, else the name; with the number behind a name that was made different."""
    clean = _one_line(unicodedata.normalize("NFC", sku)) or _one_line(
        unicodedata.normalize("NFC", SUFFIX.sub("", name))
    )
    if not clean:
        raise Refused("An item in Xero needs a code; give the product a SKU or a name.")
    found = SUFFIX.search(name)
    behind = f"-{found.group(1)}" if found else ""
    return _keyed(clean, behind, LENGTHS["ItemCode"])


def item_name(value: str) -> str:
    """The Name of an item; it need not be unique."""
    return _cut(_one_line(unicodedata.normalize("NFC", value)), LENGTHS["ItemName"])


def document_number(value: str) -> str:
    """A number in printable ASCII. Raises Refused when letters would be lost: another document could have it then."""
    clean = _one_line(value)
    if not clean.isascii() or len(clean) > LENGTHS["InvoiceNumber"]:
        raise Refused(f"Xero does not take the number “{clean}”; it may have plain letters and digits only.")
    return clean


def email(value: str) -> str:
    """An e-mail address Xero would take, else "": plain letters, an @ and a dot."""
    clean = value.strip()
    return clean if _EMAIL.fullmatch(clean) and len(clean) <= LENGTHS["EmailAddress"] else ""


def country(value: str) -> str:
    """A country in letters, the only characters Xero takes there."""
    plain = "".join(letter for letter in _one_line(value) if letter == " " or (letter.isascii() and letter.isalpha()))
    return plain.strip()[: LENGTHS["Country"]]


def _keyed(value: str, behind: str, limit: int) -> str:
    """Cut so that two long texts of one beginning stay two keys: the cut part leaves its digest."""
    if len(value) + len(behind) <= limit:
        return value + behind
    digest = hashlib.sha256(value.encode()).hexdigest()[:6]
    room = limit - len(behind) - len(digest) - 1
    return f"{value[:room].rstrip()}-{digest}{behind}"


def _cut(name: str, limit: int) -> str:
    if len(name) <= limit:
        return name
    found = SUFFIX.search(name)
    suffix = found.group() if found else ""
    return name[: limit - len(ENDING) - len(suffix)].rstrip(" .") + ENDING + suffix


def _one_line(value: str) -> str:
    visible = "".join(letter if unicodedata.category(letter) not in ("Cc", "Cf") else " " for letter in value)
    return " ".join(visible.split())


def _lines(value: str) -> str:
    rows = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join("".join(c for c in row if unicodedata.category(c) != "Cc").rstrip() for row in rows).strip()
