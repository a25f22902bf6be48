"""Checks of what the lines of the statements owe each other."""
