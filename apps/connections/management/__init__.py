"""Commands of the connections room."""
