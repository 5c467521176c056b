"""What every test gets: the embedded PostgreSQL of the tests, which settings start by themselves."""
