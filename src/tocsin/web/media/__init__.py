"""Media: which hosts are titles of the press, looked up, added, changed and hidden."""
