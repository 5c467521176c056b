"""What stands between the contract and each platform with its pocket: a line per line of the registry."""

from __future__ import annotations

from tests.platforms.drivers.base import Driver
from tests.platforms.drivers.quickbooks_desktop import QuickBooksDesktopDriver
from tests.platforms.drivers.quickbooks_online import QuickBooksOnlineDriver
from tests.platforms.drivers.syncro import SyncroDriver
from tests.platforms.drivers.xero import XeroDriver

__all__ = ["DRIVERS", "Driver"]

DRIVERS: dict[str, type[Driver]] = {
    each.key: each for each in (SyncroDriver, QuickBooksOnlineDriver, QuickBooksDesktopDriver, XeroDriver)
}
