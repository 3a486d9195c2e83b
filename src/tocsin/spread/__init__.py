"""Follow how something spread: who took it from whom, where it began, who carried it, when the press took it up."""
