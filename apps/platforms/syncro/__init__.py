"""Syncro (and RepairShopr, the same API): the side where the shop works; see README.md."""
