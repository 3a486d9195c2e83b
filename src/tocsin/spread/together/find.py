"""Find the rings of a stream of acts: who acts together, on what, when, and how likely chance is to bring it about."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.spread.together.acts import LONGEST_ONCE_S, Acts, Floats, Ints, read_acts
from tocsin.spread.together.chance import fisher
from tocsin.spread.together.odds import Moment, common_things, find_burst, find_moments, group_log_p, who_came
from tocsin.spread.together.pairs import group_accounts, tie_accounts
from tocsin.spread.together.rhythm import Rhythms
from tocsin.spread.together.young import ages_of, new_log_p

MOST_CHANCE_P = 1e-3  # a larger chance is not told: one stream in a thousand would show a ring that is none
LEAST_ACCOUNTS = 3
_LEAST_BURST = 5  # accounts that act together once are told from so many on
_LEAST_SHARE = 0.3  # of the moments of a ring at which a member is there
_MOST_ROUNDS = 6
_HOPELESS_LOG_P = 40.0  # groups of which so many are expected by chance are not looked at again
_MOST_WIDER = 4  # by how many times a group may be widened by who came to its moments: beyond, they are a crowd


@dataclass(frozen=True, slots=True)
class Found:
    """A ring: accounts and objects by their numbers, sorted; rows: places of its acts in what was given, oldest first.

    start_s, end_s: seconds as given. median_gap_s: from one act to the next within a moment. moments: how many.
    new: accounts under 30 days old, None where the age of none is known.
    log_p: logarithm of the chance that strangers would show such a ring anywhere in the stream, at most 0.
    """

    accounts: tuple[int, ...]
    objects: tuple[int, ...]
    rows: tuple[int, ...]
    start_s: float
    end_s: float
    median_gap_s: float
    moments: int
    new: int | None
    log_p: float

    @property
    def chance_p(self) -> float:
        """The chance, 0..1; never under 1e-300."""
        return math.exp(max(-690.0, self.log_p))


def find_together(
    accounts: Sequence[int] | Ints,
    objects: Sequence[int] | Ints,
    at_s: Sequence[float] | Floats,
    *,
    joined_s: Floats | None = None,
    most_chance_p: float = MOST_CHANCE_P,
    one_topic: bool = False,
) -> list[Found]:
    """Return the rings of a stream, the least likely first; accounts and objects by numbers from 0, shape (n,).

    joined_s: by account, when it was made, nan where that is not known; None for all unknown. New accounts are a
    second, separate sign: their share in a ring is weighed against that in the rest of the stream, and Fisher's method
    (1932) puts the two together. one_topic: all acts are about one thing, so that an act is
    held against the pace of the whole. Cost: n log n, and at most 8 million pairs of acts that lie within ten minutes.
    """
    acts = read_acts(accounts, objects, at_s, one_topic=one_topic)
    if len(acts) < LEAST_ACCOUNTS:
        return []
    origin_s = float(np.min(at_s))
    stream = _Stream(acts, ages_of(acts, joined_s, origin_s), math.log(most_chance_p))
    found = [_told(acts, ring, origin_s) for ring in stream.rings()]
    found.sort(key=lambda ring: (ring.log_p, ring.start_s, ring.accounts))
    return _apart(found)


@dataclass(frozen=True, slots=True)
class _Ring:
    members: Ints
    moments: Sequence[Moment]
    new: int | None
    log_p: float


class _Stream:
    """Acts with what is usual among them; ages: by account or None; most_log_p: of a ring that is told."""

    def __init__(self, acts: Acts, ages: Floats | None, most_log_p: float) -> None:
        self._acts, self._ages, self._most_log_p = acts, ages, most_log_p
        self._rhythms = Rhythms(acts)
        self._active = int((np.bincount(acts.account) >= 2).sum())

    def rings(self) -> list[_Ring]:
        """Return the rings, found in rounds: what those of a round did tells the next no more how strangers act."""
        heavy = group_accounts(tie_accounts(self._acts), self._active)
        groups = [np.asarray(group, dtype=np.int64) for _, group in heavy]
        told: list[Ints] = []
        spent = {
            thing
            for (weight, _), group in zip(heavy, groups, strict=True)
            if weight >= 1.0
            for thing in self._held(group)
        }
        for _ in range(_MOST_ROUNDS):
            weighed = [(group, self._weighed(group, spent)) for group in groups]
            newly = [(group, ring.members) for group, ring in weighed if ring is not None and self._is_told(ring)]
            if not newly:
                break
            told += [members for _, members in newly]
            spent.update(*(common_things(self._acts, members) for _, members in newly))
            left = [np.setdiff1d(group, members) for group, members in newly]
            groups = [
                group
                for group, ring in weighed
                if ring is not None and not self._is_told(ring) and ring.log_p < _HOPELESS_LOG_P
            ]
            groups += [rest for rest in left if len(rest) >= LEAST_ACCOUNTS]
        again = (self._weighed(members, spent) for members in told)
        rings = [ring for ring in again if ring is not None] + self._bursts(spent)
        return [ring for ring in rings if self._is_told(ring)]

    def _is_told(self, ring: _Ring) -> bool:
        return ring.log_p <= self._most_log_p

    def _bursts(self, spent: set[int]) -> list[_Ring]:
        """What many accounts did once, on one object, unlike what strangers do."""
        acts, found = self._acts, []
        least = LEAST_ACCOUNTS if acts.one_topic else _LEAST_BURST
        near = np.flatnonzero(acts.key[least - 1 :] - acts.key[: max(0, len(acts) - least + 1)] <= LONGEST_ONCE_S)
        rhythms = self._rhythms.apart_from(sorted(spent))
        for thing in dict.fromkeys(acts.object[near].tolist()):
            burst = find_burst(acts, rhythms.without([thing]), thing, least)
            if burst is not None:
                members = np.unique(acts.account[list(burst[0].acts)])
                found.append(self._with_ages(members, [burst[0]], burst[1]))
        return found

    def _with_ages(self, members: Ints, moments: Sequence[Moment], log_p: float) -> _Ring:
        if self._ages is None:
            return _Ring(members, moments, None, log_p)
        new, of_new = new_log_p(self._ages, members)
        return _Ring(members, moments, new, fisher(log_p, of_new) if log_p < 0.0 else log_p)

    def _held(self, group: Ints) -> list[int]:
        """The objects of which a group that is much tied did half or more: their rhythm is its own, not strangers'."""
        things, times = np.unique(self._acts.object[self._acts.of(group)], return_counts=True)
        sizes = self._acts.starts[things + 1] - self._acts.starts[things]
        return [int(thing) for thing in things[(times >= LEAST_ACCOUNTS) & (2 * times >= sizes)]]

    def _weighed(self, group: Ints, spent: set[int]) -> _Ring | None:
        """A group with its odds, without whoever is rarely there; None where chance may explain it.

        Accounts that came to its moments without being tied to most of it are taken in where that makes it less likely.
        """
        ring = self._settled(group, spent)
        for share in (_LEAST_SHARE, 2 * _LEAST_SHARE):
            if ring is None or ring.log_p > _HOPELESS_LOG_P:
                return ring
            came = who_came(self._acts, ring.moments, max(2, math.ceil(share * len(ring.moments))))
            if len(came) <= _MOST_WIDER * len(ring.members) and set(came) - set(ring.members.tolist()):
                wider = self._settled(np.union1d(ring.members, came), spent)
                ring = wider if wider is not None and wider.log_p < ring.log_p else ring
        return ring

    def _settled(self, group: Ints, spent: set[int]) -> _Ring | None:
        """A group without whoever is rarely there; None where too few are left."""
        members, moments, log_p = group, [], math.inf
        for _ in range(_MOST_ROUNDS):
            apart = spent.union(common_things(self._acts, members))
            moments = find_moments(self._acts, self._rhythms.without(sorted(apart)), members)
            least = max(2, math.ceil(_LEAST_SHARE * len(moments)))
            there = Counter(one for moment in moments for one in set(self._acts.account[list(moment.acts)].tolist()))
            stay = np.asarray(sorted(one for one, times in there.items() if times >= least), dtype=np.int64)
            if len(stay) < LEAST_ACCOUNTS:
                return None
            log_p = group_log_p(self._acts, members, moments, self._active)
            if len(stay) == len(members) or log_p > 2 * _HOPELESS_LOG_P:
                break
            members = stay
        return self._with_ages(members, moments, log_p)


def _told(acts: Acts, ring: _Ring, origin_s: float) -> Found:
    places = np.asarray(sorted({place for moment in ring.moments for place in moment.acts}), dtype=np.int64)
    places = places[np.lexsort((places, acts.at_s[places]))]
    gaps = np.concatenate([np.diff(acts.at_s[list(moment.acts)]) for moment in ring.moments])
    return Found(
        accounts=tuple(ring.members.tolist()),
        objects=tuple(sorted({moment.thing for moment in ring.moments})),
        rows=tuple(acts.row[places].tolist()),
        start_s=origin_s + float(acts.at_s[places[0]]),
        end_s=origin_s + float(acts.at_s[places[-1]]),
        median_gap_s=float(np.median(gaps)),
        moments=len(ring.moments),
        new=ring.new,
        log_p=min(0.0, ring.log_p),
    )


def _apart(found: Sequence[Found]) -> list[Found]:
    """Without the rings whose accounts mostly stand in a less likely one."""
    told: list[Found] = []
    for ring in found:
        mine = set(ring.accounts)
        if all(2 * len(mine & set(other.accounts)) <= len(mine) for other in told):
            told.append(ring)
    return told
