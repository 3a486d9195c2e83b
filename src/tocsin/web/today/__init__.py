"""Today: the first page of a brand."""
