"""Measure forecasts of how far cascades go, and fail under the floors: `python -m eval.forecast`.

Two sets beside the project, each cut in two by the md5 of the names of its cascades: reposts on Weibo (CED), and
tweets of news items (UPFD gossipcop and politifact). The recipe of `tocsin forecast --fit` is fitted to one half and
asked about the other; all choices within it were made on the first halves alone. `--again` cuts both sets in two other
ways. The shipped model, fitted to all of UPFD here, is asked about the Weibo half, of which it knows nothing, and
prints what its parts reached on the UPFD cascades that they had not seen. `--ship` fits the shipped model anew.

Sizes are told of cascades of 50 posts or more with five of them seen; "doubles" also of all with five seen.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from tocsin.spread.forecast.fit import fit
from tocsin.spread.forecast.lines import read_pasts
from tocsin.spread.forecast.measure import measure
from tocsin.spread.forecast.model import Model, read_model, shipped_model, write_model
from tocsin.spread.forecast.predict import Moment, Said, forecast
from tocsin.spread.forecast.simulate import simulate
from tocsin.spread.forecast.values import FIGURES_AT_S, Card, Figures, Past

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SETS = {
    "Weibo": ("cascades-weibo-ced/cascades.jsonl.gz",),
    "Twitter": ("cascades-twitter-upfd/gossipcop.jsonl.gz", "cascades-twitter-upfd/politifact.jsonl.gz"),
}
SHIPPED = Path(__file__).resolve().parents[1] / "src" / "tocsin" / "spread" / "forecast" / "shipped.npz"
FLOOR_AT_S = 3_600.0
ASKED_ERROR = {"Weibo": 0.31, "Twitter": 0.21}
# Floors: a little under what was reached when they were set; where they are under what is asked, that is said.
MOST_ERROR = {"Weibo": 0.31, "Twitter": 0.23}
LEAST_AUC = {"Weibo": 0.83, "Twitter": 0.80}
COVERED = (0.77, 0.83)
LEAST = 50
CUT_AT = 190  # gossipcop keeps 199 posts of a news item, those that cannot be placed in time included
PLAYED = 500
SEED = 1


class Named(msgspec.Struct, frozen=True):
    """A cascade and its name."""

    name: str
    past: Past


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Measure forecasts of how far cascades go.")
    parser.add_argument("--again", action="store_true", help="cut the sets in two other ways too")
    parser.add_argument("--ship", action="store_true", help="fit the shipped model anew and write it")
    asked = parser.parse_args(arguments)
    missing = [name for names in SETS.values() for name in names if not (DATA / name).exists()]
    if missing:
        print(f"Nothing is measured: {DATA / missing[0]} is absent.")
        return 0
    sets = {name: load(name) for name in SETS}
    if asked.ship:
        return ship(sets["Twitter"])
    failed = 0
    for salt in ("", "second", "third") if asked.again else ("",):
        for name, cascades in sets.items():
            learnt, other = halves(cascades, salt)
            start = time.process_time()
            model = again(fit([one.past for one in learnt], card(name, len(learnt)), SEED))
            print(f"{name}{f' (cut {salt})' if salt else ''}: fitted to {len(learnt)} in", end=" ")
            print(f"{time.process_time() - start:.0f} s of processor time, asked about {len(other)}")
            failed += report(name, model, other, held=not salt)
    _, other = halves(sets["Weibo"], "")
    print("Weibo, by the shipped model, which was fitted to another network (no floor):")
    report("Weibo", shipped_model(), other, held=False)
    print("Twitter, by the shipped model, each part on cascades that it had not seen (no floor):")
    for one in shipped_model().card.figures:
        print(f"  {told(one)}")
    return 1 if failed else 0


def report(name: str, model: Model, cascades: Sequence[Named], *, held: bool) -> int:
    """Print what a model reaches on cascades; return how many of the floors are missed, where they are held."""
    missed = []
    for after_s in FIGURES_AT_S:
        one = figures(model, [cascade.past for cascade in cascades], after_s)
        if one is None:
            continue
        print(f"  {told(one)}")
        if after_s == FLOOR_AT_S and held:
            checks = {
                f"median error at most {MOST_ERROR[name]}": one.median_error <= MOST_ERROR[name],
                f"range holds {COVERED[0]:.0%} to {COVERED[1]:.0%}": COVERED[0] <= one.covered_p <= COVERED[1],
                f"doubles at least {LEAST_AUC[name]}": (one.double_auc_all or 0) >= LEAST_AUC[name],
                "better than a constant guess": one.skill > 0,
            }
            missed = [check for check, is_met in checks.items() if not is_met]
            if one.median_error > ASKED_ERROR[name]:
                print(f"  NOT REACHED after {FLOOR_AT_S:.0f} s: a median error of {ASKED_ERROR[name]}, as asked")
    for check in missed:
        print(f"  UNDER THE FLOOR after {FLOOR_AT_S:.0f} s: {check}")
    return len(missed)


def figures(model: Model, cascades: Sequence[Past], after_s: float) -> Figures | None:
    """Return what a model reaches after a time, on cascades that are over."""
    moments = [Moment(times=past.times, after_s=after_s, scene=past.scene) for past in cascades]
    pairs = [
        (one, len(past.times))
        for one, past in zip(forecast(model, moments), cascades, strict=True)
        if one.size is not None
    ]
    columns = {
        name: np.asarray([getattr(one, name) for one, _ in pairs], dtype=np.float64)
        for name in ("size", "low", "high", "double_p", "reach_p")
    }
    return measure(
        after_s=after_s,
        said=Said(**columns),
        seen=np.asarray([one.seen for one, _ in pairs], dtype=np.float64),
        final=np.asarray([final for _, final in pairs], dtype=np.float64),
        chosen=np.ones(len(pairs), dtype=np.bool_),
        least=LEAST,
    )


def told(one: Figures) -> str:
    aucs = ["–" if auc is None else f"{auc:.3f}" for auc in (one.double_auc, one.double_auc_all)]
    return (
        f"after {one.after_s:6.0f} s: {one.cascades} cascades, median error {one.median_error:.3f}, constant guess"
        f" {one.constant_error:.3f}, skill {one.skill:+.0%}, range held {one.covered_p:.1%},"
        f" doubles {aucs[0]} (of 50 posts) {aucs[1]} (of all)"
    )


def load(name: str) -> list[Named]:
    """Return the cascades of a set."""
    lines = [line for file in SETS[name] for line in gzip.decompress((DATA / file).read_bytes()).splitlines()]
    names = [msgspec.json.decode(line)["id"] for line in lines]
    return [Named(name, past) for name, past in zip(names, read_pasts(lines), strict=True)]


def halves(cascades: Sequence[Named], salt: str) -> tuple[list[Named], list[Named]]:
    """Return the half to learn from and the other."""
    parts: tuple[list[Named], list[Named]] = ([], [])
    for one in cascades:
        parts[hashlib.md5((salt + one.name).encode()).digest()[0] & 1].append(one)
    return parts


def card(name: str, number: int) -> Card:
    zone = {"Weibo": "Asia/Shanghai", "Twitter": "America/New_York"}[name]
    return Card(trained_on=name, licence="", made="", cascades=number, least=LEAST, zone=zone)


def again(model: Model) -> Model:
    """Return the model as it is read from its file."""
    kept = io.BytesIO()
    write_model(model, kept)
    return read_model(kept.getvalue(), "kept")


def ship(cascades: Sequence[Named]) -> int:
    """Fit the shipped model to the cascades of UPFD and to played ones, and write it where the program finds it.

    Cascades as large as the source keeps at most are left out: they went on unseen.
    """
    whole = [one.past for one in cascades if not (one.name.startswith("gos") and len(one.past.times) >= CUT_AT)]
    given = Card(
        trained_on="news items on Twitter: UPFD gossipcop and politifact (safe-graph/GNN-FakeNews, commit 68d59e7)",
        licence="Apache-2.0",
        made=time.strftime("%Y-%m-%d", time.gmtime()),
        cascades=len(whole),
        least=LEAST,
        zone="America/New_York",
        played=PLAYED,
    )
    model = fit(whole, given, SEED, played=simulate(PLAYED, SEED))
    with SHIPPED.open("wb") as out:
        write_model(model, out)
    print(f"{SHIPPED.name}: {SHIPPED.stat().st_size:,} bytes, {model.card.cascades} cascades")
    for one in model.card.figures:
        print(f"  {told(one)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
