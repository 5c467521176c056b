"""The verbs: pull, compose, push, settle."""
