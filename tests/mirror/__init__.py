"""Rows in and out, and what changed."""
