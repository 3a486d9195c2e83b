"""One command per file: `configure` declares its arguments, `run` does it."""
