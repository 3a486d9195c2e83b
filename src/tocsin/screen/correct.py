"""Apply what people said about a reading: to the mention they looked at, to its copies, and to those still to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.ids import stable_id
from tocsin.base.kind import Kind, Tone
from tocsin.base.mention import CopyKeys, KindScore, Reason, Sentiment, Severity, Verdict
from tocsin.screen import tables

# Of 32 bands of two rows each: a share J of word pairs in common, J² near 16/32, so J near 0.7. Stricter than a story,
# which asks for 10: what is applied without a look must be nearly the same words. `tests/screen/test_correct.py`.
SIMILAR_BANDS = 16
STEP = 25  # points of one step of severity, of which there are four
_TONE_CODES = ("tone.negative", "person.tone", "person.irony")
BY_PERSON = "person."  # begins the code of every reason that a correction gives


class Act(StrEnum):
    """What a person may say of a reading."""

    KIND = "kind"  # it is of this kind
    NOT_KIND = "not"  # it is not of this kind
    TONE = "tone"
    LESS = "less"
    MORE = "more"
    IRONY = "irony"
    NOT_US = "not_us"
    OTHER_STORY = "other_story"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said. kind: for KIND and NOT_KIND. tone: for TONE."""

    act: Act
    kind: Kind | None = None
    tone: Tone | None = None

    @property
    def label(self) -> str:
        """The short text under which it is kept: `not:rumour`, `tone:negative`, `less`."""
        about = self.kind or self.tone
        return self.act.value if about is None else f"{self.act.value}:{about.value}"


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A change that holds for a text and its near-copies, for one brand. bands: () for a short text."""

    brand: str
    change: Change
    exact: int
    bands: tuple[int, ...] = ()


def parse_change(label: str) -> Change:
    """Return the change of a label. Raises InputError.

    >>> parse_change("not:rumour").kind
    <Kind.RUMOUR: 'rumour'>
    """
    name, _, value = label.partition(":")
    try:
        act = Act(name)
        if act in (Act.KIND, Act.NOT_KIND):
            return Change(act=act, kind=Kind(value))
        if act is Act.TONE:
            return Change(act=act, tone=Tone(value))
    except ValueError:
        raise _unknown(label) from None
    if value:
        raise _unknown(label)
    return Change(act=act)


def _unknown(label: str) -> InputError:
    return InputError("{label!r} is not a correction; choose one of those shown beside the score.", label=label)


def corrected(verdict: Verdict, change: Change) -> Verdict:
    """Return the verdict as a person put it right; the weights of its reasons still add up to the score."""
    match change.act:
        case Act.KIND:
            return _named(verdict, change.kind or Kind.NEUTRAL)
        case Act.NOT_KIND:
            return _not_named(verdict, change.kind or Kind.NEUTRAL)
        case Act.TONE:
            return _toned(verdict, change.tone or Tone.NEUTRAL, "person.tone")
        case Act.LESS:
            return _scored(verdict, max(0, verdict.severity.score - STEP), "person.less")
        case Act.MORE:
            return _scored(verdict, min(100, verdict.severity.score + STEP), "person.more")
        case Act.IRONY:
            return _ironic(verdict)
        case Act.NOT_US:
            return _scored(verdict, 0, "person.not_us")
        case Act.OTHER_STORY:
            return verdict


def corrected_by_all(verdict: Verdict, changes: Sequence[Change]) -> Verdict:
    """Return the verdict after several changes, in the order in which they were said."""
    for change in changes:
        verdict = corrected(verdict, change)
    return verdict


def is_similar(one: CopyKeys, other: CopyKeys) -> bool:
    """Return whether two texts are copies to the letter, or share so much that what was said of one holds for both."""
    return one.exact == other.exact or _shared(one.bands, other.bands) >= SIMILAR_BANDS


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    return sum(a == b for a, b in zip(one, other, strict=False))


class Corrections:
    """The corrections of all brands, found by copy keys. `version` changes with what they do."""

    def __init__(self, corrections: Sequence[Correction]) -> None:
        """corrections: in the order in which they were given, which is the order in which they are applied."""
        self._all = corrections
        self.version = stable_id(*(f"{c.brand} {c.exact} {c.change.label}" for c in corrections)) if corrections else ""
        self._exact: dict[tuple[str, int], list[int]] = {}
        self._bands: dict[tuple[int, int], list[int]] = {}
        for place, one in enumerate(corrections):
            self._exact.setdefault((one.brand, one.exact), []).append(place)
            for band in enumerate(one.bands):
                self._bands.setdefault(band, []).append(place)

    def __bool__(self) -> bool:
        return bool(self._all)

    def apply(self, brand: str, verdict: Verdict) -> Verdict:
        """Return the verdict under all that was said of this text or of a near-copy of it."""
        keys = verdict.keys
        found = set(self._exact.get((brand, keys.exact), ()))
        shared: Counter[int] = Counter()
        for band in enumerate(keys.bands):
            shared.update(self._bands.get(band, ()))
        found.update(
            place for place, bands in shared.items() if bands >= SIMILAR_BANDS and self._all[place].brand == brand
        )
        return corrected_by_all(verdict, [self._all[place].change for place in sorted(found)])


def _named(verdict: Verdict, kind: Kind) -> Verdict:
    """The kind is certain; what was nothing particular is that no more."""
    known = next((score for score in verdict.kinds if score.kind is kind), None)
    said = Reason(code="person.is")
    first = KindScore(kind=kind, p=1.0, reasons=(said, *known.reasons) if known else (said,))
    others = [score for score in verdict.kinds if score.kind not in (kind, Kind.NEUTRAL)]
    there = sum(reason.weight for reason in verdict.severity.reasons if reason.code == f"kind.{kind.value}")
    severity = _weighed(verdict.severity, Reason(code="person.is", weight=max(0, _kind_weight(kind) - there)))
    return msgspec.structs.replace(verdict, kinds=(first, *others), severity=severity)


def _not_named(verdict: Verdict, kind: Kind) -> Verdict:
    """The kind goes, with the points it brought; the others stay."""
    if all(score.kind is not kind for score in verdict.kinds):
        return verdict
    said = Reason(code="person.is_not")
    kinds = tuple(score for score in verdict.kinds if score.kind is not kind)
    points = sum(reason.weight for reason in verdict.severity.reasons if reason.code == f"kind.{kind.value}")
    return msgspec.structs.replace(
        verdict,
        kinds=kinds or (KindScore(kind=Kind.NEUTRAL, p=1.0, reasons=(said,)),),
        severity=_weighed(verdict.severity, Reason(code="person.is_not", weight=-points)),
    )


def _toned(verdict: Verdict, tone: Tone, code: str) -> Verdict:
    shares = {"negative": 0.0, "neutral": 0.0, "positive": 0.0, tone.value: 1.0}
    said = Reason(code=code)
    sentiment = Sentiment(**shares, sure=True, reasons=(said, *verdict.sentiment.reasons))
    there = sum(reason.weight for reason in verdict.severity.reasons if reason.code in _TONE_CODES)
    wanted = int(tables.scale()["severity"]["tone"]) if tone is Tone.NEGATIVE else 0
    severity = _weighed(verdict.severity, Reason(code=code, weight=wanted - there))
    return msgspec.structs.replace(verdict, sentiment=sentiment, severity=severity)


def _ironic(verdict: Verdict) -> Verdict:
    """Praise that means its contrary: the tone is negative, and the praise a complaint."""
    praised = any(score.kind is Kind.PRAISE for score in verdict.kinds)
    toned = _toned(verdict, Tone.NEGATIVE, "person.irony")
    if not praised:
        return toned
    return _named(_not_named(toned, Kind.PRAISE), Kind.COMPLAINT)


def _scored(verdict: Verdict, score: int, code: str) -> Verdict:
    """The weight makes the sum the score that is wanted, even where the sum was over 100."""
    total = sum(reason.weight for reason in verdict.severity.reasons)
    severity = _weighed(verdict.severity, Reason(code=code, weight=score - total))
    return msgspec.structs.replace(verdict, severity=severity)


def _weighed(severity: Severity, reason: Reason) -> Severity:
    """The severity with one reason more. The brand's own posts stay at 0, whatever is said of them."""
    if not reason.weight or any(known.code == "author.own" for known in severity.reasons):
        return severity
    reasons = (*severity.reasons, reason)
    total = round(sum(known.weight for known in reasons))
    return Severity(score=max(0, min(100, total)), reasons=reasons)


def _kind_weight(kind: Kind) -> float:
    return float(tables.scale()["severity"]["kinds"][kind.value])
