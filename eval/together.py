"""Measure how rings are found among organic shares, and fail under the floors: `python -m eval.together`.

Background: shares of `coordination-coortweet`. Who stands together in it really nobody knows, and some are known to;
so it is taken twice: *organic*, the accounts of each object shuffled over its instants, which leaves each object its
rhythm and its public, each account its objects, and nothing that accounts did together; and *untouched*, where every
ring that was not injected counts as false although some are not. Rings of 8 to 40 accounts are injected in all the
ways below. The method was made on one half of the objects, the floors are held on the other with other seeds:
`python -m eval.together develop` shows the first.

Crowds: synthetic months in which hundreds share one object within minutes and clubs of followers have habits of
their own (`eval.crowds`): nothing of them was tuned on these seeds.

Found: a told ring of which most accounts are of one injected ring, and most of whose accounts it holds.
"""

from __future__ import annotations

import csv
import gzip
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.crowds import crowd
from tocsin.spread.together.find import Found, find_together

DATA = (
    Path(__file__).resolve().parents[2] / "shared" / "data" / "coordination-coortweet" / "russian_coord_tweets.csv.gz"
)
RINGS_A_RUN = 8
DEVELOP, REPORT = range(100, 110), range(300, 315)
CROWDS: dict[str, dict[str, float]] = {"crowds": {}, "clubs": {"clubs": 300, "home_p": 0.9}}
CROWD_SEEDS = (range(401, 404), range(1, 3))  # reported; developed on
FLOORS = {"recall": 0.9, "members": 0.85}
MOST_FALSE_A_DAY = 1.0
MOST_S = 10.0
_BUSY_DAY = 100


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares in columns: account, object, at_s, shape (n,)."""

    account: np.ndarray
    object: np.ndarray
    at_s: np.ndarray

    def plus(self, other: Shares) -> Shares:
        return Shares(
            np.concatenate([self.account, other.account]),
            np.concatenate([self.object, other.object]),
            np.concatenate([self.at_s, other.at_s]),
        )

    @property
    def days(self) -> int:
        """Days with a hundred shares or more."""
        return int((np.unique(self.at_s // 86_400, return_counts=True)[1] >= _BUSY_DAY).sum())


@dataclass(frozen=True, slots=True)
class Style:
    """How a ring acts. spread_s: within how long its members act on an object. there_p: how often each member comes.

    own_objects: it acts on what nobody else does; else on what is shared around. own_accounts: accounts made for it;
    else accounts of the background. organic: acts of its own that each member adds. rhythm: when it acts.
    """

    accounts: int
    objects: int
    spread_s: float
    there_p: float
    own_objects: bool
    own_accounts: bool
    organic: int
    rhythm: str


def main(arguments: Sequence[str]) -> int:
    if not DATA.exists():
        print(f"skipped: {DATA.name} is not beside the project")
        return 0
    whole = read_shares()
    develop = "develop" in arguments
    half = halves(whole)[0 if develop else 1]
    failed = _whole_set(whole)
    for name in ("organic", "untouched"):
        scores = [_run(half, seed, name == "organic") for seed in (DEVELOP if develop else REPORT)]
        failed += _report(name, half, scores)
    for name, of in CROWDS.items():
        crowds = [(Shares(*crowd(seed, **of)), seed) for seed in CROWD_SEEDS[develop]]
        failed += _report(name, crowds[0][0], [_run(shares, seed, False) for shares, seed in crowds])
    return 1 if failed else 0


def read_shares() -> Shares:
    """Return all shares of the set, accounts and objects by numbers from 0."""
    with gzip.open(DATA, "rt", encoding="utf-8", newline="") as lines:
        rows = [(row["account_id"], row["object_id"], float(row["timestamp_share"])) for row in csv.DictReader(lines)]
    accounts = {name: number for number, name in enumerate(dict.fromkeys(row[0] for row in rows))}
    objects = {name: number for number, name in enumerate(dict.fromkeys(row[1] for row in rows))}
    return Shares(
        np.array([accounts[row[0]] for row in rows], dtype=np.int64),
        np.array([objects[row[1]] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows]),
    )


def halves(shares: Shares) -> tuple[Shares, Shares]:
    """Return the shares of every second object, and those of the others."""
    first = shares.object % 2 == 0
    return tuple(Shares(shares.account[part], shares.object[part], shares.at_s[part]) for part in (first, ~first))  # type: ignore[return-value]


def organic(shares: Shares, rng: np.random.Generator) -> Shares:
    """Return the shares with the accounts of each object shuffled over its instants."""
    order = np.lexsort((rng.random(len(shares.at_s)), shares.object))
    straight = np.argsort(shares.object, kind="stable")
    account = np.empty_like(shares.account)
    account[straight] = shares.account[order]
    return Shares(account, shares.object, shares.at_s)


def draw_style(rng: np.random.Generator) -> Style:
    return Style(
        accounts=int(rng.integers(8, 41)),
        objects=int(rng.choice([3, 4, 5, 8, 12, 20])),
        spread_s=float(rng.choice([1, 5, 15, 30, 60, 180, 300])),
        there_p=float(rng.choice([0.6, 0.75, 0.9, 1.0])),
        own_objects=bool(rng.random() < 0.5),
        own_accounts=bool(rng.random() < 0.5),
        organic=int(rng.choice([0, 3, 10])),
        rhythm=str(rng.choice(["any", "daily", "one day"])),
    )


def inject(shares: Shares, style: Style, rng: np.random.Generator, number: int) -> tuple[Shares, frozenset[int]]:
    """Return the acts of a ring of that style among the shares, and its accounts."""
    fresh = 10_000_000 + number * 1_000
    low, high = np.percentile(shares.at_s, [2, 98])
    if style.own_accounts:
        accounts = np.arange(fresh, fresh + style.accounts)
    else:
        accounts = rng.choice(np.unique(shares.account), style.accounts, replace=False)
    start = rng.uniform(low, high - 86_400)
    moments = {
        "any": lambda: rng.uniform(low, high, style.objects),
        "daily": lambda: (
            start
            + 86_400 * (np.arange(style.objects) % max(1, int((high - start) // 86_400)))
            + 600 * np.arange(style.objects)
        ),
        "one day": lambda: start + rng.uniform(0, 86_400, style.objects),
    }[style.rhythm]()
    rows: list[tuple[int, int, float]] = []
    names, counts = np.unique(shares.object, return_counts=True)
    popular = names[counts >= 20]
    for turn, at in enumerate(moments):
        thing = fresh + turn
        if not style.own_objects:
            thing = int(rng.choice(popular))
            at = float(rng.choice(shares.at_s[shares.object == thing]))  # when it is shared around
        there = accounts[rng.random(style.accounts) < style.there_p]
        rows += [(int(one), thing, at + rng.uniform(0, style.spread_s)) for one in there]
    for one in accounts:
        for place in rng.integers(0, len(shares.at_s), style.organic):
            rows.append((int(one), int(shares.object[place]), float(shares.at_s[place]) + rng.uniform(0, 7_200)))
    ring = Shares(
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.floor([row[2] for row in rows]),
    )
    return ring, frozenset(accounts.tolist())


@dataclass(frozen=True, slots=True)
class Score:
    """Of each injected ring: its style, whether found, and the share of its members told; and the false rings."""

    rings: tuple[tuple[Style, bool, float], ...]
    false: int
    spent_s: float


def _run(shares: Shares, seed: int, shuffled: bool) -> Score:
    rng = np.random.default_rng(seed)
    background = organic(shares, rng) if shuffled else shares
    mixed, rings = background, []
    for number in range(RINGS_A_RUN):
        style = draw_style(rng)
        acts, accounts = inject(background, style, rng, number)
        mixed = mixed.plus(acts)
        rings.append((style, accounts))
    start = time.process_time()
    told = find_together(*numbered(mixed)[:3])
    spent_s = time.process_time() - start
    names = np.unique(mixed.account)
    groups = [frozenset(names[list(ring.accounts)].tolist()) for ring in told]
    scored = []
    for style, accounts in rings:
        best = max((len(group & accounts) for group in groups if 2 * len(group & accounts) > len(group)), default=0)
        scored.append((style, 2 * best > len(accounts), best / len(accounts)))
    false = sum(all(2 * len(group & accounts) <= len(group) for _, accounts in rings) for group in groups)
    return Score(tuple(scored), false, spent_s)


def numbered(shares: Shares) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return accounts and objects by numbers from 0 in the order of their names, and the instants."""
    return (
        np.unique(shares.account, return_inverse=True)[1],
        np.unique(shares.object, return_inverse=True)[1],
        shares.at_s,
    )


def _report(name: str, shares: Shares, scores: Sequence[Score]) -> int:
    rings = [ring for score in scores for ring in score.rings]
    false = sum(score.false for score in scores) / (shares.days * len(scores))
    values = {
        "recall": sum(found for _, found, _ in rings) / len(rings),
        "members": float(np.mean([share for _, found, share in rings if found] or [0.0])),
    }
    failed = 0
    for what, value in values.items():
        under = value < FLOORS[what]
        failed += under
        print(f"{name}: {what} {value:.3f} of {len(rings)} rings (floor {FLOORS[what]}) {'UNDER' if under else 'ok'}")
    over = false > MOST_FALSE_A_DAY
    print(f"{name}: {false:.3f} false rings a day (at most {MOST_FALSE_A_DAY}) {'OVER' if over else 'ok'}")
    print(f"{name}: {np.median([score.spent_s for score in scores]):.2f} s a run of {len(shares.at_s):,} shares")
    for trait in ("accounts", "objects", "spread_s", "there_p", "own_objects", "own_accounts", "organic", "rhythm"):
        by: defaultdict[object, list[bool]] = defaultdict(list)
        for style, found, _ in rings:
            value = getattr(style, trait)
            by[f"{value // 11 * 11}-{value // 11 * 11 + 10}" if trait == "accounts" else value].append(found)
        told = ", ".join(f"{key}: {sum(of)}/{len(of)}" for key, of in sorted(by.items(), key=lambda one: str(one[0])))
        print(f"  {trait}: {told}")
    return failed + over


def _whole_set(shares: Shares) -> int:
    start = time.process_time()
    told: list[Found] = find_together(*numbered(shares))
    spent_s = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"whole set, untouched: {len(told)} rings in {len(shares.at_s):,} shares of {shares.days} busy days,"
        f" {spent_s:.1f} s (at most {MOST_S:.0f}), highest memory of the process {memory:.0f} MB"
    )
    return int(spent_s > MOST_S)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
