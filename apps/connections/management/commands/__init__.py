"""`company`, `connect`, `policy`, `doctor`."""
