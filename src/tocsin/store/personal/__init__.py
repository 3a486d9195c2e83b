"""What the law asks of whoever keeps what people said: to find it, hand it over, keep it out, and let it go."""
