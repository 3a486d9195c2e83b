"""The life of sources, as it is kept."""
