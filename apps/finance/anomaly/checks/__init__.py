"""The consistency checks, one file a family, with their registry: of ``lines``, of ``totals``, of single ``facts``."""
