"""Commands of the reconciliation room."""
