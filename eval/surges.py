"""How well surges ring: NAB's labelled tickers, seeded quiet weeks with rises put in, the airlines of February 2015.

Run `python -m eval.surges`; exits 1 when a figure falls under its floor. Data that lie beside the project are skipped,
with a word, where they are absent.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tocsin.base.brand import Brand
from tocsin.base.seam import BrandMinute
from tocsin.base.story import MentionDigest
from tocsin.base.surge import Surge, SurgeLevel
from tocsin.base.time import minute_of
from tocsin.surge.backtest import replay_counts, replay_minutes

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
FLOORS = {
    "nab.score": 77.0,
    "nab.alarm_hits": 12,
    "quiet.alarm_days": 0.1,
    "quiet.ring_days": 0.5,
    "rise.10x_2h": 0.9,
    "rise.10x_6h_at_10": 0.85,
    "rise.3x_6h": 0.6,
}
_PROBATION = 750
_DAY = 1440
_WEEK = 7 * _DAY


def main() -> int:
    """Print every figure beside its floor; return 1 if one falls short."""
    failures: list[str] = []
    for part in (_nab, _quiet_weeks, _airlines):
        for name, value, good, words in part():
            mark = "ok  " if good else "FAIL"
            print(f"{mark} {name:<24} {value:<12} {words}")
            if not good:
                failures.append(name)
    if failures:
        print(f"Under their floor: {', '.join(failures)}.", file=sys.stderr)
    return 1 if failures else 0


Line = tuple[str, str, bool, str]


# -- (a) NAB realTweets --------------------


def _nab() -> Iterator[Line]:
    folder = SHARED / "nab-realtweets"
    if not folder.is_dir():
        yield "nab", "skipped", True, "the development series are not beside the project"
        return
    labels = json.loads((folder / "windows.json").read_text())
    totals = {"any": np.zeros(4), "alarm": np.zeros(4)}
    months = 0.0
    digest = hashlib.sha256()
    for name in sorted(labels):
        raw = (folder / f"Twitter_volume_{name}.csv.gz").read_bytes()
        digest.update(raw)
        minutes, counts = _series(gzip.decompress(raw).decode())
        windows = [(_bin_at(minutes, start), _bin_at(minutes, end, last=True)) for start, end in labels[name]]
        place = {minute: number for number, minute in enumerate(minutes)}
        brand = Brand(slug=name.lower(), name=name, time_zone="America/New_York")
        rung = list(replay_counts(brand, zip(minutes, counts, strict=True)))
        for level in totals:
            told = [place[minute_of(surge.at) - 1] for surge in rung if level == "any" or surge.level == level]
            totals[level] += nab_score(told, windows, len(minutes))
        months += (len(minutes) - _PROBATION) * 5 / (30 * _DAY)
    for level, (gained, windows_n, hits, false_episodes) in totals.items():
        score = 100 * (gained + windows_n) / (2 * windows_n)
        words = f"{int(hits)}/{int(windows_n)} windows, {false_episodes / months:.2f} false episodes a brand-month"
        if level == "any":
            yield "nab.score", f"{score:.1f}", bool(score >= FLOORS["nab.score"]), f"watch and alarm: {words}"
        else:
            good = bool(hits >= FLOORS["nab.alarm_hits"] and false_episodes / months <= 1)
            yield "nab.alarm_hits", str(int(hits)), good, f"alarm alone: {words}, score {score:.1f}"
    yield "nab.data", digest.hexdigest()[:12], True, "digest of the series"


def nab_score(alarms: Sequence[int], windows: Sequence[tuple[int, int]], length: int) -> np.ndarray:
    """Return (standard score before normalisation, windows, windows hit, false episodes), shape (4,).

    alarms: bin numbers, ascending. windows: (first bin, last bin), ascending.
    Method: Lavin and Ahmad 2015, "Evaluating real-time anomaly detection algorithms", standard profile (hit 1,
    false negative -1, false positive -0.11): the first alarm of a window earns the scaled sigmoid of its place, each
    alarm outside costs 0.11 times the sigmoid of its distance to the window before. A false episode begins with an
    alarm outside that follows 6 h without one.
    """
    best = dict.fromkeys(windows, -1.0)
    score, episodes, last = 0.0, 0, -math.inf
    for alarm in alarms:
        if alarm < min(_PROBATION, int(0.15 * length)):
            continue
        inside = next((window for window in windows if window[0] <= alarm <= window[1]), None)
        if inside:
            place = -(inside[1] - alarm + 1) / (inside[1] - inside[0] + 1)
            best[inside] = max(best[inside], _sigmoid(place) / _sigmoid(-1.0))
            continue
        before = [window for window in windows if window[1] < alarm]
        score += 0.11 * (_sigmoid((alarm - before[-1][1]) / (before[-1][1] - before[-1][0])) if before else -1.0)
        episodes += alarm - last > 72
        last = alarm
    hits = sum(value > -1.0 for value in best.values())
    return np.array([score + sum(best.values()), len(windows), hits, episodes])


def _sigmoid(place: float) -> float:
    return -1.0 if place > 3.0 else 2.0 / (1.0 + math.exp(5.0 * place)) - 1.0


def _series(text: str) -> tuple[list[int], list[int]]:
    rows = [line.split(",") for line in text.splitlines()[1:]]
    return [minute_of(datetime.fromisoformat(at).replace(tzinfo=UTC)) for at, _ in rows], [int(n) for _, n in rows]


def _bin_at(minutes: Sequence[int], at: str, *, last: bool = False) -> int:
    wanted = minute_of(datetime.fromisoformat(at).replace(tzinfo=UTC))
    return int(np.searchsorted(minutes, wanted, side="right" if last else "left")) - last


# -- (b) quiet weeks, and rises put into them --------------------

DAY_CURVE = np.array([2, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 7, 7, 6, 6, 6, 6, 7, 8, 8, 7, 6, 5, 3], dtype=float)
WEEK_CURVE = np.array([1.1, 1.1, 1.05, 1.05, 1.0, 0.85, 0.85])


def quiet_counts(a_day: float, weeks: int, seed: int) -> np.ndarray:
    """Return mentions per minute, shape (weeks * 10080,), from Monday 0 h: day and week curve, gamma bursts by hour.

    Each hour has its own gamma factor (shape 4), so that hours vary by half of their mean beyond chance.
    """
    random = np.random.default_rng(seed)
    hours = np.tile((WEEK_CURVE[:, None] * (DAY_CURVE / DAY_CURVE.sum())[None, :]).reshape(-1), weeks) * a_day
    rate = np.repeat(hours * random.gamma(4.0, 0.25, len(hours)) / 60, 60)
    return random.poisson(rate)


def _replay(counts: np.ndarray) -> list[Surge]:
    brand = Brand(slug="maison-alba", name="Maison Alba", time_zone="UTC")
    start = minute_of(datetime(2026, 1, 5, tzinfo=UTC))
    filled = np.flatnonzero(counts)
    pairs = [(start, 0), *((start + int(at), int(counts[at])) for at in filled)]
    return list(replay_counts(brand, pairs))


def _quiet_weeks() -> Iterator[Line]:
    start = minute_of(datetime(2026, 1, 5, tzinfo=UTC))
    rows: dict[float, tuple[float, float]] = {}
    found: dict[tuple[float, int], list[float]] = {}
    for a_day in (10.0, 60.0, 300.0):
        ring_days = alarm_days = 0
        for seed in range(3):
            rung = [(minute_of(surge.at) - start, surge.level) for surge in _replay(quiet_counts(a_day, 14, seed))]
            late = [(at // _DAY, level) for at, level in rung if at >= 2 * _WEEK]
            ring_days += len({day for day, _ in late})
            alarm_days += len({day for day, level in late if level is SurgeLevel.ALARM})
        rows[a_day] = (alarm_days / 36, ring_days / 36)
        for times in (3, 10):
            found[(a_day, times)] = _found_after(a_day, times)
    for a_day, (alarms, rings) in rows.items():
        good = alarms <= FLOORS["quiet.alarm_days"] and rings <= FLOORS["quiet.ring_days"]
        yield f"quiet.{a_day:.0f}_a_day", f"{rings:.2f}", good, f"days with a ring a quiet week ({alarms:.2f} an alarm)"
    for (a_day, times), delays in found.items():
        within = [np.mean([delay <= hours * 60 for delay in delays]) for hours in (2, 6)]
        if times == 10:
            # At 10 a day most hours of a tenfold rise bring under five mentions in 2 h: only the slower floor holds.
            good = within[0] >= FLOORS["rise.10x_2h"] if a_day >= 60 else within[1] >= FLOORS["rise.10x_6h_at_10"]
        else:
            good = a_day < 60 or within[1] >= FLOORS["rise.3x_6h"]
        words = f"found within 2 h; {within[1]:.2f} within 6 h, of 12-hour rises"
        yield f"rise.{times}x_at_{a_day:.0f}_a_day", f"{within[0]:.2f}", good, words


def _found_after(a_day: float, times: int) -> list[float]:
    """Return the minutes from the start of each of 20 twelve-hour rises to its first ring, infinity where none."""
    start = minute_of(datetime(2026, 1, 5, tzinfo=UTC))
    delays = []
    for seed in range(100, 120):
        counts = quiet_counts(a_day, 6, seed)
        random = np.random.default_rng(seed)
        at = int(random.integers(4 * _WEEK, 6 * _WEEK - 12 * 60))
        stretch = slice(at, at + 12 * 60)
        counts[stretch] += random.poisson((times - 1) * _mean_rate(a_day, at, 12 * 60))
        rings = [minute_of(surge.at) - start - at for surge in _replay(counts[: at + 12 * 60])]
        delays.append(min((ring for ring in rings if ring > 0), default=math.inf))
    return delays


def _mean_rate(a_day: float, at: int, length: int) -> np.ndarray:
    hours = (WEEK_CURVE[:, None] * (DAY_CURVE / DAY_CURVE.sum())[None, :]).reshape(-1) * a_day
    return np.array([hours[(minute // 60) % 168] / 60 for minute in range(at, at + length)])


# -- (c) the airlines --------------------


def _airlines() -> Iterator[Line]:
    path = SHARED / "airline-stream" / "posts.jsonl.gz"
    if not path.is_file():
        yield "airlines", "skipped", True, "the development stream is not beside the project"
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        posts = [json.loads(line) for line in lines]
    for slug, handle in (("american", "@americanair"), ("us-airways", "@usairways"), ("southwest", "@southwestair")):
        brand = Brand(slug=slug, name=slug, time_zone="America/New_York")
        rung = list(replay_minutes(brand, _minutes(brand, (p for p in posts if handle in p["text"].lower()))))
        alarms = [surge for surge in rung if surge.level is SurgeLevel.ALARM]
        on_time = [surge for surge in rung if surge.at.day in (22, 23)]
        good = not alarms if slug == "southwest" else bool(on_time)
        first = min((surge.at for surge in on_time), default=None)
        words = f"first on 22-23 Feb {first:%d %H:%M} UTC" if first else "none on 22-23 Feb"
        yield f"airline.{slug}", f"{len(rung)}/{len(alarms)}", good, f"rings/alarms in 8 days; {words}"


def _minutes(brand: Brand, posts: Iterable[dict[str, object]]) -> Iterator[BrandMinute]:
    minutes: dict[int, list[MentionDigest]] = {}
    for row, post in enumerate(posts):
        at = datetime.fromisoformat(str(post["created_at"]))
        digest = MentionDigest(
            row=row,
            brand=brand.slug,
            minute=minute_of(at),
            platform="twitter",
            native_id=str(post["id"]),
            at=at,
            text=str(post["text"]),
            title="",
            language="en",
            negative=post["sentiment"] == "negative",
            severity=0,
            danger=False,
            kinds=(),
            source="import",
            author=int(str(post["author"])[:12], 16),
            reach=0,
            own=False,
            exact=row,
            bands=(),
            terms=(),
        )
        minutes.setdefault(digest.minute, []).append(digest)
    for minute in sorted(minutes):
        mentions = minutes[minute]
        yield BrandMinute(
            brand=brand.slug, timeline="replay:eval", minute=minute, mentions=mentions, stories=[""] * len(mentions)
        )


if __name__ == "__main__":
    sys.exit(main())
