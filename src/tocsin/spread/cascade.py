"""Find from which earlier post each post comes: what it names, what it links to, whose words it repeats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter

from tocsin.spread.values import Cascade, Edge, Ground, SpreadPost

# How sure each ground is. Stated, not fitted: no data here say which edges are true. A copy to the letter may come
# from a third text that was not read, hence barely more than even; a near copy is worth its share of equal bands.
_SHARED, _ROOT, _LINK, _EXACT = 1.0, 0.9, 0.9, 0.6
_COPY_WINDOW_MS = 7 * 86_400_000
_LEAST_BANDS = 12  # of 32 bands of two rows: texts that have about three word pairs in five in common
_ORDER = attrgetter("at_ms", "platform", "native_id", "row")


def build_cascade(posts: Iterable[SpreadPost]) -> Cascade:
    """Return the posts oldest first with the edge of each to an earlier one, whatever the order they come in.

    What a post names (shares, quotes, answers) comes before what it links to, and that before whose words it repeats.
    An edge always leads to a post that stands earlier, so that there are no cycles; a named post that bears a later
    time is looked over. n log n of time.
    """
    ordered = tuple(sorted(posts, key=_ORDER))
    by_id: dict[tuple[str, str], SpreadPost] = {}
    known = {(post.platform, post.native_id) for post in ordered}
    by_url: dict[str, SpreadPost] = {}
    copies = _Copies()
    edges: dict[int, Edge] = {}
    missing: dict[int, str] = {}
    for post in ordered:
        edge = _named(post, by_id) or _linked(post, by_url)
        edge = copies.find(post) if edge is None else copies.note(post, edge)
        if edge is not None:
            edges[post.row] = edge
        named = post.shared_id or post.parent_id
        if named and (post.platform, named) not in known:
            missing[post.row] = named
        by_id.setdefault((post.platform, post.native_id), post)
        if post.url:
            by_url.setdefault(post.url, post)
    return Cascade(posts=ordered, edges=edges, missing=missing)


def _named(post: SpreadPost, by_id: Mapping[tuple[str, str], SpreadPost]) -> Edge | None:
    for native, sure in ((post.shared_id, _SHARED), (post.parent_id, _SHARED), (post.root_id, _ROOT)):
        found = by_id.get((post.platform, native)) if native else None
        if found is not None:
            return Edge(parent=found.row, ground=Ground.EXPLICIT, confidence=sure)
    return None


def _linked(post: SpreadPost, by_url: Mapping[str, SpreadPost]) -> Edge | None:
    found = [by_url[link] for link in post.links if link in by_url]
    if not found:
        return None
    return Edge(parent=min(found, key=_ORDER).row, ground=Ground.LINK, confidence=_LINK)


class _Copies:
    """The earliest post of each text, and of each band of those that come from none, as posts come oldest first."""

    def __init__(self) -> None:
        self._exact: dict[int, SpreadPost] = {}
        self._bands: tuple[dict[int, SpreadPost], ...] = ()

    def note(self, post: SpreadPost, edge: Edge) -> Edge:
        """Remember the words of a post whose edge is known, and return that edge."""
        if post.bands:
            self._exact.setdefault(post.exact, post)
        return edge

    def find(self, post: SpreadPost) -> Edge | None:
        """Return the edge to whom the post repeats, and remember the post where it is the first of its words."""
        if not post.bands:  # under four words: too little to say that one repeats another
            return None
        since = post.at_ms - _COPY_WINDOW_MS
        first = self._exact.get(post.exact)
        if first is not None and first.at_ms >= since:
            return Edge(parent=first.row, ground=Ground.COPY, confidence=_EXACT)
        self._exact[post.exact] = post
        if len(self._bands) < len(post.bands):
            self._bands += tuple({} for _ in range(len(post.bands) - len(self._bands)))
        found: dict[int, int] = {}
        for table, band in zip(self._bands, post.bands, strict=False):
            near = table.get(band)
            if near is None or near.at_ms < since:
                table[band] = post
            else:
                found[near.row] = found.get(near.row, 0) + 1
        if not found:
            return None
        equal = max(found.values())
        if equal < _LEAST_BANDS:
            return None
        row = min(row for row, number in found.items() if number == equal)
        return Edge(parent=row, ground=Ground.COPY, confidence=round(_EXACT * equal / len(post.bands), 3))
