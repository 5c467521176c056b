"""What either side last told us: no network, no decisions."""
