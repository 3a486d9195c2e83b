"""Notice that stories have become one: early fragments of an affair that by now say the same, and its first posts."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from tocsin.story.evidence import EvidenceIndex
from tocsin.story.live import LiveStory

# Set with those of `evidence.py`.
_FEWEST_POSTS = 3
_GATHERS_POSTS = 4  # from then on, a story that is of these hours takes in those of one or two posts said before
_GATHERS = 2.5  # nats
_GATHERED = 40
_BEFORE = timedelta(hours=6)  # what was said longer before an affair is not its beginning: the origin would be wrong
_TELLING_TERMS = 10
_TRIED = 6
_HOT = 0.2  # of its posts are of the last hours
_ALIKE_HOT = 0.22
_ALIKE = 0.35


def converging(live: LiveStory, index: EvidenceIndex, now: datetime) -> list[LiveStory]:
    """Return the stories that say the same as this one beyond what is said elsewhere.

    Where both are of these very hours, elsewhere is what is said outside of all such stories: otherwise the words of
    an affair would count for little just because it stands in many fragments.
    """
    if live.mass < _FEWEST_POSTS:
        return []
    sharers = index.sharers(index.telling(live, _TELLING_TERMS), live)
    others = [other for other in sharers if other.mass >= _FEWEST_POSTS][:_TRIED]
    hot = [one for one in (live, *others) if one.heat_at(now) >= _HOT * one.mass]
    found = []
    if live in hot and len(hot) > 1:
        likenesses = index.likenesses(hot)
        found += [(likeness - _ALIKE_HOT, other) for likeness, other in zip(likenesses, hot[1:], strict=True)]
    for other in others:
        if live not in hot or other not in hot:
            found.append((index.likenesses([live, other])[0] - _ALIKE, other))
    together = [other for likeness, other in found if round(likeness, 6) >= 0.0]
    if live in hot and live.mass >= _GATHERS_POSTS:
        few = (other for other in sharers if other.mass < _FEWEST_POSTS and _belongs(other, live, index))
        together += islice(few, _GATHERED)
    return together


def _belongs(other: LiveStory, live: LiveStory, index: EvidenceIndex) -> bool:
    """Say whether the few posts of a story would come into a larger one, were they said now."""
    if live.first_at - other.last_at > _BEFORE:
        return False
    evidence = index.evidence(other, live)
    return evidence is not None and round(evidence, 6) >= _GATHERS
