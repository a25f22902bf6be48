"""What a table prints: its cells, and the columns that they stand in."""
