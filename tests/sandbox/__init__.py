"""The pocket vendors themselves."""
