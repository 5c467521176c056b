"""The verbs: claim, compose, settle, look."""
