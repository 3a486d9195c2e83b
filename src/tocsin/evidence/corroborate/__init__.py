"""Tie what a page shows to the server's answer it came from; say so where there is none."""

from __future__ import annotations

from tocsin.evidence.corroborate.tie import corroborate, corroborate_page, ties_file
from tocsin.evidence.corroborate.values import Tie, TieStrength, Where

__all__ = ["Tie", "TieStrength", "Where", "corroborate", "corroborate_page", "ties_file"]
