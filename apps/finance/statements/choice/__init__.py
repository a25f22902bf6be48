"""How a key line is chosen where no row of a table carries its concept, and what a statement lacks to close."""
