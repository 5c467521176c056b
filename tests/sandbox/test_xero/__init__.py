"""The pocket Xero keeps the contract its platform page lists."""
