"""Short stories about what the portal promises."""
