"""Sources: their health, what is not seen, what goes out, adding one with a preview."""
