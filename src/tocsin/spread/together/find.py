"""Find the rings of a stream of acts: who acts together, on what, when, and how likely chance is to bring it about."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.spread.together.acts import Acts, Floats, Ints, read_acts
from tocsin.spread.together.odds import Moment, find_moments, group_log_p
from tocsin.spread.together.pairs import group_accounts, tie_accounts
from tocsin.spread.together.rhythm import Rhythm, read_rhythm

MOST_CHANCE_P = 1e-3  # a larger chance is not told: one stream in a thousand would show a ring that is none
LEAST_ACCOUNTS = 3
_LEAST_SHARE = 0.3  # of the moments of a ring at which a member is there
_MOST_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """A ring: accounts and objects by their numbers, sorted; rows: places of its acts in what was given, oldest first.

    start_s, end_s: seconds as given. median_gap_s: from one act to the next within a moment. moments: how many.
    log_p: logarithm of the chance that strangers would show such a ring anywhere in the stream, at most 0.
    """

    accounts: tuple[int, ...]
    objects: tuple[int, ...]
    rows: tuple[int, ...]
    start_s: float
    end_s: float
    median_gap_s: float
    moments: int
    log_p: float

    @property
    def chance_p(self) -> float:
        """The chance, 0..1; never under 1e-300."""
        return math.exp(max(-690.0, self.log_p))


def find_together(
    accounts: Sequence[int] | Ints, objects: Sequence[int] | Ints, at_s: Sequence[float] | Floats
) -> list[Found]:
    """Return the rings of a stream, the least likely first; accounts and objects by numbers from 0, shape (n,)."""
    acts = read_acts(accounts, objects, at_s)
    if len(acts) < LEAST_ACCOUNTS:
        return []
    origin_s = float(np.min(at_s))
    rhythm = read_rhythm(acts)
    active = int((np.bincount(acts.account) >= 2).sum())
    found = []
    for group in group_accounts(tie_accounts(acts)):
        ring = _settled(acts, rhythm, group, active)
        if ring is not None:
            found.append(_told(acts, ring[0], ring[1], ring[2], origin_s))
    found.sort(key=lambda ring: (ring.log_p, ring.start_s, ring.accounts))
    return _apart(found)


def _settled(acts: Acts, rhythm: Rhythm, group: Sequence[int], active: int) -> tuple[Ints, list[Moment], float] | None:
    """A group after whoever is rarely there has left it, with its moments and odds; None where chance may explain it."""
    members = np.asarray(group, dtype=np.int64)
    for _ in range(_MOST_ROUNDS):
        moments = find_moments(acts, rhythm, members)
        there = Counter(int(one) for moment in moments for one in np.unique(acts.account[list(moment.acts)]))
        least = max(2, math.ceil(_LEAST_SHARE * len(moments)))
        stay = np.asarray(sorted(one for one, times in there.items() if times >= least), dtype=np.int64)
        if len(stay) < LEAST_ACCOUNTS:
            return None
        if len(stay) == len(members):
            break
        members = stay
    log_p = group_log_p(acts, members, moments, active)
    return (members, moments, log_p) if log_p <= math.log(MOST_CHANCE_P) else None


def _told(acts: Acts, members: Ints, moments: Sequence[Moment], log_p: float, origin_s: float) -> Found:
    places = np.asarray(sorted({place for moment in moments for place in moment.acts}), dtype=np.int64)
    places = places[np.lexsort((places, acts.at_s[places]))]
    gaps = np.concatenate([np.diff(acts.at_s[list(moment.acts)]) for moment in moments])
    return Found(
        accounts=tuple(members.tolist()),
        objects=tuple(sorted({moment.thing for moment in moments})),
        rows=tuple(acts.row[places].tolist()),
        start_s=origin_s + float(acts.at_s[places[0]]),
        end_s=origin_s + float(acts.at_s[places[-1]]),
        median_gap_s=float(np.median(gaps)),
        moments=len(moments),
        log_p=log_p,
    )


def _apart(found: Sequence[Found]) -> list[Found]:
    """Without the rings whose accounts mostly stand in a less likely one."""
    told: list[Found] = []
    for ring in found:
        mine = set(ring.accounts)
        if all(2 * len(mine & set(other.accounts)) <= len(mine) for other in told):
            told.append(ring)
    return told
