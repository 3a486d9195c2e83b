"""Duties towards those who are heard: say what is held, hand it over, erase, keep out, let go in time."""
