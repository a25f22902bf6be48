"""The folders of a store: whose they are, and who may read them."""
