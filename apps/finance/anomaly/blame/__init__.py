"""Which fact is to blame for failed checks, and what it would have to be for them to hold."""
