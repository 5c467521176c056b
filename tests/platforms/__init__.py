"""The platforms against their pocket vendors, and the transport under them."""
