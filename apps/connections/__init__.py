"""Accounts on the platforms, the companies they make up, and who may see what."""
