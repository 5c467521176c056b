"""Commands of the mappings room."""
