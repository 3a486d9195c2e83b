"""Build what is measured, from a seed: the posts, and the phrases that are looked for in them.

The phrases never come from the measured posts: nine in ten are invented brands, one in ten is a pair of words taken
from texts that are kept aside. Some posts carry a planted brand, written in the ways that people write: with and
without accents, decomposed, as a hashtag, after an elision, over a line break, at either end, in an address, and inside
a longer word or misspelt, where it must not be found.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from bench.jetstream import envelope
from bench.texts import invented_word, posts_texts

SEED = 20_260_105
HELD_OUT = 0.25  # share of the texts from which word pairs are taken
PLANTED_EVERY = 400  # one post in so many carries a planted brand
PAIR_SHARE = 0.10
PAIR_TIMES = (1, 6)  # how often a word pair may stand in the texts kept aside; more is no likeness of a brand

_PLAIN_WORD = re.compile(r"[A-Za-zÀ-ÿŒœ]{3,}")


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is measured. `lines[i]` holds `texts[i]`; both of shape (n,)."""

    lines: list[bytes]
    texts: list[str]
    source: str

    @property
    def bytes_per_post(self) -> float:
        """The mean length of a line, in bytes."""
        return sum(map(len, self.lines)) / len(self.lines)


def phrases(count: int) -> list[str]:
    """Return `count` distinct phrases of one to three words; those of a shorter list are among those of a longer."""
    pairs_wanted = int(count * PAIR_SHARE)
    brands = _brands(count - pairs_wanted)
    pairs = _pairs(pairs_wanted)
    return brands + pairs


def build(posts: int, seed: int = SEED) -> Corpus:
    """Return `posts` lines; texts come again when there are fewer of them than posts asked for."""
    texts, source = posts_texts(SEED)
    measured = texts[int(len(texts) * HELD_OUT) :]
    rng = random.Random(seed)
    brands = _brands(900)
    chosen: list[str] = []
    for number in range(posts):
        text = measured[number % len(measured)]
        if number % PLANTED_EVERY == 0:
            brand = brands[rng.randrange(len(brands))]
            text = PLANTS[(number // PLANTED_EVERY) % len(PLANTS)](text, brand)
        chosen.append(text)
    lines = [envelope(text, number, rng) for number, text in enumerate(chosen)]
    return Corpus(lines, chosen, source)


def _joined(text: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in text.split())


PLANTS = (
    lambda text, brand: f"{brand} {text}",
    lambda text, brand: f"{text} {brand}",
    lambda text, brand: f"{text[:40]} {brand.upper()}, {text[40:]}",
    lambda text, brand: f"{text}\n{brand.replace(' ', chr(10))}\n",
    lambda text, brand: f"{text} l’{brand}!",
    lambda text, brand: f"{unicodedata.normalize('NFD', brand)} {text}",
    lambda text, brand: f"{text} #{_joined(brand)}",
    lambda text, brand: f"{text} #Boycott{_joined(brand)}2026",
    lambda text, brand: f"{text} @{brand.replace(' ', '_')}",
    lambda text, brand: f"{text} https://example.org/{brand.replace(' ', '-')}/x",
    lambda text, brand: f"{text} {brand.replace(' ', '… ')}",
    lambda text, brand: f"x{brand}s {text}",  # inside a longer word: must not match
    lambda text, brand: f"{text} {brand[:-2]}{brand[-1]}{brand[-2]}",  # two letters swapped: must not match
)


def _brands(count: int) -> list[str]:
    rng = random.Random(SEED + 1)
    found: dict[str, None] = {}
    while len(found) < count:
        words = [invented_word(rng, rng.choice((2, 3, 3, 4))) for _ in range(rng.choice((1, 1, 2, 2, 3)))]
        if len("".join(words)) >= 6:
            found[" ".join(word.capitalize() for word in words)] = None
    return list(found)


def _pairs(count: int) -> list[str]:
    texts, _ = posts_texts(SEED)
    aside = texts[: int(len(texts) * HELD_OUT)]
    seen: Counter[str] = Counter()
    for text in aside:
        words = text.split()
        seen.update({f"{a} {b}" for a, b in pairwise(words) if _is_plain(a) and _is_plain(b)})
    fitting = sorted(pair for pair, times in seen.items() if PAIR_TIMES[0] <= times <= PAIR_TIMES[1])
    random.Random(SEED + 2).shuffle(fitting)
    if len(fitting) < count:
        raise ValueError(f"only {len(fitting)} word pairs for {count}; widen PAIR_TIMES")
    return fitting[:count]


def _is_plain(word: str) -> bool:
    return _PLAIN_WORD.fullmatch(word) is not None
