"""Proof: capture pages, seal what was captured, keep dossiers, hand them over, erase what is kept no longer."""
