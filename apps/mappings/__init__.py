"""Choices staff make: which account, tax, class, item and deposit account."""
