"""The pocket Syncro as a whole: every endpoint of the account and every screen of its people."""

from __future__ import annotations

from apps.sandbox.syncro.people import People
from apps.sandbox.syncro.settings import Settings


class PocketSyncro(People, Settings):
    """Base path /api/v1. It is never kinder than the vendor's pages; where they disagree, see Account's attributes."""
