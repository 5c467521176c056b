"""The other systems, in plain Python: no Django, no database; see README.md for how to add one."""
