"""How often the nearest ground is named first, on cases held apart."""
