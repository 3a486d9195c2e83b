"""Everything about who may come in, and as what."""
