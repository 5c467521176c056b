"""Whole stories over both sides."""
