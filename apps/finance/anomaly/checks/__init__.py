"""The consistency checks, one file a family, with their registry."""
