"""What a report may come in: an EDGAR wrapper, a complete submission, a zip, several documents that are one report."""
