"""A look at a new table, and the first configuration for it."""
