"""How the vendor says no: about one element of a request, or about the whole of it."""

from __future__ import annotations

from typing import Any

from apps.sandbox.frame import Response

ZERO_ID = "00000000-0000-0000-0000-000000000000"
NOT_FOUND = b"The resource you're looking for cannot be found"


class Invalid(Exception):
    """One element breaks rules; every message is told."""

    def __init__(self, *messages: str, number: int = 10) -> None:
        super().__init__(" ".join(messages))
        self.messages, self.number = messages, number

    def shown(self) -> list[dict[str, str]]:
        """As ValidationErrors."""
        return [{"Message": message} for message in self.messages]


class BadRequest(Exception):
    """The whole request is refused."""

    def __init__(self, number: int, kind: str, message: str, status: int = 400) -> None:
        super().__init__(f"{kind}: {message}")
        self.status, self.body = status, {"ErrorNumber": number, "Type": kind, "Message": message}


class Missing(Exception):
    """No such resource."""


def unreadable(message: str) -> BadRequest:
    """The body could not be understood."""
    return BadRequest(14, "PostDataInvalidException", message)


def nothing_to_do() -> BadRequest:
    """The body holds nothing where the vendor looks for it."""
    return BadRequest(17, "NoDataProcessedException", "No data has been processed for this endpoint.")


def bad_query(message: str) -> BadRequest:
    """A parameter of the address that cannot be understood."""
    return BadRequest(16, "QueryParseException", message)


def missing() -> Response:
    """404, in plain words rather than JSON."""
    return Response(404, NOT_FOUND, {"Content-Type": "text/html; charset=utf-8"})


def unauthorized(detail: str) -> Response:
    """401 of the gateway."""
    return Response(401, {"Type": None, "Title": "Unauthorized", "Status": 401, "Detail": detail, "Extensions": {}})


def forbidden(detail: str) -> Response:
    """403 of the gateway."""
    return Response(403, {"Type": None, "Title": "Forbidden", "Status": 403, "Detail": detail, "Extensions": {}})


def validation_body(elements: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """The 400 that lists the elements that were refused."""
    return {"ErrorNumber": number, "Type": "ValidationException", "Message": "A validation exception occurred",
            "Elements": elements}  # fmt: skip
