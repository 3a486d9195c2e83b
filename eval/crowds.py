"""Synthetic crowds for `eval.together`: many share within minutes, people with habits and clubs of their own."""

from __future__ import annotations

import numpy as np

SHARES, DAYS, ACCOUNTS = 100_000, 30, 15_000


def crowd(seed: int, *, objects: int = 6_000, clubs: int = 75, home_p: float = 0.7) -> tuple[np.ndarray, ...]:
    """Return accounts, objects and instants of an organic month, each account once on each object, shape (n,).

    Accounts and objects have heavy-tailed activity and fame; most shares of an object come from its own club; each
    account has its own haste (a factor e wide), each object its own pace (half an hour in the middle), so that the
    same quick few of a club come first time and again although nobody knows of anybody.
    """
    rng = np.random.default_rng(seed)
    activity = rng.pareto(1.3, ACCOUNTS) + 0.2
    fame = rng.pareto(0.9, objects) + 0.05
    club, of_club = rng.integers(0, clubs, ACCOUNTS), rng.integers(0, clubs, objects)
    haste, pace = np.exp(rng.normal(0, 1, ACCOUNTS)), np.exp(rng.normal(np.log(1_800), 1, objects))
    began = rng.uniform(0, DAYS * 86_400, objects)
    thing = rng.choice(objects, SHARES, p=fame / fame.sum())
    account = rng.choice(ACCOUNTS, SHARES, p=activity / activity.sum())
    at_home = rng.random(SHARES) < home_p
    for number in range(clubs):
        members, places = np.flatnonzero(club == number), np.flatnonzero(at_home & (of_club[thing] == number))
        if len(members):
            weight = activity[members] / activity[members].sum()
            account[places] = rng.choice(members, len(places), p=weight)
    at_s = began[thing] + pace[thing] * haste[account] * np.exp(rng.normal(0, 1.5, SHARES))
    once = np.unique(np.stack([account, thing], axis=1), axis=0, return_index=True)[1]
    return account[once], thing[once], np.floor(at_s[once])
