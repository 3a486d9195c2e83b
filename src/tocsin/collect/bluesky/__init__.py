"""Bluesky: what its records, searches and streams say."""
