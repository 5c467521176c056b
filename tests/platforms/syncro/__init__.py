"""Syncro against the pocket Syncro, over real HTTP."""
