"""The mission: one file per row of the feature table."""
