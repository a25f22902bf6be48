"""Series: which images belong together, and which series is read."""
