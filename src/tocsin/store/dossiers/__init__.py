"""Dossiers: what counsel gathers on an affair, grounds, clocks, letters."""
