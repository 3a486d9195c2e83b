"""Screening: which posts concern a brand, and what the first reading makes of them."""
