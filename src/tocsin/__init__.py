"""tocsin: hears what is said in public about a company, and rings early."""

__version__ = "0.1.0"
