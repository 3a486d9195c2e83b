"""Stories: mentions about one thing, found as they come."""
