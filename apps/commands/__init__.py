"""Commands that belong to no single application."""
