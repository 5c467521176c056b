"""Accounts on other systems, companies, their policies, and who may do what."""
