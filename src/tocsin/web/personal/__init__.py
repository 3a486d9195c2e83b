"""Personal data: what is held of whom, for how long, and what they may ask."""
