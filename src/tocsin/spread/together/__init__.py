"""Find accounts that act together on the same things, with the odds against chance; never an accusation."""
