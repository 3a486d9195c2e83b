"""The clock: what runs by itself, from rows that are its queue."""
