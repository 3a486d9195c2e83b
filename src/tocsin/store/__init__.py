"""The store: the one Django application; models, bulk writes, queries, search."""
