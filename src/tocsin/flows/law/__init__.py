"""Law: grounds that look met, clocks that run, letters to send; it never says what is illegal."""
