"""What things of Syncro are called in the books."""
