"""The house itself: the door, what went wrong, uploads, static files."""
