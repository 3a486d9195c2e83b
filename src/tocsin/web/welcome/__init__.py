"""First steps: a brand and its first watch in four calm steps, and files brought in through the browser."""
