"""What the core is taught of finance: examples made of reports, statements and messages."""
