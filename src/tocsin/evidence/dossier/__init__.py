"""The dossier that leaves the house: its files, its words, its shell verifier, and how it is written."""
