"""Letters that a house may send: what each needs, its text in French and English, and the traps in what was written."""
