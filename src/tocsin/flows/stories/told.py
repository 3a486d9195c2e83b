"""What people said of where a text belongs, kept for its copies and near-copies to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tocsin.base.story import MentionDigest
from tocsin.screen.correct import SIMILAR_BANDS
from tocsin.store.affairs.rows import ToldApart


class Belongings:
    """To which story the copies of a text go, where a person said so. What was said last of a text holds."""

    def __init__(self, told: Sequence[ToldApart]) -> None:
        """told: in the order in which it was said."""
        self._stories = [one.story for one in told]
        self._exact = {one.exact: place for place, one in enumerate(told)}
        self._bands: dict[tuple[int, int], list[int]] = {}
        for place, one in enumerate(told):
            for band in enumerate(one.bands):
                self._bands.setdefault(band, []).append(place)

    def __bool__(self) -> bool:
        return bool(self._stories)

    def story_of(self, mention: MentionDigest) -> str | None:
        """Return the story that a mention belongs to, as nearly the same words were said to, or None."""
        place = self._exact.get(mention.exact)
        if place is None:
            shared: Counter[int] = Counter()
            for band in enumerate(mention.bands):
                shared.update(self._bands.get(band, ()))
            close = [(count, place) for place, count in shared.items() if count >= SIMILAR_BANDS]
            place = max(close)[1] if close else None
        return None if place is None else self._stories[place]
