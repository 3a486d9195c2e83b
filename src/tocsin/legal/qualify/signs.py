"""Read in a text the signs that matter to grounds: words of the text, and what is known around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from tocsin.base.kind import Kind
from tocsin.base.mention import PersonalKind, Reason
from tocsin.base.post import Audience, PostKind
from tocsin.base.text import fold_spans, fold_words
from tocsin.legal.grounds.values import Target
from tocsin.legal.qualify.tables import load_lexicon, load_tables
from tocsin.legal.qualify.values import Facts
from tocsin.screen import tables as screen_tables
from tocsin.screen.features import HANDLE, QUOTE, SENTENCE_ENDS, Features, read_features
from tocsin.screen.tables.pattern import Match

_MOST_WORDS = 3  # passages told for one sign; more do not make it truer
_NEGATION = 3  # tokens before a sign within which a negation undoes it
_FINDS_SOMEBODY = frozenset({PersonalKind.ADDRESS, PersonalKind.PHONE})
_NEGATORS = (("", "fr"), ("", "en"), ("half_", "fr"), ("half_", "en"))
_PERSON = frozenset({"person_word"})


class Signs(msgspec.Struct, frozen=True):
    """The signs read, by code, each with the passages that carried it; none for those known around the mention."""

    passages: dict[str, tuple[str, ...]]
    strength: dict[str, float]

    def __contains__(self, code: str) -> bool:
        return code in self.strength

    def reason(self, code: str, weight: float = 0.0) -> Reason:
        """Return a sign as a reason with its passages."""
        return Reason(code=code, words=self.passages.get(code, ()), weight=weight)


def read_signs(facts: Facts) -> Signs:
    """Return the signs of a mention. Deterministic; the passages are the mention's own words."""
    whole = f"{facts.title}.\n{facts.text}" if facts.title else facts.text
    features = read_features([whole], frozenset())[0]
    brand = _brand_words(facts.brand_names)
    lexicon = load_lexicon(facts.language)
    matches = lexicon.matches(features, lexicon.hits(features), brand)
    original, quoted = _Original(whole, features), _quoted(features.tokens)
    found: dict[str, list[str]] = {}
    for match in sorted(matches, key=lambda m: (m.start, m.end, m.rule.target)):
        code = _code(features.tokens, match)
        passage = original.passage(match.start, match.end)
        _add(found.setdefault(code, []), passage)
        if code == match.rule.target and match.start in quoted and code in load_tables().quotable:
            found.setdefault("given.quoted", []).append(passage)
    named = _named(features.tokens, brand)
    if named is not None or (facts.brand_names and HANDLE in features.tokens):
        found["given.named"] = [original.passage(*named)] if named else []
    if "?" in features.tokens and "question" not in found and _only_asks(features.tokens):
        found["question"] = ["?"]
    passages = {code: tuple(dict.fromkeys(said))[:_MOST_WORDS] for code, said in found.items()}
    strength = dict.fromkeys(passages, 1.0)
    strength.update(dict.fromkeys(_given(facts, passages.keys() | set()), 1.0))
    strength.update({f"kind.{score.kind}": score.p for score in facts.kinds if score.kind is not Kind.NEUTRAL})
    return Signs(passages, strength)


def _add(said: list[str], passage: str) -> None:
    """Keep the longer of two passages that hold one another, and a few only."""
    if any(passage in other for other in said):
        return
    said[:] = [other for other in said if other not in passage]
    if len(said) < _MOST_WORDS:
        said.append(passage)


def _named(tokens: Sequence[str], brand: frozenset[str]) -> tuple[int, int] | None:
    """Where the brand is first named: all its words that stand side by side."""
    start = next((i for i, token in enumerate(tokens) if token in brand), None)
    if start is None:
        return None
    end = start + 1
    while end < len(tokens) and tokens[end] in brand:
        end += 1
    return start, end


def _given(facts: Facts, found: set[str]) -> Iterator[str]:
    """What is known around the mention, as signs."""
    closed = facts.audience in (Audience.RESTRICTED, Audience.OWN_MAILBOX)
    yield "given.audience_restricted" if closed else "given.audience_public"
    if facts.post_kind is PostKind.REVIEW or facts.stars is not None:
        yield "given.review"
    if facts.editorial or (facts.editorial is None and facts.post_kind is PostKind.ARTICLE):
        yield "given.editorial"
    if facts.author is not None:
        yield f"given.author_{facts.author}"
    if facts.target is Target.PERSON or (facts.target is None and not _PERSON.isdisjoint(found)):
        yield "given.target_person"
    elif facts.target is Target.COMPANY:
        yield "given.target_company"
    if not _FINDS_SOMEBODY.isdisjoint(facts.personal):
        yield "given.personal_data"
    if facts.base_missing is not None:
        yield "given.base_missing" if facts.base_missing else "given.base_present"
    for name in ("concerted", "identity_copied", "no_purchase", "inquiry"):
        if getattr(facts, name):
            yield f"given.{name}"


def _code(tokens: Sequence[str], match: Match) -> str:
    """The sign that a match stands for: its own, or a denial where a negation just before undoes it."""
    target = match.rule.target
    if target not in load_tables().undone:
        return target
    before = tokens[max(0, match.start - _NEGATION) : match.start]
    for i in range(len(before) - 1, -1, -1):
        if before[i] in SENTENCE_ENDS or before[i] == ",":
            before = before[i + 1 :]
            break
    if tokens[match.start] in _negators():  # the negation is what is told: "is not up to standard"
        return target
    return "denial" if any(token in _negators() for token in before) else target


@cache
def _negators() -> frozenset[str]:
    return frozenset().union(*(screen_tables.word_list(f"{role}negator_{language}") for role, language in _NEGATORS))


def _quoted(tokens: Sequence[str]) -> frozenset[int]:
    """The places between quotation marks that are opened and closed."""
    marks = [i for i, token in enumerate(tokens) if token == QUOTE]
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return frozenset(place for start, end in pairs for place in range(start + 1, end))


def _only_asks(tokens: Sequence[str]) -> bool:
    """Whether the text is one question and asserts nothing after it."""
    ends = [i for i, token in enumerate(tokens) if token in SENTENCE_ENDS]
    return bool(ends) and all(tokens[i] == "?" for i in ends) and ends[-1] >= len(tokens) - 2


def _brand_words(names: Sequence[str]) -> frozenset[str]:
    parts = [fold_words(name) for name in names]
    return frozenset({w for words in parts for w in words if len(w) > 2} | {"".join(words) for words in parts})


class _Original:
    """The way back from tokens to the text as it was written."""

    def __init__(self, text: str, features: Features) -> None:
        self._text = text
        self._tokens = features.tokens
        self._places = list(_align(features.tokens, fold_spans(text)))

    def passage(self, start: int, end: int) -> str:
        """Return the text of tokens[start:end] as it was written; folded words where they cannot be found again."""
        places = [place for place in self._places[start:end] if place is not None]
        if not places or places[0][0] > places[-1][1]:
            return " ".join(self._tokens[start:end])
        return " ".join(self._text[places[0][0] : places[-1][1]].split())


def _align(tokens: Sequence[str], spans: Sequence[tuple[str, int, int]]) -> Iterator[tuple[int, int] | None]:
    """Yield where each token stands in the text, None for marks and for words that only the reader made."""
    at = 0
    for token in tokens:
        ahead = next((i for i in range(at, min(at + 12, len(spans))) if spans[i][0] == token), None)
        if ahead is None:
            yield None
        else:
            yield spans[ahead][1:]
            at = ahead + 1
