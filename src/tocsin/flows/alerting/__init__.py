"""Who is told of alerts, by what, and who is next when nobody answers."""
