"""Other ways to do the work; each says what it does not do. They are given every advantage that is honest."""
