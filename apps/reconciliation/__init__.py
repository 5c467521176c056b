"""Where the two sides disagree, and the proof that every cent is explained."""
