"""How early and how truly counts ring on NAB's labelled tickers: NAB's standard score, and rings within a budget.

Run `python -m eval.nab [FOLDER]`; exits 1 when a figure falls under its floor. FOLDER holds Twitter_volume_NAME.csv,
plain or .gz, and windows.json (NAME: [[start, end], …]); without it the development series beside the project are
taken, and where they are absent that is said and nothing is measured. Nothing depends on which series are in it but
NAB's own threshold, which its optimiser chooses over all of them together; every other parameter is printed.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import math
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from tocsin.flows.counts import backtest_series
from tocsin.surge.tuning import TUNING

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "nab-realtweets"
SCORE_FLOOR = 82.0
HITS_FLOOR = 14 / 18  # of the windows, at one alarm a brand-month accepted
EPISODES_CEILING = 1.0  # false ones, a brand-month
BUDGET = 1.0
_EPISODE_S = 6 * 3600
_MONTH_S = 30 * 86400
_PROBATION_SHARE, _PROBATION_MOST = 0.15, 750
_FALSE_WEIGHT = 0.11

Floats = np.ndarray


class Windows(msgspec.Struct, frozen=True):
    """The labelled windows of a series: first and last row of each, and what an alarm at each row is worth.

    worth: shape (rows,); of: the window a row lies in, -1 outside; start: the first row that counts.
    """

    bounds: tuple[tuple[int, int], ...]
    worth: Floats
    of: Floats
    start: int


class Outcome(msgspec.Struct, frozen=True):
    """What a series was told: score of each row and rows that rang at the budget, with their instants."""

    name: str
    at_s: Floats
    scores: Floats
    rung: tuple[int, ...]
    windows: Windows


class Tally(msgspec.Struct, frozen=True):
    """What alarms come to. gained: NAB's points, a window missed at -1; false_rows, false_episodes: outside windows."""

    gained: float
    hits: int
    windows: int
    false_rows: int
    false_episodes: int

    @property
    def score(self) -> float:
        """NAB's standard score: 0 for a detector that says nothing, 100 for a perfect one."""
        return 100 * (self.gained + self.windows) / (2 * self.windows)

    def plus(self, other: Tally) -> Tally:
        """Return both together."""
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))


NOTHING = Tally(0.0, 0, 0, 0, 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every figure beside its floor; return 1 if one falls short."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args(arguments).folder
    if not (folder / "windows.json").is_file():
        print(f"skipped: {folder} holds no windows.json")
        return 0
    outcomes, digest = read_folder(folder)
    threshold = sweep(outcomes)
    _print_parameters(threshold, digest)
    print(
        f"{'':8}{'score':>7}{'hits':>8}{'false rows':>12}{'a month':>9}   at budget {BUDGET:g}: "
        "hits, false episodes a month"
    )
    whole, rung = NOTHING, NOTHING
    for outcome in outcomes:
        swept = count(outcome, alarms_at(outcome, threshold))
        kept = count(outcome, outcome.rung)
        _print_line(outcome.name, swept, kept, _months([outcome]))
        whole, rung = whole.plus(swept), rung.plus(kept)
    _print_line("together", whole, rung, _months(outcomes))
    episodes = rung.false_episodes / _months(outcomes)
    gates = {
        f"score {whole.score:.1f} >= {SCORE_FLOOR:g}": whole.score >= SCORE_FLOOR,
        f"hits {rung.hits} >= {HITS_FLOOR:.3f} of {rung.windows}": rung.hits >= HITS_FLOOR * rung.windows,
        f"false episodes {episodes:.2f} <= {EPISODES_CEILING:g}": episodes <= EPISODES_CEILING,
    }
    for words, good in gates.items():
        print(f"{'ok  ' if good else 'FAIL'} {words}")
    return 0 if all(gates.values()) else 1


def read_folder(folder: Path) -> tuple[list[Outcome], str]:
    """Return what `tocsin backtest --counts` makes of each labelled series of the folder, and their digest."""
    labels = json.loads((folder / "windows.json").read_text())
    outcomes, digest = [], hashlib.sha256()
    for name in sorted(labels):
        raw = _read(folder, name)
        digest.update(raw)
        verdicts = list(backtest_series(io.BytesIO(raw), BUDGET, 0.0))
        at_s = np.array([verdict.row.start_s for verdict in verdicts])
        outcomes.append(
            Outcome(
                name,
                at_s,
                np.array([verdict.score for verdict in verdicts]),
                tuple(place for place, verdict in enumerate(verdicts) if verdict.surge is not None),
                weigh_rows(at_s, [(_seconds(start), _seconds(end)) for start, end in labels[name]]),
            )
        )
    return outcomes, digest.hexdigest()[:12]


def weigh_rows(at_s: Floats, windows: Sequence[tuple[float, float]]) -> Windows:
    """Return what an alarm at each row is worth, for windows of (start, end) seconds, both included.

    Method: Lavin and Ahmad 2015, "Evaluating real-time anomaly detection algorithms", and NAB's scorer, standard
    profile: a scaled sigmoid, 1 at the first row of a window and near 0 at its last, below 0 after it by the distance
    in widths of that window; before any window, and three widths after one, -1; outside, times 0.11.
    """
    rows = len(at_s)
    bounds = tuple(
        (int(np.searchsorted(at_s, start)), int(np.searchsorted(at_s, end, side="right")) - 1) for start, end in windows
    )
    worth, of = np.full(rows, -_FALSE_WEIGHT), np.full(rows, -1)
    for number, (first, last) in enumerate(bounds):
        until = bounds[number + 1][0] if number + 1 < len(bounds) else rows
        after = (np.arange(last + 1, until) - last) / (last - first)
        worth[last + 1 : until] = _FALSE_WEIGHT * np.where(after > 3, -1.0, _sigmoid(after))
        width = last - first + 1
        worth[first : last + 1] = _sigmoid(-(last - np.arange(first, last + 1) + 1) / width) / _sigmoid(np.array(-1.0))
        of[first : last + 1] = number
    return Windows(bounds, worth, of, min(math.floor(_PROBATION_SHARE * rows), _PROBATION_MOST))


def count(outcome: Outcome, alarms: Sequence[int] | Floats) -> Tally:
    """Return what alarms at these rows, ascending, come to; those in the first 15 %, at most 750 rows, do not count."""
    windows = outcome.windows
    rows = np.asarray(alarms, dtype=int)
    rows = rows[rows >= windows.start]
    of = windows.of[rows]
    found, first = np.unique(of[of >= 0], return_index=True)
    false_rows = rows[of < 0]
    gained = windows.worth[rows[of >= 0][first]].sum() + windows.worth[false_rows].sum()
    missed = len(windows.bounds) - len(found)
    episodes = int((np.diff(outcome.at_s[false_rows]) > _EPISODE_S).sum()) + (len(false_rows) > 0)
    return Tally(float(gained) - missed, len(found), len(windows.bounds), len(false_rows), episodes)


def alarms_at(outcome: Outcome, threshold: float) -> Floats:
    """Return the rows whose score reaches the threshold."""
    return np.flatnonzero(outcome.scores >= threshold)


def sweep(outcomes: Sequence[Outcome]) -> float:
    """Return the threshold, among all scores there are, with the best score over all the series together.

    Exact, as NAB's optimiser: rows come in by falling score; a window takes the worth of its earliest row so far.
    """
    order = sorted(
        (
            (-outcome.scores[row], number, row)
            for number, outcome in enumerate(outcomes)
            for row in range(outcome.windows.start, len(outcome.scores))
        ),
    )
    best, limit, gained = -math.inf, 1.1, 0.0
    taken: dict[tuple[int, int], float] = {}
    for place, (minus, number, row) in enumerate(order):
        windows = outcomes[number].windows
        window, worth = int(windows.of[row]), float(windows.worth[row])
        if window < 0:
            gained += worth
        else:
            before = taken.get((number, window), -1.0)
            taken[number, window] = max(before, worth)
            gained += taken[number, window] - before
        if gained > best and (place + 1 == len(order) or order[place + 1][0] != minus):
            best, limit = gained, -minus
    return float(limit)


def _print_parameters(threshold: float, digest: str) -> None:
    print(f"series {digest}; threshold chosen over all series: {threshold:.6f}; the same for all, and fixed:")
    settings: Mapping[str, object] = msgspec.structs.asdict(TUNING)
    print("  " + ", ".join(f"{name} {value}" for name, value in settings.items()))


def _print_line(name: str, swept: Tally, kept: Tally, months: float) -> None:
    print(
        f"{name:8}{swept.score:7.1f}{swept.hits:5d}/{swept.windows:<2d}{swept.false_rows:12d}"
        f"{swept.false_rows / months:9.1f}   {kept.hits}/{kept.windows}, {kept.false_episodes / months:.2f}"
        f" (score {kept.score:.1f})"
    )


def _months(outcomes: Sequence[Outcome]) -> float:
    return sum(float(one.at_s[-1] - one.at_s[one.windows.start]) for one in outcomes) / _MONTH_S


def _sigmoid(place: Floats) -> Floats:
    return 2.0 / (1.0 + np.exp(5.0 * place)) - 1.0


def _read(folder: Path, name: str) -> bytes:
    packed = folder / f"Twitter_volume_{name}.csv.gz"
    return gzip.decompress(packed.read_bytes()) if packed.is_file() else packed.with_suffix("").read_bytes()


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


if __name__ == "__main__":
    sys.exit(main())
