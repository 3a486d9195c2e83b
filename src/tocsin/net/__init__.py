"""Every socket of the house."""
