"""How this installation is set up: settings from the environment, the database, the schedules, the addresses."""
