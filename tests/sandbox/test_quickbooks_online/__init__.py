"""The pocket QuickBooks Online keeps the contract its platform page lists."""
