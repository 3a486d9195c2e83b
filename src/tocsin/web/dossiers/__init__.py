"""Dossiers: captures, grounds, deadlines and letters, for the owner and counsel."""
