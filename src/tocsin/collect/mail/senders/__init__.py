"""Letters that platforms send to the owner of a page: who sends them, and what each tells."""
