"""Checks of single facts: their units, periods, scale and signs, and what repeats."""
