"""Find accounts that push the same thing within a short time, with the odds against chance; never an accusation.

Burst: of the c accounts that posted one text or link, n did so within a short window. Somebody who knows nothing of
the others posts when the story is talked of: of its other posts, the share that falls in that window is their chance
to land there. The tail of the binomial law, times all that was tried (Bonferroni), is the chance of the burst: a scan
statistic under the story's own rhythm (Naus 1965; Kulldorff 1997). Accounts under 30 days old are a second, separate
sign, weighed against their share in the rest of the story; Fisher's method (1932) puts the two together.
Repeated: pairs of accounts that posted several different things each within a minute of each other (Pacheco et al.
2021; Righetti and Balluff 2025), against the chance that two posts of the story are that near.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from tocsin.spread.values import Cascade, Ring, Shared, SpreadPost

MOST_CHANCE_P = 1e-3  # a larger chance is not told: one story in a thousand would show a ring that is none
NEW_MS = 30 * 86_400_000
_WINDOWS_MS = (60_000, 300_000, 1_800_000)
_LEAST_ACCOUNTS = 3
_LEAST_LETTERS = 40  # shorter texts are the same by themselves: "merci Maison Alba"
_DAY_MS = 86_400_000
_NEW_SHARE, _NEW_WEIGHT = 0.03, 20.0  # what is held of new accounts before a story shows its own: three in a hundred
_PAIR_MS = 60_000
_NEIGHBOURS = 20  # how many next posts of one thing a post is paired with; more tell nothing new
_MOST_RINGS = 10

_Object = tuple[Shared, int | str]


def find_rings(cascade: Cascade) -> list[Ring]:
    """Return the rings of a story, the least likely first, at most ten; each account of one thing counts once.

    Shares by a button are none: they are meant to be quick. So are the press, which prints the same dispatch, the
    brand itself, and accounts that are not known. Cost: n log n, and 20 pairs a post.
    """
    posts = [
        post
        for post in cascade.posts
        if post.author and not post.own and post.press is None and post.kind not in ("share", "message")
    ]
    if len(posts) < _LEAST_ACCOUNTS:
        return []
    things = _things(posts)
    story = _Story(posts, sum(map(len, things.values())) * len(_WINDOWS_MS))
    found = [ring for thing, group in things.items() if (ring := story.burst(thing, group)) is not None]
    found += story.repeated(things)
    found.sort(key=lambda ring: (ring.chance_p, ring.start_ms, ring.rows))
    told: list[Ring] = []
    for ring in found:
        if not any(set(ring.authors) <= set(other.authors) for other in told):
            told.append(ring)
    return told[:_MOST_RINGS]


def _things(posts: Iterable[SpreadPost]) -> dict[_Object, list[SpreadPost]]:
    """Posts by the text or link they hold in common, oldest first, the first of each account; three accounts each."""
    found: defaultdict[_Object, dict[int, SpreadPost]] = defaultdict(dict)
    for post in posts:
        if post.bands and post.length >= _LEAST_LETTERS:
            found[(Shared.TEXT, post.exact)].setdefault(post.author, post)
        for link in post.links:
            found[(Shared.LINK, link)].setdefault(post.author, post)
    return {thing: list(first.values()) for thing, first in found.items() if len(first) >= 2}


class _Story:
    """What a story's own rhythm and accounts are, to weigh its bursts against. tries: windows looked at in all."""

    def __init__(self, posts: Sequence[SpreadPost], tries: int) -> None:
        self._times = [post.at_ms for post in posts]
        self._span_ms = max(_DAY_MS, self._times[-1] - self._times[0])
        self._tries = max(1, tries)
        first = {post.author: post for post in reversed(posts)}
        self._new = {author for author, post in first.items() if _is_new(post)}
        self._aged = {author for author, post in first.items() if post.joined_ms is not None}

    def burst(self, thing: _Object, group: Sequence[SpreadPost]) -> Ring | None:
        """Return the least likely window of the posts of one thing as a ring, None where chance may explain it."""
        if len(group) < _LEAST_ACCOUNTS:
            return None
        times = [post.at_ms for post in group]
        best: tuple[float, int, int] | None = None
        for window in _WINDOWS_MS:
            for start, end in _fullest(times, window):
                p = self._burst_p(times, start, end, window)
                if best is None or p < best[0]:
                    best = (p, start, end)
        if best is None:
            return None
        members = group[best[1] : best[2]]
        chance_p = _fisher(min(1.0, best[0] * self._tries), self._new_p(members))
        return self._ring(thing[0], members, chance_p) if chance_p <= MOST_CHANCE_P else None

    def repeated(self, things: dict[_Object, list[SpreadPost]]) -> list[Ring]:
        """Return the accounts that posted several different things within a minute of each other, as rings."""
        together: Counter[tuple[int, int]] = Counter()
        common: Counter[tuple[int, int]] = Counter()
        rows: defaultdict[tuple[int, int], list[SpreadPost]] = defaultdict(list)
        for group in things.values():
            for at, post in enumerate(group):
                for other in group[at + 1 : at + 1 + _NEIGHBOURS]:
                    pair = (min(post.author, other.author), max(post.author, other.author))
                    common[pair] += 1
                    if other.at_ms - post.at_ms <= _PAIR_MS:
                        together[pair] += 1
                        rows[pair] += [post, other]
        near_p = self._near_p()
        odds = {
            pair: min(1.0, _binomial_tail(times, common[pair], near_p) * len(common))
            for pair, times in together.items()
            if times >= 2 and len({post.row for post in rows[pair]}) >= 4
        }
        kept = sorted(pair for pair, p in odds.items() if p <= MOST_CHANCE_P)
        return [
            self._ring(
                Shared.SEVERAL,
                sorted(
                    {post.row: post for pair in pairs for post in rows[pair]}.values(),
                    key=lambda post: (post.at_ms, post.row),
                ),
                min(odds[pair] for pair in pairs),
            )
            for pairs in _joined(kept)
            if len({author for pair in pairs for author in pair}) >= _LEAST_ACCOUNTS
        ]

    def _burst_p(self, times: Sequence[int], start: int, end: int, window: int) -> float:
        """The chance that so many of the others of one thing fall within the window of the first of them."""
        inside = bisect_right(self._times, times[end - 1]) - bisect_left(self._times, times[start])
        others = max(0, inside - (end - start))
        rest = max(0, len(self._times) - len(times))
        near_p = max((others + 1) / (rest + 2), window / self._span_ms)
        return _binomial_tail(end - start - 1, len(times) - 1, min(1.0, near_p))

    def _new_p(self, members: Sequence[SpreadPost]) -> float:
        """The chance of so many new accounts among these, if they are drawn as the others of the story."""
        authors = {post.author for post in members}
        known, new = len(authors & self._aged), len(authors & self._new)
        if not known:
            return 1.0
        rest, rest_new = len(self._aged) - known, len(self._new) - new
        share = (rest_new + _NEW_SHARE * _NEW_WEIGHT) / (rest + _NEW_WEIGHT)
        return _binomial_tail(new, known, share)

    def _near_p(self) -> float:
        """The chance that two posts of the story stand within a minute of each other."""
        times, count = self._times, len(self._times)
        near = sum(bisect_right(times, at + _PAIR_MS) - place - 1 for place, at in enumerate(times))
        return max(1e-6, (near + 1) / (count * (count - 1) / 2 + 2))

    def _ring(self, shared: Shared, members: Sequence[SpreadPost], chance_p: float) -> Ring:
        authors = sorted({post.author for post in members})
        return Ring(
            shared=shared,
            authors=tuple(authors),
            rows=tuple(post.row for post in members),
            start_ms=members[0].at_ms,
            span_s=(members[-1].at_ms - members[0].at_ms) / 1000,
            new=sum(author in self._new for author in authors),
            chance_p=chance_p,
        )


def _is_new(post: SpreadPost) -> bool:
    return post.joined_ms is not None and post.at_ms - post.joined_ms < NEW_MS


def _fullest(times: Sequence[int], window: int) -> list[tuple[int, int]]:
    """The stretch, start included and end not, within the window that holds most posts; [] under three."""
    best, start = (0, 0), 0
    for end in range(1, len(times) + 1):
        while times[end - 1] - times[start] > window:
            start += 1
        if end - start > best[1] - best[0]:
            best = (start, end)
    return [best] if best[1] - best[0] >= _LEAST_ACCOUNTS else []


def _binomial_tail(count: int, tries: int, p: float) -> float:
    """Return the chance of at least `count` successes of `tries`, each of chance p.

    >>> round(_binomial_tail(2, 2, 0.5), 4)
    0.25
    """
    if count <= 0 or p >= 1.0:
        return 1.0
    log_p, log_q = math.log(p), math.log1p(-p)
    whole = math.lgamma(tries + 1)
    logs = [
        whole - math.lgamma(k + 1) - math.lgamma(tries - k + 1) + k * log_p + (tries - k) * log_q
        for k in range(count, tries + 1)
    ]
    top = max(logs, default=-math.inf)
    return min(1.0, math.exp(top) * sum(math.exp(value - top) for value in logs)) if logs else 0.0


def _fisher(a: float, b: float) -> float:
    """Return the chance of two signs that have nothing to do with each other, each of its own chance."""
    product = max(a * b, 1e-300)
    return min(1.0, product * (1.0 - math.log(product)))


def _joined(pairs: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Pairs that hang together by an account, as groups."""
    leader: dict[int, int] = {}

    def lead(author: int) -> int:
        while leader.setdefault(author, author) != author:
            leader[author] = leader[leader[author]]
            author = leader[author]
        return author

    for a, b in pairs:
        leader[max(lead(a), lead(b))] = min(lead(a), lead(b))
    groups: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for pair in pairs:
        groups[lead(pair[0])].append(pair)
    return [groups[name] for name in sorted(groups)]
