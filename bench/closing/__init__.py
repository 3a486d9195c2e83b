"""Speed of what closes minutes: the surge tests and the grouping."""
