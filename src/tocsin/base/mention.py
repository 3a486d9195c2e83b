"""Mention: a post that a watch caught, the words that caught it, and what was read in it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tocsin.base.kind import Kind, Tone
from tocsin.base.post import Post

# Members of an enum are slow to reach through their class, and the label of a sentiment is asked for at every mention.
_NEGATIVE, _NEUTRAL, _POSITIVE = Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE


class TextField(StrEnum):
    """The two searched parts of a post."""

    TITLE = "title"
    TEXT = "text"


class Span(msgspec.Struct, frozen=True, kw_only=True, order=True, gc=False):
    """A stretch of the original title or text: `start` included, `end` excluded, in code points."""

    field: TextField
    start: int
    end: int


class Reason(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why a score is what it is.

    code: a catalogue key such as `word.insult` or `reach.large`; doors put it in words.
    words: the words of the post, or the values, that carried it.
    weight: its share of the score, in the score's own unit; may be negative.
    """

    code: str
    words: tuple[str, ...] = ()
    weight: float = 0.0


class Sentiment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Probabilities that sum to 1 (rounded to 1e-4), and whether a person should look."""

    negative: float
    neutral: float
    positive: float
    sure: bool = False
    reasons: tuple[Reason, ...] = ()

    @property
    def label(self) -> Tone:
        """The most probable tone; ties go to neutral, then negative."""
        negative, positive = self.negative, self.positive
        if negative <= self.neutral >= positive:
            return _NEUTRAL
        return _NEGATIVE if negative >= positive else _POSITIVE

    @property
    def p(self) -> float:
        """The probability of `label`."""
        return max(self.negative, self.neutral, self.positive)


class KindScore(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One kind with its probability, 0..1 rounded to 1e-4, and its reasons."""

    kind: Kind
    p: float
    reasons: tuple[Reason, ...] = ()


class Severity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How much harm the mention may do, 0..100; the weights of the reasons add up to the score before clipping."""

    score: int
    reasons: tuple[Reason, ...] = ()


class PersonalKind(StrEnum):
    """Personal data that was found in a text."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    CARD = "card"
    SOCIAL_SECURITY = "social_security"
    ADDRESS = "address"
    SIGNATURE_NAME = "signature_name"
    ORDER_NUMBER = "order_number"


class PersonalData(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a piece of personal data stands. The piece itself is never copied out of the post."""

    kind: PersonalKind
    span: Span


class CopyKeys(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Keys by which near-copies and stories find one another.

    exact: 63-bit key of the folded text without links, handles, numbers of shares; equal for copies to the letter.
    bands: 32 unsigned 32-bit MinHash bands of two rows each; empty for texts of fewer than 4 words.
    terms: rare content words of the text, folded, in order of appearance, each once; at most 24.
    """

    exact: int
    bands: tuple[int, ...] = ()
    terms: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that the first reading says of a mention, with the version of what read it."""

    language: str
    language_p: float
    sentiment: Sentiment
    kinds: tuple[KindScore, ...]
    severity: Severity
    personal: tuple[PersonalData, ...] = ()
    keys: CopyKeys
    version: str


class Mention(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A post caught by a watch. Identity: (brand, watch, platform, native_id).

    own: the author is one of the brand's own accounts; such a mention is counted but never rung.
    """

    brand: str
    watch: str
    post: Post
    spans: tuple[Span, ...]
    verdict: Verdict
    own: bool = False

    @property
    def key(self) -> tuple[str, str, str, str]:
        """The identity: (brand, watch, platform, native_id)."""
        return (self.brand, self.watch, self.post.platform, self.post.native_id)
