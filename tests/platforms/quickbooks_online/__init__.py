"""QuickBooks Online against its pocket."""
