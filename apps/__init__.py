"""The rooms of Tieout; see docs/architecture.md for which way imports point."""
