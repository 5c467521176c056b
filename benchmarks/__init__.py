"""What `make bench` runs: ratios measured in one run, never absolute times, so that they mean the same on any machine."""
