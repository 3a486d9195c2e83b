"""The first reading of mentions: language, tone, kinds, severity, personal data and copy keys, one batch at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache, lru_cache

import msgspec

from tocsin.base.mention import KindScore, Sentiment, Severity, Span, TextField, Verdict
from tocsin.base.text import fold_text, fold_words
from tocsin.screen import tables
from tocsin.screen.copy import copy_keys
from tocsin.screen.features import HANDLE, Features, fold_marked, read_features
from tocsin.screen.kind import TARGETED, read_kinds
from tocsin.screen.language import UNDETERMINED, guess_languages
from tocsin.screen.personal import find_personal_data
from tocsin.screen.sentiment import read_tone
from tocsin.screen.severity import Standing, weigh_severity
from tocsin.screen.tables.pattern import Match

CODE_VERSION = "1"
_CLEAR = 0.8  # under it, a text is read with the words of all languages that have tables
_TARGETED = frozenset(kind.value for kind in TARGETED)


class ReadInput(msgspec.Struct, frozen=True, kw_only=True):
    """What the first reading needs of a post and of the watch that caught it.

    stars, stars_max: of a review. followers, verified: of the author; None means not known. own: the author is one
    of the brand's accounts. spans: where the watch matched. languages: the watch's codes, () for all known.
    sensitive_words: words or phrases that raise the severity by themselves. brand_names: as people write them.
    """

    text: str
    title: str = ""
    stars: float | None = None
    stars_max: float | None = None
    followers: int | None = None
    verified: bool | None = None
    lang_claimed: str | None = None
    own: bool = False
    spans: tuple[Span, ...] = ()
    languages: tuple[str, ...] = ()
    sensitive_words: tuple[str, ...] = ()
    author_name: str = ""
    brand_names: tuple[str, ...] = ()


class Reader:
    """Reads batches of posts. `version` names the tables and the code; the same version gives the same verdicts."""

    def __init__(self, tables_digest: str) -> None:
        """tables_digest: of the tables that the caller expects. Raises ValueError if others are installed."""
        if tables_digest != tables.digest():
            raise ValueError(f"the tables are {tables.digest()}, not {tables_digest}: reinstall tocsin")
        whole = f"{CODE_VERSION}\x1f{tables_digest}".encode()
        self.version = f"rules-{hashlib.blake2b(whole, digest_size=5).hexdigest()}"

    def read(self, inputs: Sequence[ReadInput]) -> list[Verdict]:
        """Return the verdict on each post, shape (n,). Deterministic, whatever else the batch holds."""
        texts = [f"{post.title}.\n{post.text}" if post.title else post.text for post in inputs]
        features = read_features(texts, tables.emoji(), _tag_prefixes())
        guesses = guess_languages(features, [p.lang_claimed for p in inputs], [p.languages for p in inputs])
        brands = [_brand_words(post.brand_names) for post in inputs]
        posts = range(len(inputs))
        # One question to all posts, then the next: its code and tables stay warm in the caches of the processor.
        lexicons = [tables.lexicon(language if p >= _CLEAR else UNDETERMINED) for language, p in guesses]
        hits = [lexicons[i].hits(features[i]) for i in posts]
        matches = [lexicons[i].matches(features[i], hits[i], brands[i]) if hits[i] else [] for i in posts]
        stars = [(post.stars, post.stars_max) for post in inputs]
        tones = [read_tone(features[i], hits[i], matches[i], stars[i])[0] for i in posts]
        aims = [_brand_positions(inputs[i], features[i], brands[i]) if _aimed(matches[i]) else None for i in posts]
        kinds = [read_kinds(features[i], matches[i], tones[i], stars[i], aims[i]) for i in posts]
        severities = [_severity(inputs[i], features[i], matches[i], kinds[i], tones[i]) for i in posts]
        personal = [find_personal_data(post.title, post.text, features[i].words) for i, post in enumerate(inputs)]
        keys = copy_keys(features, brands)
        return [
            Verdict(
                language=guesses[i].language,
                language_p=guesses[i].p,
                sentiment=tones[i],
                kinds=kinds[i],
                severity=severities[i],
                personal=personal[i],
                keys=keys[i],
                version=self.version,
            )
            for i in posts
        ]


@cache
def default_reader() -> Reader:
    """Return the reader of the installed tables."""
    return Reader(tables.digest())


@cache
def _tag_prefixes() -> tuple[str, ...]:
    return tuple(sorted(tables.word_list("tag_prefixes"), key=lambda prefix: (-len(prefix), prefix)))


@lru_cache(maxsize=1024)
def _brand_words(names: tuple[str, ...]) -> frozenset[str]:
    words = [fold_words(name) for name in names]
    joined = {"".join(parts) for parts in words}
    return frozenset({w for parts in words for w in parts if len(w) > 2} | joined)


def _severity(
    post: ReadInput, features: Features, matches: Sequence[Match], kinds: Sequence[KindScore], tone: Sentiment
) -> Severity:
    sensitive = _sensitive_found(features, post.sensitive_words) if post.sensitive_words else ()
    standing = _standing(post.followers, post.verified, post.own)
    return weigh_severity(features, matches, kinds, tone, standing, sensitive=sensitive)


@lru_cache(maxsize=4096)
def _standing(followers: int | None, verified: bool | None, own: bool) -> Standing:
    return Standing(followers=followers, verified=verified, own=own)


def _aimed(matches: Sequence[Match]) -> bool:
    return any(match.rule.target in _TARGETED for match in matches) if matches else False


def _brand_positions(post: ReadInput, features: Features, brand: frozenset[str]) -> list[int]:
    """Where the brand stands among the tokens: its names, any handle, and the spans that the watch matched."""
    positions = {i for i, token in enumerate(features.tokens) if token == HANDLE or token in brand}
    for span in post.spans:
        if span.field is TextField.TEXT:
            before = f"{post.title}.\n{post.text[: span.start]}" if post.title else post.text[: span.start]
            positions.add(len(fold_marked(before).split()))
    return sorted(positions)


def _sensitive_found(features: Features, sensitive: tuple[str, ...]) -> tuple[str, ...]:
    text = f" {' '.join(features.words)} "
    return tuple(word for word in sensitive if (folded := _folded(word)) and f" {folded} " in text)


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    return fold_text(word)
