"""Syncro: `platform.py` is what outsiders import."""
