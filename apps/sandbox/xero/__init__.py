"""A pocket Xero: the accounting API as the vendor's documents describe it, on loopback."""
