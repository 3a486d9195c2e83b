"""What the first reading of a post costs, as a ratio to VADER on the same texts: `python -m bench.reading`.

VADER gives one score of tone to an English text; the first reading gives language, tone with its reasons, kinds,
severity, personal data and copy keys. The ratio, not the microseconds, is what may be compared between machines.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import statistics
from collections.abc import Sequence

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bench.measure import Contestant, Timing, interleaved
from bench.texts import REAL, posts_texts
from tocsin.screen.read import ReadInput, default_reader

RUNS = 5
BATCH = 500
BRAND = ("Maison Alba",)
_SEED = 11


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the median ratio for each language of the texts, and the microseconds a post behind it."""
    parser = argparse.ArgumentParser(prog="python -m bench.reading", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--posts", type=int, default=1900, help="posts of each language (default 1900)")
    wanted: int = parser.parse_args(arguments).posts
    for language, texts in _texts(wanted).items():
        times = interleaved(_contestants(texts), RUNS)
        reading, vader = times["reading"], times["VADER"]
        print(
            f"{language}: {len(texts)} posts, first reading {reading.us_per_post:.0f} µs, "
            f"VADER {vader.us_per_post:.0f} µs, ratio {_ratio(reading, vader):.2f}"
        )


def _texts(wanted: int) -> dict[str, list[str]]:
    """English and French posts where the development data lie beside the project, else invented ones."""
    if not REAL.exists():
        return {"invented": posts_texts(_SEED)[0][:wanted]}
    found: dict[str, set[str]] = {"English": set(), "French": set()}
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["language"] in found and row["content"].strip():
                found[row["language"]].add(row["content"])
    rng = random.Random(_SEED)
    return {language: rng.sample(sorted(texts), min(wanted, len(texts))) for language, texts in found.items()}


def _contestants(texts: Sequence[str]) -> list[Contestant]:
    inputs = [ReadInput(text=text, brand_names=BRAND) for text in texts]
    reader, vader = default_reader(), SentimentIntensityAnalyzer()

    def read() -> int:
        return sum(len(reader.read(inputs[i : i + BATCH])) for i in range(0, len(inputs), BATCH))

    def score() -> int:
        return sum(vader.polarity_scores(text) is not None for text in texts)

    return [Contestant("reading", len(texts), lambda: read), Contestant("VADER", len(texts), lambda: score)]


def _ratio(reading: Timing, vader: Timing) -> float:
    """The median over the runs, each against its neighbour in time."""
    return statistics.median(a / b for a, b in zip(reading.cpu_s, vader.cpu_s, strict=True))


if __name__ == "__main__":
    main()
