"""One adapter per file; each turns what one kind of source answers into posts."""
