"""The data of the joint run: sources with their cards, and the mixture that draws batches from them."""
