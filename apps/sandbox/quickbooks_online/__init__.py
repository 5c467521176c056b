"""A pocket QuickBooks Online: OAuth, the accounting API v3 and a bookkeeper's hands, on loopback."""
