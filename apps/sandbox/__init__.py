"""Pocket vendors on loopback for the demo and the tests: they obey the vendors' documents and import nothing of ours."""
