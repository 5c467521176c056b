"""`mapping`."""
