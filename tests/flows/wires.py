"""Wires that break: a transport that lets a story decide what becomes of a request, and a database that is cut off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.db import connection


class Killed(BaseException):
    """The process is gone: nothing of ours may catch this."""


REAL = httpx.HTTPTransport
Judge = Callable[[httpx.Request], BaseException | None]
Stand = Callable[[httpx.Request], httpx.Response | None]


class Wounded(httpx.BaseTransport):
    """A transport that asks before and after each request whether something goes wrong there."""

    def __init__(self, before: Judge | None, after: Judge | None, instead: Stand | None) -> None:
        self.inner = REAL()
        self.before, self.after, self.instead = before, after, instead

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, unless the story says otherwise."""
        if self.before and (error := self.before(request)):
            raise error
        if self.instead and (other := self.instead(request)):
            return httpx.Response(other.status_code, headers=other.headers, content=other.content)
        answer = self.inner.handle_request(request)
        body = answer.read()
        answer.close()
        if self.after and (error := self.after(request)):
            raise error
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body))

    def close(self) -> None:
        """Let the connections go."""
        self.inner.close()


def once(error: BaseException, method: str = "POST", path: str = "") -> Judge:
    """Goes wrong at the first request that fits; `path` is searched as a regular expression."""
    left = [error]

    def judge(request: httpx.Request) -> BaseException | None:
        fits = request.method == method and re.search(path, request.url.path)
        return left.pop() if fits and left else None

    return judge


def wound(
    patch: pytest.MonkeyPatch, *, before: Judge | None = None, after: Judge | None = None, instead: Stand | None = None
) -> None:
    """From now on everything speaks through such a transport."""
    patch.setattr(httpx, "HTTPTransport", lambda **options: Wounded(before, after, instead))


@contextmanager
def dying_at(number: int) -> Iterator[list[str]]:
    """The process dies right before its `number`th writing statement; gives the statements that went through."""
    done: list[str] = []

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "WITH DUE")):
            if len(done) == number:
                raise Killed
            done.append(sql)
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield done
