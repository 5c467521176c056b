"""Kinds, tie-out and resolutions."""
