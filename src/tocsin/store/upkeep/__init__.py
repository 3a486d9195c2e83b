"""Care of the store: erase, doctor, digest, backup, export."""
