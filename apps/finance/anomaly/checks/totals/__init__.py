"""Checks of totals that the report prints, against their parts."""
