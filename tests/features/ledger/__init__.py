"""The books every story is told on: one module per platform."""

from __future__ import annotations

import pytest

from tests.features.ledger.base import TODAY, BookedInvoice, BookedPayment, Ledger
from tests.features.ledger.quickbooks_desktop import QuickBooksDesktop
from tests.features.ledger.quickbooks_online import QuickBooksOnline
from tests.features.ledger.xero import Xero

__all__ = [
    "DIRECT", "LEDGERS", "TODAY", "BookedInvoice", "BookedPayment", "Ledger", "QuickBooksDesktop", "QuickBooksOnline",
    "Xero", "on_direct_books", "on_every_books",
]  # fmt: skip

#: By the platform's key in the registry; the first is what a story is told on that does not depend on the books.
LEDGERS: dict[str, type[Ledger]] = {
    "quickbooks_online": QuickBooksOnline,
    "xero": Xero,
    "quickbooks_desktop": QuickBooksDesktop,
}
#: Those we call; the others call us.
DIRECT = [key for key, ledger in LEDGERS.items() if not ledger.calls_us]

#: Tells every story of a module once on each books platform.
on_every_books = pytest.mark.parametrize("platform", list(LEDGERS), indirect=True)
#: And on those that answer while we wait.
on_direct_books = pytest.mark.parametrize("platform", DIRECT, indirect=True)
