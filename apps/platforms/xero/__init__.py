"""Xero: see README.md for its limits and quirks; outsiders import `platform` alone."""
