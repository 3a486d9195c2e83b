"""The first reading of mentions: language, tone, kinds, severity, personal data and copy keys, one batch at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache, lru_cache

import msgspec

from tocsin.base.kind import Kind
from tocsin.base.mention import KindScore, Sentiment, Severity, Span, TextField, Verdict
from tocsin.base.text import fold_text, fold_words
from tocsin.screen import tables
from tocsin.screen.copy import copy_keys
from tocsin.screen.features import HANDLE, Features, fold_marked, read_features
from tocsin.screen.kind import TARGETED, Shape, plain_kinds, read_kinds
from tocsin.screen.language import UNDETERMINED, guess_languages
from tocsin.screen.personal import find_personal_data, may_hold_email, may_hold_personal_data
from tocsin.screen.sentiment import FORMS, Form, read_tone
from tocsin.screen.severity import REACH_FROM, Standing, weigh_severity
from tocsin.screen.tables.pattern import Match
from tocsin.screen.tables.vocabulary import EXCLAMATION, QUESTION, SPOKEN, Columns, look_up

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
        columns = look_up(features)
        guesses = guess_languages(features, [p.lang_claimed for p in inputs], [p.languages for p in inputs], columns)
        brands = [_brand_words(post.brand_names) for post in inputs]
        # One question to all posts, then the next: its code and tables stay warm in the caches of the processor.
        read_as = [language if p >= _CLEAR else UNDETERMINED for language, p in guesses]
        hits = columns.hits(read_as)
        matches = [
            tables.lexicon(language).matches(f, found, brand) if found else []
            for language, f, found, brand in zip(read_as, features, hits, brands, strict=True)
        ]
        stars = [(post.stars, post.stars_max) for post in inputs]
        tones = list(map(read_tone, features, hits, matches, stars, _forms(features, columns)))
        judged = [
            _plain(tone.negative, tone.neutral, tone.positive, shape, given)
            if not found and _is_plain(post)
            else _judge(post, f, found, tone, brand)
            for post, f, found, tone, shape, given, brand in zip(
                inputs, features, matches, tones, _shapes(features, columns), stars, brands, strict=True
            )
        ]
        personal = [
            find_personal_data(post.title, post.text, f.words)
            if likely or ("@" in f.text and may_hold_email(f.text))
            else ()
            for post, f, likely in zip(inputs, features, may_hold_personal_data(columns), strict=True)
        ]
        keys = copy_keys(features, brands, columns)
        version = self.version
        return [
            Verdict(
                language=language,
                language_p=p,
                sentiment=tone,
                kinds=kinds,
                severity=severity,
                personal=data,
                keys=key,
                version=version,
            )
            for (language, p), tone, (kinds, severity), data, key in zip(
                guesses, tones, judged, personal, keys, strict=True
            )
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


_Judged = tuple[tuple[KindScore, ...], Severity]


def _forms(features: Sequence[Features], columns: Columns) -> list[Form]:
    """`form_of` each text."""
    return [
        FORMS[f.links > 0, marks & QUESTION > 0, marks & EXCLAMATION > 0, len(f.words) < 8]
        for f, marks in zip(features, columns.marks, strict=True)
    ]


def _shapes(features: Sequence[Features], columns: Columns) -> list[Shape]:
    """`shape_of` each text, as plain tuples, which are made and compared faster."""
    return [
        (f.links, len(f.tags), marks & QUESTION > 0, bits & SPOKEN > 0)
        for f, marks, bits in zip(features, columns.marks, columns.bits, strict=True)
    ]


def _is_plain(post: ReadInput) -> bool:
    """Whether nothing about the post but its text and stars changes how it is judged."""
    return not (post.own or post.sensitive_words or post.verified or (post.followers and post.followers >= REACH_FROM))


@lru_cache(maxsize=32768)
def _plain(
    negative: float, neutral: float, positive: float, shape: Shape, stars: tuple[float | None, float | None]
) -> _Judged:
    """The kinds and severity of a post without rules that match; most posts are such, and of few sorts."""
    tone = Sentiment(negative=negative, neutral=neutral, positive=positive)
    kinds = plain_kinds(tone, shape, stars)
    return kinds, weigh_severity([], (), kinds, tone, Standing())


def _judge(
    post: ReadInput, features: Features, matches: Sequence[Match], tone: Sentiment, brand: frozenset[str]
) -> _Judged:
    if post.own:  # a brand that asks for an order number does not pass for itself
        matches = [match for match in matches if match.rule.target != Kind.IMPERSONATION]
    aim = _brand_positions(post, features, brand) if _aimed(matches) else None
    kinds = read_kinds(features, matches, tone, (post.stars, post.stars_max), aim)
    sensitive = _sensitive_found(features, post.sensitive_words) if post.sensitive_words else ()
    standing = _standing(post.followers, post.verified, post.own)
    return kinds, weigh_severity(features.tokens, matches, kinds, tone, standing, sensitive=sensitive)


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
