"""QuickBooks Online, Accounting API v3; see README.md for its limits and quirks."""
