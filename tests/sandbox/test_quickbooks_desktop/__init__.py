"""The pocket QuickBooks Desktop against its documents."""
