"""One file a revision of the branch ``finance``."""
