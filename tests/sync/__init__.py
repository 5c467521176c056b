"""The engine's tables, and its claims without a wire."""
