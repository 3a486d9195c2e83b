"""What comes late, at once, twice or under a wrong clock: counted where it belongs, remembered, and never a surge."""
