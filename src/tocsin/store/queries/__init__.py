"""Everything that is read for people and for the engine."""
