"""What we know of both sides: rows and links; no network, no decisions."""
