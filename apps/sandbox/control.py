"""The remote control of a pocket vendor: make it fail, and do what people do in the vendor's own screens."""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.error import HTTPError

#: Seconds a verb may take: a first visit of books that call us loads a whole shop.
PATIENCE = 600.0


class ControlError(Exception):
    """The pocket vendor could not do what was asked."""


class Control:
    """Speaks to one pocket vendor, in this process or another.

    Any verb of the app can be called as a method: `control.pay(...)` posts to `/_control/pay`.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def call(self, verb: str, *arguments: Any, **values: Any) -> Any:
        """Call a control verb, by position or by name; ControlError with the vendor's sentence when it refuses."""
        if arguments and values:
            raise TypeError("arguments go by position or by name, not both")
        body = json.dumps(arguments or values).encode()
        request = urllib.request.Request(f"{self.url}/_control/{verb}", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["result"]
        except HTTPError as error:
            with error:
                raise ControlError(error.read().decode()) from error

    def __getattr__(self, verb: str) -> Any:
        return lambda *arguments, **values: self.call(verb, *arguments, **values)

    def lose_next_answer(self, method: str = "POST", path: str = "", times: int = 1) -> None:
        """Do the work of the next matching request, then drop the connection without an answer."""
        self.call("fault", kind="lose", method=method, path=path, times=times)

    def drop_next_request(self, method: str = "POST", path: str = "", times: int = 1) -> None:
        """Drop the next matching request before any work is done."""
        self.call("fault", kind="drop", method=method, path=path, times=times)

    def delay_next(self, seconds: float, method: str = "", path: str = "", times: int = 1) -> None:
        """Answer the next matching requests late."""
        self.call("fault", kind="delay", seconds=seconds, method=method, path=path, times=times)
