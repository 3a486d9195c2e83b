"""Sentiment of everything, the way of the tools that score a stream first and search it later: json, VADER, SQLite.

What it does not do: look for any phrase; and all that `same_result` does not do either.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

NAME = "VADER on everything"
LACKS = "matching, hashtags, language, kinds, severity, near-copies, full-text search, French"


class Peer:
    """Compiled once; `run` does the work."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._vader = SentimentIntensityAnalyzer()

    def run(self, batches: Sequence[Sequence[bytes]], database: Path) -> int:
        """Score and store every post; return their number."""
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE post (id TEXT, at TEXT, author TEXT, text TEXT, score REAL)")
        scored = 0
        for batch in batches:
            rows = []
            for line in batch:
                post = json.loads(line)
                record = post["commit"]["record"]
                score = self._vader.polarity_scores(record["text"])["compound"]
                rows.append((post["commit"]["rkey"], record["createdAt"], post["did"], record["text"], score))
            with connection:
                connection.executemany("INSERT INTO post VALUES (?, ?, ?, ?, ?)", rows)
            scored += len(rows)
        connection.close()
        return scored
