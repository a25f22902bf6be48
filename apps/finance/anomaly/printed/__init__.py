"""What the page of a report shows: its rows with the signs as printed, and what its totals add up."""
