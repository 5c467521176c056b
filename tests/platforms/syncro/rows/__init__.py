"""What Syncro's side of each row of the feature table needs."""
