"""What may be logged and stored of a request or an answer: no token, no password, no link that signs somebody in."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

GONE = "[redacted]"
SECRET_HEADERS = re.compile(r"auth|cookie|token|secret|signature|api[-_]?key|password", re.IGNORECASE)
# Whole words of a JSON key or a query parameter. Of Syncro: user_token, portal_key, and online_profile_url, which signs
# a customer in. SyncToken and page tokens are no secrets.
SECRET_NAMES = (
    r"(?:(?!sync|page)[a-z0-9]+[-_])*"  # noqa: S105
    r"(?:(?:access|refresh|id|api|user|auth|csrf|bearer|portal|session)?[-_]?(?:token|secret|password|passwd|pwd|pass)"
    r"|api[-_]?key|client[-_]?secret|private[-_]?key|portal[-_]?key|online[-_]?profile[-_]?url|authorization|cookie"
    r"|(?:card|cc)[-_]?number|cvv|cvc|signature[-_](?:data|name)|ssn|code[-_]?verifier|client[-_]?assertion|webhook[-_]?(?:key|verifier))"
)
SECRET_KEY = re.compile(rf"^(?:{SECRET_NAMES})s?$", re.IGNORECASE)
# A name beside its value in a URL, a form, a repr or broken JSON.
SECRET_PAIR = re.compile(
    rf"""(["']?\b(?:{SECRET_NAMES})["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s&"',;}}\])]+)""", re.IGNORECASE
)
BEARER = re.compile(r"\b(Bearer|Basic|Token)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
USER_INFO = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")
JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
CARD = re.compile(r"(?<![\d.])(?:\d[ -]?){12,18}\d(?![\d.])")


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers, with the values of those that carry secrets replaced."""
    return {name: GONE if SECRET_HEADERS.search(name) else redact_text(value) for name, value in headers.items()}


def redact_json(value: Any) -> Any:
    """A copy of a JSON value without its secrets, at any depth; numbers and structure stay."""
    if isinstance(value, Mapping):
        return {key: GONE if _hides(key, item) else redact_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_json(item) for item in value]
    return redact_text(value) if isinstance(value, str) else value


def _hides(key: object, item: object) -> bool:
    """Whether the name gives the value away; an empty value says nothing and may be seen."""
    return item not in (None, "", [], {}) and not isinstance(item, bool) and bool(SECRET_KEY.match(str(key)))


def redact_text(text: str) -> str:
    """Any text, without what looks like a token, a password in a URL or a card number."""
    text = BEARER.sub(rf"\1 {GONE}", text)
    text = JWT.sub(GONE, text)
    text = USER_INFO.sub(rf"\1{GONE}@", text)
    text = SECRET_PAIR.sub(_keep_name, text)
    return CARD.sub(_keep_unless_card, text)


def _keep_name(pair: re.Match[str]) -> str:
    value = pair.group(0)[len(pair.group(1)) :]
    quote = value[0] if value[:1] in {'"', "'"} else ""
    return f"{pair.group(1)}{quote}{GONE}{quote}"


def _keep_unless_card(match: re.Match[str]) -> str:
    """Ids are long numbers too: only those with a card's check digit (Luhn) go."""
    digits = [int(sign) for sign in match.group() if sign.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return GONE if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 else match.group()


class RedactingFormatter(logging.Formatter):
    """Redacts the finished line, so that arguments and tracebacks are covered too."""

    def format(self, record: logging.LogRecord) -> str:
        """The line as it may be written."""
        return redact_text(super().format(record))
