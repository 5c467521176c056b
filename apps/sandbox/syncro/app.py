"""The pocket Syncro as a whole: every endpoint of the account and every screen of its people."""

from __future__ import annotations

from apps.sandbox.syncro.bulk import Bulk
from apps.sandbox.syncro.office import Office
from apps.sandbox.syncro.plans import Plans
from apps.sandbox.syncro.settings import Settings
from apps.sandbox.syncro.stockroom import Stockroom
from apps.sandbox.syncro.till import Till


class PocketSyncro(Till, Stockroom, Bulk, Plans, Office, Settings):
    """Base path /api/v1. It is never kinder than the vendor's pages; where they are silent, see READINGS."""
