"""What texts become on their way into QuickBooks: letters it keeps, characters it refuses, lengths, unique names.

Every rule gives the same result every time, and applying it to its own result changes nothing: so a name can be
searched for by what was sent. https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer
"""

from __future__ import annotations

import re
import unicodedata

from apps.platforms.errors import Refused

#: The longest text of each property, from the reference; `Entity.Property` where it differs by entity.
LENGTHS = {
    "DisplayName": 100,  # 500 in the newest reference, 100 in others; the shorter is right under both
    "CompanyName": 100,
    "GivenName": 100,
    "FamilyName": 100,
    "Name": 100,
    "Sku": 100,
    "Notes": 2000,
    "FreeFormNumber": 30,
    "Address": 100,
    "Line1": 500,
    "Line2": 500,
    "City": 255,
    "CountrySubDivisionCode": 255,
    "PostalCode": 30,
    "Country": 255,
    "Description": 4000,
    "PrivateNote": 4000,
    "DocNumber": 21,
    "Payment.PaymentRefNum": 21,
    "RefundReceipt.PaymentRefNum": 100,
}

#: Properties in which a new line may stay.
MULTILINE = frozenset({"Notes", "Description", "PrivateNote"})

#: Letters outside ISO-8859-1 that have a plain counterpart; all else is decomposed, and dropped if that gives nothing.
PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2022\u2023\u25cf", "*"),
        "\u2026": "...",
        "\u2044": "/",
        "\u20ac": "EUR",
        "\u0153": "oe",
        "\u0152": "OE",
        "\u0142": "l",
        "\u0141": "L",
        "\u0111": "d",
        "\u0110": "D",
        "\u0131": "i",
        "\u1e9e": "SS",
        "\u2264": "<=",
        "\u2265": ">=",
        "\u2260": "!=",
    }
)

ENDING = "..."
_SUFFIX = re.compile(r" \([^()]{1,40}\)$")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


def text(kind: str, value: str, american: bool, entity: str = "") -> str:
    """A text for the property `kind`, folded in US companies and cut to its length in characters."""
    clean = fold(value, american) if american else unicodedata.normalize("NFC", value)
    clean = _lines(clean) if kind in MULTILINE else _one_line(clean)
    limit = LENGTHS.get(f"{entity}.{kind}") or LENGTHS[kind]
    return clean if len(clean) <= limit else clean[:limit].rstrip()


def customer_name(value: str, american: bool) -> str:
    """A DisplayName: one line without colon, at most 100 characters; "" when nothing is left."""
    return _name(value.replace(":", "-"), american)


def item_name(value: str, american: bool) -> str:
    """The Name of an item: as a customer's, and without double quotes; "" when nothing is left."""
    return _name(value.replace(":", "-"), american, quotes=False)


def first_name_left(names: tuple[str, ...], fallback: str) -> str:
    """The first of some names that is not empty, else the fallback; Refused when there is none."""
    for name in (*names, fallback):
        if name:
            return name
    raise Refused("Its name has no letter that QuickBooks Online keeps; give it a name with plain letters.")


def email(value: str, american: bool) -> str:
    """An e-mail address QuickBooks would take, else "": it must have an @ and a dot and fit into 100 characters."""
    clean = _one_line(fold(value, american) if american else value)
    return clean if _EMAIL.fullmatch(clean) and len(clean) <= LENGTHS["Address"] else ""


def fold(value: str, american: bool = True) -> str:
    """The text in ISO-8859-1, all that a US company stores: quotes and dashes plain, emoji left out."""
    composed = unicodedata.normalize("NFC", value)
    return "".join(letter if _kept(letter) else _plain(letter) for letter in composed) if american else composed


def _kept(letter: str) -> bool:
    return letter <= "ÿ" and (letter in "\n\t\r" or unicodedata.category(letter) != "Cc")


def _plain(letter: str) -> str:
    if letter <= "ÿ":
        return ""
    decomposed = unicodedata.normalize("NFKD", letter.translate(PLAIN)).translate(PLAIN)
    return "".join(part for part in decomposed if _kept(part))


def _name(value: str, american: bool, *, quotes: bool = True) -> str:
    clean = fold(value, american)
    clean = clean.replace(":", "-") if quotes else clean.replace(":", "-").replace('"', "''")
    return _cut(_one_line(clean), LENGTHS["DisplayName"])


def _cut(name: str, limit: int) -> str:
    """Cut in the middle when the name ends in a bracket: that tells two of the same name apart."""
    if len(name) <= limit:
        return name
    found = _SUFFIX.search(name)
    suffix = found.group() if found else ""
    room = limit - len(ENDING) - len(suffix)
    return name[:room].rstrip(" .") + ENDING + suffix


def _one_line(value: str) -> str:
    visible = "".join(letter if unicodedata.category(letter) not in ("Cc", "Cf") else " " for letter in value)
    return " ".join(visible.split())


def _lines(value: str) -> str:
    rows = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join("".join(c for c in row if unicodedata.category(c) != "Cc").rstrip() for row in rows).strip()
