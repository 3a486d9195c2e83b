"""Passwords as hashes, and secrets sealed with a key that stands outside the database."""
