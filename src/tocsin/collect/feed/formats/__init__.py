"""The readers of feeds: the fast one, its native core, the tolerant one, and that of JSON Feed."""
