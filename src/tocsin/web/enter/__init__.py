"""The door itself: sign in and out, join, choose a password, and what a person sets for themselves."""
