"""The same phrases, with the standard library and VADER: json, fold, set of word sequences, SQLite.

What it does not do: hashtags, handles and what is cut from them (its matches are counted, and are fewer), language,
kinds of mention, severity, personal data, near-copies, full-text search, French sentiment (VADER reads English).
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

NAME = "standard library, same phrases"
LACKS = "hashtags, language, kinds, severity, near-copies, full-text search, French"

_WORD = re.compile(r"[^\W_]+")


class Peer:
    """Compiled once; `run` does the work."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._phrases = {tuple(_words(phrase)): number for number, phrase in enumerate(phrases)}
        self._lengths = sorted({len(words) for words in self._phrases})
        self._vader = SentimentIntensityAnalyzer()

    def run(self, batches: Sequence[Sequence[bytes]], database: Path) -> int:
        """Screen, score and store; return the number of posts that matched."""
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE mention (phrase INT, id TEXT, at TEXT, author TEXT, text TEXT, score REAL)")
        matched = 0
        for batch in batches:
            rows = []
            for line in batch:
                post = json.loads(line)
                record = post["commit"]["record"]
                found = self._find(record["text"])
                if found:
                    matched += 1
                    score = self._vader.polarity_scores(record["text"])["compound"]
                    place = (post["commit"]["rkey"], record["createdAt"], post["did"], record["text"], score)
                    rows += [(number, *place) for number in found]
            with connection:
                connection.executemany("INSERT INTO mention VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.close()
        return matched

    def _find(self, text: str) -> set[int]:
        words = _words(text)
        found = set()
        for length in self._lengths:
            for start in range(len(words) - length + 1):
                number = self._phrases.get(tuple(words[start : start + length]))
                if number is not None:
                    found.add(number)
        return found


def _words(text: str) -> list[str]:
    folded = text.casefold()
    if not folded.isascii():
        plain = unicodedata.normalize("NFKD", folded.replace("œ", "oe"))
        folded = "".join(char for char in plain if not unicodedata.combining(char))
    return _WORD.findall(folded)
