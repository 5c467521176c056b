"""Runs the sandbox command without the rest of the project: `python -m tests.sandbox.run_sandbox --dir DIR`."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import django
from django.conf import settings
from django.core.management import call_command

from tests.sandbox.stand_in import StandIn


def main() -> None:
    books = "apps.sandbox.quickbooks_online"
    if importlib.util.find_spec(books) is None:
        sys.modules[books] = ModuleType(books)
        sys.modules[f"{books}.app"] = module = ModuleType(f"{books}.app")
        vars(module)["PocketQuickBooks"] = StandIn
    settings.configure(INSTALLED_APPS=["apps.sandbox"])
    django.setup()
    call_command("sandbox", *sys.argv[1:])


if __name__ == "__main__":
    main()
