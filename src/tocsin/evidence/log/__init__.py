"""The log: an RFC 6962 tree of entries, its signed checkpoints, and the proofs that strangers check."""
