"""Where the two sides disagree, what it is worth, and what staff can do about it."""
