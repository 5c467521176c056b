"""The choices staff make: which account, tax code, item and payment method stands for what."""
