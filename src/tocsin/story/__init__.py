"""Group mentions about one thing into stories, as they come."""
