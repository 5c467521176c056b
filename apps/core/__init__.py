"""Small things everyone may use; imports nothing of ours."""
