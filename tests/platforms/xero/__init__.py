"""Xero as a platform."""
