"""Texts to screen: real ones where the development data lie beside the project, else invented ones from a seed."""

from __future__ import annotations

import csv
import gzip
import random
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REAL = ROOT.parent / "shared" / "data" / "troll-tweets" / "troll_tweets.csv.gz"

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_CYRILLIC_SHARE = 0.24  # of the posts of the open networks at the time; keeps the second alphabet in view
_SYLLABLES = """
    ba be bi bo bra cal cha che cla co cri da de di dor dra du el en er fa fe flo fo ga gi gra gui ha ho il in jo ju
    ka ki la le li lo lu ma me mi mo mu na ne ni no nou o pa pe pi pla po pra quo ra re ri ro ru sa se si so sta su
    ta te ti to tra tu u va ve vi vo xa ya ze zi zo é è ê à ç ô œu ï
""".split()  # noqa: SIM905 - read and kept as a line of words
_EMOJI = ("😀", "🔥", "👏", "😡", "❤️", "🙏🏽", "…", "“", "”", "’")


def posts_texts(seed: int) -> tuple[list[str], str]:
    """Return distinct texts in an order fixed by `seed`, and the name of where they come from."""
    if REAL.exists():
        return _real(seed), "real posts of November 2015 (development data, not shipped)"
    return _invented(seed, 40_000), "invented posts"


def _real(seed: int) -> list[str]:
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as file:
        texts = sorted({row["content"] for row in csv.DictReader(file) if row["content"].strip()})
    cyrillic = [text for text in texts if _CYRILLIC.search(text)]
    other = [text for text in texts if not _CYRILLIC.search(text)]
    rng = random.Random(seed)
    rng.shuffle(cyrillic)
    wanted = int(len(other) * _CYRILLIC_SHARE / (1 - _CYRILLIC_SHARE))
    texts = other + cyrillic[:wanted]
    rng.shuffle(texts)
    return texts


def _invented(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    words = sorted({invented_word(rng, rng.choice((1, 2, 2, 3, 3, 4))) for _ in range(20_000)})
    rng.shuffle(words)
    weights = [1 / (rank + 5) for rank in range(len(words))]
    texts: set[str] = set()
    while len(texts) < count:
        parts = rng.choices(words, weights, k=rng.randint(6, 28))
        parts[0] = parts[0].capitalize()
        if rng.random() < 0.3:
            parts[rng.randrange(len(parts))] = "#" + rng.choice(words).capitalize()
        if rng.random() < 0.3:
            parts.append(f"https://example.org/{rng.randrange(10**6)}")
        if rng.random() < 0.3:
            parts.insert(rng.randrange(len(parts)), rng.choice(_EMOJI))
        texts.add(" ".join(parts))
    ordered = sorted(texts)
    rng.shuffle(ordered)
    return ordered


def invented_word(rng: random.Random, syllables: int) -> str:
    """Return a word of that many syllables that looks like a name."""
    return "".join(rng.choice(_SYLLABLES) for _ in range(syllables))
