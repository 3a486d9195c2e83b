"""Tell the earliest public traces of a story, and what may hide an earlier one."""

from __future__ import annotations

from itertools import pairwise

from tocsin.spread.values import Cascade, Gap, Missing, Origin, SpreadPost

_TRACES = 3
_LATE_MS = 3_600_000  # a source is read every few minutes; an hour is no ordinary delay
_SILENCE_MS = 6 * 3_600_000


def find_origin(cascade: Cascade) -> Origin:
    """Return the earliest public posts that come from no other one that was read, at most three.

    Posts of the brand itself and messages to it are none. A post that comes later never changes an earlier trace.
    """
    traces: list[SpreadPost] = []
    for post in cascade.posts:
        if post.is_public and not post.own and post.row not in cascade.edges:
            traces.append(post)
            if len(traces) == _TRACES:
                break
    return Origin(traces=tuple(traces), missing=tuple(_missing(cascade, traces)))


def _missing(cascade: Cascade, traces: list[SpreadPost]) -> list[Missing]:
    found: list[Missing] = []
    for post in traces:
        if post.row in cascade.missing:
            found.append(Missing(gap=Gap.PARENT_UNKNOWN, at_ms=post.at_ms, words=(cascade.missing[post.row],)))
            break
    for post in traces[:1]:
        if post.seen_ms - post.at_ms > _LATE_MS:
            found.append(Missing(gap=Gap.READ_LATE, at_ms=post.seen_ms))
    for before, after in pairwise(cascade.posts[:_TRACES]):
        if after.at_ms - before.at_ms > _SILENCE_MS:
            found.append(Missing(gap=Gap.SILENCE, at_ms=before.at_ms))
            break
    return found
