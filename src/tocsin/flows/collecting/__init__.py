"""Read sources: ask, listen, keep; and their life around it: secrets, past, rechecks, retention, cost."""
