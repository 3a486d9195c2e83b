"""Stories and surges."""
