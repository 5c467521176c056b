"""What texts become on their way into QuickBooks: letters it keeps, unique names that fit.

QuickBooks keeps ISO-8859-1; everything else arrives as "?" or makes it refuse the whole letter. Every rule gives the same
result every time, and applying it to its own result changes nothing, so that a name can be searched by what was sent.
"""

from __future__ import annotations

import re
import unicodedata
import uuid

from apps.platforms.errors import Refused

#: Longest names (qbXML 13.0, CustomerAdd and ItemServiceAdd).
CUSTOMER = 41
ITEM = 31

#: Letters outside ISO-8859-1 that have a plain counterpart; all else is decomposed, and dropped if that gives nothing.
PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u2039\u203a", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2022\u2023\u25cf", "*"),
        **dict.fromkeys("\u2028\u2029", "\n"),
        "\u00a0": " ",
        "\u2026": "...",
        "\u2044": "/",
        "\u20ac": "EUR",
        "\u2122": "(TM)",
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
_SUFFIX = re.compile(r" \([^()]{1,20}\)$")
_HOUSE = uuid.UUID("0c6ff6f0-2c35-5a53-9c6e-5d6f31d0a2f7")


def fold(value: str) -> str:
    """The text in printable ISO-8859-1: quotes and dashes plain, accents outside it and emoji left out."""
    composed = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").translate(PLAIN)
    return "".join(letter if _kept(letter) else _plain(letter) for letter in composed)


def one_line(value: str) -> str:
    """A text without line breaks and double spaces."""
    return " ".join(fold(value).split())


def lines(value: str) -> str:
    """A text that may have line breaks."""
    return "\n".join(row.rstrip() for row in fold(value).replace("\t", " ").split("\n")).strip()


def name(value: str, limit: int) -> str:
    """A name of a list: one line, no colon (it parts parent and child), cut to `limit`; "" when nothing is left."""
    clean = one_line(one_line(value).replace(":", "-"))
    if len(clean) <= limit:
        return clean
    # Cut in the middle when it ends in a bracket: that tells two of the same name apart.
    found = _SUFFIX.search(clean)
    suffix = found.group() if found else ""
    room = limit - len(ENDING) - len(suffix)
    return clean[:room].rstrip(" .") + ENDING + suffix


def first_left(names: tuple[str, ...]) -> str:
    """The first of some names that is not empty; Refused when there is none."""
    for each in names:
        if each:
            return each
    raise Refused("Its name has no letter that QuickBooks Desktop keeps; give it a name with plain letters.")


def guid(marker: str) -> str:
    """The ExternalGUID of a document with this marker, "" without one: it stays when a person rewrites the memo."""
    return f"{{{str(uuid.uuid5(_HOUSE, marker)).upper()}}}" if marker else ""


def _kept(letter: str) -> bool:
    return letter <= "ÿ" and (letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cf"))


def _plain(letter: str) -> str:
    if letter <= "ÿ":
        return ""
    decomposed = unicodedata.normalize("NFKD", letter).translate(PLAIN)
    return "".join(part for part in decomposed if _kept(part))
