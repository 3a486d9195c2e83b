"""Template tags and filters, one module a family."""
