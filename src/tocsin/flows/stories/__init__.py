"""Stories as people read them, name them, put them together and apart."""
