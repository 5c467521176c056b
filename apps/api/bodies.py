"""Bodies of strangers: read up to a cap, so that nobody fills the memory with one request."""

from __future__ import annotations

from django.http import HttpRequest


class TooLarge(Exception):
    """The body is longer than may be sent here."""


def read_body(request: HttpRequest, most: int) -> bytes:
    """The whole body; TooLarge, before anything is read, when it says of itself to be longer than `most` bytes.

    Not `request.body`: its limit is one for all addresses, and its answer is a page.
    """
    if declared_length(request) > most:
        raise TooLarge
    body = request.read(most + 1)
    if len(body) > most:
        raise TooLarge
    return body


def declared_length(request: HttpRequest) -> int:
    """The bytes the body says to have; 0 when it does not say."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
