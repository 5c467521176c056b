"""The HTTP frame of every pocket vendor: routes, faults, a log of what came in, and a control door."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from apps.sandbox.store import Store

CONTROL = "/_control/"


@dataclass
class Request:
    """What came in; header names are lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    address: str = ""

    def arg(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]

    def json(self) -> Any:
        """The body as JSON; ValueError when it is none."""
        return json.loads(self.body or b"null")


@dataclass
class Response:
    """What goes out: a JSON value, or bytes as they are."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """The bytes on the wire."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Fault:
    """Something that goes wrong with the next matching requests.

    kind: "lose" does the work and drops the connection, "drop" drops it before any work, "delay" waits
    `seconds` after the work, "status" answers `status` with `body` before any work.
    """

    kind: str
    method: str = ""
    path: str = ""
    times: int = 1
    seconds: float = 0.0
    status: int = 503
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def matches(self, request: Request) -> bool:
        """Whether this fault is meant for the request; `path` is searched as a regular expression."""
        return self.method in ("", request.method) and re.search(self.path, request.path) is not None


Route = Callable[..., Response]


def route(method: str, pattern: str) -> Callable[[Route], Route]:
    """Mark a method of a PocketApp as the answer to METHOD and a path (a full-match regular expression)."""

    def mark(function: Route) -> Route:
        function.route = (method, re.compile(pattern))  # type: ignore[attr-defined]
        return function

    return mark


class PocketApp:
    """One pocket vendor: subclasses add @route methods, and control_<verb> methods for what people do in screens."""

    name: ClassVar[str] = "pocket"

    def __init__(self, store: Store) -> None:
        self.store = store
        self.lock = threading.RLock()
        self.faults: list[Fault] = []
        self.log: deque[dict[str, Any]] = deque(maxlen=20_000)
        self.clock: Callable[[], float] = time.time
        self._routes: list[tuple[str, re.Pattern[str], Route]] = [
            (*getattr(type(self), name).route, getattr(self, name))
            for name in dir(type(self))
            if hasattr(getattr(type(self), name), "route")
        ]

    def answer(self, request: Request) -> Response:
        """Find the route and call it; the subclass overrides `not_found` and `guard` with the vendor's own words."""
        refusal = self.guard(request)
        if refusal is not None:
            return refusal
        for method, pattern, function in self._routes:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                return function(request, **match.groupdict())
        return self.not_found(request)

    def guard(self, request: Request) -> Response | None:
        """Authentication and rate limits: a refusal, or None to go on."""
        return None

    def not_found(self, request: Request) -> Response:
        """The vendor's answer to an unknown path."""
        return Response(404, {"message": "Not found"})

    def handle(self, request: Request) -> Response | None:
        """Answer one request under the lock, faults included; None means: drop the connection."""
        if request.path.startswith(CONTROL):
            return self._control(request)
        with self.lock:
            fault = self._take_fault(request)
            if fault and fault.kind == "drop":
                return None
            if fault and fault.kind == "status":
                response = Response(fault.status, fault.body, fault.headers)
            else:
                response = self.answer(request)
            self.store.commit()
            self._note(request, response, fault)
        if fault and fault.kind == "delay":
            time.sleep(fault.seconds)
        return None if fault and fault.kind == "lose" else response

    def _take_fault(self, request: Request) -> Fault | None:
        for fault in self.faults:
            if fault.matches(request):
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    def _note(self, request: Request, response: Response, fault: Fault | None) -> None:
        self.log.append({
            "at": self.clock(), "method": request.method, "path": request.path, "query": request.query,
            "body": request.body.decode("utf-8", "replace"), "status": response.status,
            "fault": fault.kind if fault else "", "content_type": request.headers.get("content-type", ""),
        })  # fmt: skip

    def _control(self, request: Request) -> Response:
        verb = request.path.removeprefix(CONTROL)
        function = getattr(self, f"control_{verb}", None)
        if function is None:
            return Response(404, {"error": f"{self.name} has no control verb {verb!r}"})
        with self.lock:
            try:
                result = _called(function, request.json() or {})
            except (LookupError, ValueError, TypeError) as error:
                return Response(400, {"error": f"{type(error).__name__}: {error}"})
            self.store.commit()
        return Response(200, {"result": result})

    def control_fault(self, **values: Any) -> None:
        """Let the next matching requests go wrong; see Fault."""
        self.faults.append(Fault(**values))

    def control_clear_faults(self) -> None:
        """No more faults."""
        self.faults.clear()

    def control_log(self, clear: bool = False) -> list[dict[str, Any]]:
        """What came in so far, oldest first."""
        rows = list(self.log)
        if clear:
            self.log.clear()
        return rows

    def control_reset(self) -> None:
        """Forget everything, as if the account were new."""
        self.store.clear()
        self.log.clear()
        self.faults.clear()

    def control_many(self, calls: list[list[Any]]) -> list[Any]:
        """Several verbs, [[verb, arguments], ...], in one request and one commit; their results by position."""
        unknown = [verb for verb, _ in calls if not hasattr(self, f"control_{verb}")]
        if unknown:
            raise LookupError(f"{self.name} has no control verb {unknown[0]!r}")
        return [_called(getattr(self, f"control_{verb}"), arguments) for verb, arguments in calls]

    def control_chapter(self, name: str, step: str, calls: list[list[Any]] | None = None) -> list[Any] | None:
        """Play a step of a story once: its results are kept in the same commit as its work, and given again later.

        Without calls it only tells what was played, or None.
        """
        key = f"{name}/{step}"
        played = self.store.get("chapter", key)
        if played is None and calls is not None:
            played = self.store.put("chapter", key, {"results": self.control_many(calls)})
        return None if played is None else list(played["results"])

    def control_remember(self, value: Any) -> Any:
        """Nothing but the value again: lets a chapter keep what it chose."""
        return value

    def control_ping(self) -> str:
        """Alive."""
        return self.name


def _called(function: Callable[..., Any], arguments: list[Any] | dict[str, Any]) -> Any:
    """Arguments come by position or by name."""
    return function(*arguments) if isinstance(arguments, list) else function(**arguments)


class _Handler(BaseHTTPRequestHandler):
    """One connection of the frame's server."""

    protocol_version = "HTTP/1.1"
    app: PocketApp

    def _serve(self) -> None:
        split = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        request = Request(
            self.command,
            split.path,
            parse_qs(split.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length) if length else b"",
            self.client_address[0],
        )
        response = self.app.handle(request)
        if response is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        content = response.content()
        self.send_response(response.status)
        for name, value in {"Content-Type": "application/json", **response.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the app keeps its own log."""


class PocketServer(ThreadingHTTPServer):
    """A pocket vendor listening on loopback; port 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: PocketApp, port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"app": app, "disable_nagle_algorithm": True})
        super().__init__(("127.0.0.1", port), handler)
        self.app = app

    @property
    def url(self) -> str:
        """Where it listens, without a trailing slash."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> PocketServer:
        """Serve in a background thread of this process."""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is printed."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError | BrokenPipeError | OSError):
            super().handle_error(request, client_address)
