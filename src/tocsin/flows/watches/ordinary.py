"""Ordinary words of French and English that are, or may be, names of companies too."""

from __future__ import annotations

from functools import cache
from importlib import resources

_TABLE = "ordinary.tsv"  # language, word: folded, sorted; written for this project


def is_ordinary(word: str) -> bool:
    """Return whether a folded word is one of everyday French or English, so that it says little alone.

    >>> is_ordinary("orange"), is_ordinary("alba")
    (True, False)
    """
    return word in _words()


@cache
def _words() -> frozenset[str]:
    text = resources.files("tocsin.flows.watches").joinpath(_TABLE).read_text(encoding="utf-8")
    return frozenset(line.partition("\t")[2] for line in text.splitlines())
