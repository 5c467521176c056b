"""The rooms of Tieout; see docs/ARCHITECTURE.md for which way imports point."""
