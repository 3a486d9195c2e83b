"""How far a cascade will go, told from its first minutes, with a range that was checked."""
