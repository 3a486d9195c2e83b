"""Rules: the frozen snapshot of brands and watches that a stage works under, with its version."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tocsin.base.brand import Brand, Watch
from tocsin.base.errors import NotFoundError
from tocsin.base.ids import stable_id
from tocsin.screen.correct import Correction


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What is watched, as it stood at one instant. Slices, mentions and events carry `version`.

    corrections: what people said of readings, in the order in which they said it; it holds for copies to come.
    """

    brands: tuple[Brand, ...]
    watches: tuple[Watch, ...]
    version: str
    corrections: tuple[Correction, ...] = ()

    def brand(self, slug: str) -> Brand:
        """Return the brand of that slug. Raises NotFoundError."""
        for brand in self.brands:
            if brand.slug == slug:
                return brand
        raise NotFoundError("There is no brand {slug!r}; `tocsin watch list` shows those there are.", slug=slug)


def snapshot(brands: Sequence[Brand], watches: Sequence[Watch], corrections: Sequence[Correction] = ()) -> Rules:
    """Return the rules of these brands, watches and corrections; the same ones give the same version.

    Brands and watches are sorted; corrections keep their order, which is that in which they are applied.
    """
    ordered_brands = tuple(sorted(brands, key=lambda brand: brand.slug))
    ordered_watches = tuple(sorted(watches, key=lambda watch: (watch.brand, watch.name)))
    body = msgspec.json.encode([ordered_brands, ordered_watches]).decode()
    said = (f"{one.brand} {one.exact} {one.change.label}" for one in corrections)
    return Rules(
        brands=ordered_brands,
        watches=ordered_watches,
        version=stable_id(body, *said),
        corrections=tuple(corrections),
    )
