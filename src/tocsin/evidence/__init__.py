"""What is recorded of a page, how it is tied together, sealed, logged and verified by a stranger."""
