"""QuickBooks Online: `platform.py` is what outsiders import."""
