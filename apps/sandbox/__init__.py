"""Pocket vendors on loopback for demo and tests: they obey the vendors' documents and import nothing of ours."""
