"""What hostile servers send, and what it costs to refuse it."""
