"""Several Syncro accounts behind one address: /SUBDOMAIN/api/v1, and one limit for whoever calls from one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from apps.sandbox.frame import PocketApp, Request, Response
from apps.sandbox.store import Store
from apps.sandbox.syncro.account import Gate
from apps.sandbox.syncro.app import PocketSyncro


class PocketSyncros(PocketApp):
    """The first part of the path says which account is meant; its control verbs lie there too."""

    name: ClassVar[str] = "syncro"

    def __init__(self, stores: Mapping[str, Store]) -> None:
        super().__init__(Store())
        gate = Gate()
        self.accounts = {name: PocketSyncro(store, name, gate) for name, store in stores.items()}
        for account in self.accounts.values():
            account.lock = self.lock  # the gate is theirs in common

    def handle(self, request: Request) -> Response | None:
        """Hand the request to its account, without the first part of its path."""
        subdomain, _, rest = request.path.removeprefix("/").partition("/")
        account = self.accounts.get(subdomain)
        if account is None:
            return super().handle(request)
        return account.handle(replace(request, path=f"/{rest}"))
