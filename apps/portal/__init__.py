"""The admin site itself, and the commands that run it."""
