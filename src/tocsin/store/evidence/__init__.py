"""The vault of evidence: captures, their files, and the log that seals them."""
