"""What the pages of dossiers show: values ready to be written down, in the words of whoever reads."""
