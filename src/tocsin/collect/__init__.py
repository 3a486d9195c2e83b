"""Where posts come from: the adapter contract, its registry, and the adapters; no adapter opens a socket."""
