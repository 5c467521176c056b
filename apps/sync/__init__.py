"""The verbs: pull, compose, push, settle; exactly once."""
