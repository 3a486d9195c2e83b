"""Measure the first reading on labelled texts, and fail under its floors: `python -m eval.reading [--fit]`.

Development data lie beside the project and never ship; where they are absent, their rows say so and are skipped.
`--fit` prints the softmax constants of scale.toml fitted on the UMSAB train parts, which its README allows.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from tocsin.base.kind import Kind, Tone
from tocsin.base.mention import Verdict
from tocsin.screen import tables
from tocsin.screen.features import read_features
from tocsin.screen.read import ReadInput, default_reader
from tocsin.screen.sentiment import form_of, softmax_inputs, tally_tone

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
OWN = Path(__file__).resolve().parent / "kinds_fr_en.jsonl"
DANGERS = Path(__file__).resolve().parent / "dangers_fr_en.jsonl"
RINGS = 80  # the severity from which one post rings by itself, unless the watch says otherwise
LANGUAGES = {"french": "fr", "english": "en", "german": "de", "italian": "it", "portuguese": "pt", "spanish": "es"}
# Floors: a little under what was reached when they were set, in points.
FLOORS = {
    "sentiment fr (UMSAB val, macro-F1)": 55.0,
    "sentiment en (UMSAB val, macro-F1)": 60.0,
    "offensive en (TweetEval val, macro-F1)": 46.0,
    "complaint en (complaints val, macro-F1)": 69.0,
    "kinds fr+en (own lines, tuned half, macro-F1)": 92.0,
    "kinds fr+en (own lines, held half, macro-F1)": 90.0,
    "dangers fr+en (own lines, tuned half, precision)": 93.0,
    "dangers fr+en (own lines, tuned half, recall)": 88.0,
    "dangers fr+en (own lines, held half, precision)": 90.0,
    "dangers fr+en (own lines, held half, recall)": 80.0,
    "language, 6 languages (UMSAB val, accuracy)": 98.0,
}


def main(arguments: Sequence[str]) -> int:
    if "--fit" in arguments:
        return _fit()
    failed = 0
    for name, score, files in _measures():
        if score is None:
            print(f"{name}: skipped, {files[0]} is not beside the project")
            continue
        floor = FLOORS[name]
        failed += score < floor
        verdict = "ok" if score >= floor else "UNDER ITS FLOOR"
        print(f"{name}: {score:.1f} (floor {floor:.1f}) {verdict} [data {_digest(files)}]")
    return 1 if failed else 0


def _measures() -> Iterable[tuple[str, float | None, list[Path]]]:
    umsab = DATA / "umsab-sentiment"
    for language, code in (("french", "fr"), ("english", "en")):
        path = umsab / f"{language}.val.jsonl"
        yield f"sentiment {code} (UMSAB val, macro-F1)", _on(path, _sentiment), [path]
    path = DATA / "tweeteval" / "offensive.val.jsonl"
    yield "offensive en (TweetEval val, macro-F1)", _on(path, _offensive), [path]
    path = DATA / "complaints" / "en.val.jsonl"
    yield "complaint en (complaints val, macro-F1)", _on(path, _complaint), [path]
    for half, name in (("tune", "tuned"), ("held", "held")):
        rows = [row for row in _lines(OWN) if row["half"] == half]
        yield f"kinds fr+en (own lines, {name} half, macro-F1)", _kinds(rows), [OWN]
        rows = [row for row in _lines(DANGERS) if row["half"] == half]
        for what, score in zip(("precision", "recall"), _dangers(rows), strict=True):
            yield f"dangers fr+en (own lines, {name} half, {what})", score, [DANGERS]
    paths = [umsab / f"{language}.val.jsonl" for language in LANGUAGES]
    score = _language(paths) if all(path.exists() for path in paths) else None
    yield "language, 6 languages (UMSAB val, accuracy)", score, paths


def _on(path: Path, measure: Callable[[list[dict]], float]) -> float | None:
    return measure(_lines(path)) if path.exists() else None


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _read(rows: Sequence[dict]) -> list[Verdict]:
    return default_reader().read([ReadInput(text=row["text"], brand_names=("Maison Alba", "Alba")) for row in rows])


def _sentiment(rows: list[dict]) -> float:
    labels = [verdict.sentiment.label.value for verdict in _read(rows)]
    return macro_f1([row["label"] for row in rows], labels, [tone.value for tone in Tone])


def _offensive(rows: list[dict]) -> float:
    said = [
        "offensive" if {k.kind for k in verdict.kinds} & {Kind.INSULT, Kind.THREAT} else "not"
        for verdict in _read(rows)
    ]
    return macro_f1([row["label"] for row in rows], said, ["offensive", "not"])


def _complaint(rows: list[dict]) -> float:
    said = ["complaint" if any(k.kind is Kind.COMPLAINT for k in v.kinds) else "other" for v in _read(rows)]
    return macro_f1([row["label"] for row in rows], said, ["complaint", "other"])


def _kinds(rows: list[dict]) -> float:
    """Mean over the kinds of the F1 of « has the kind with p >= 0.5 », several kinds a line."""
    said = [{k.kind.value for k in v.kinds if k.p >= 0.5 or k.kind is Kind.NEUTRAL} for v in _read(rows)]
    scores = []
    for kind in Kind:
        true = [kind.value in row["kinds"] for row in rows]
        scores.append(_f1(true, [kind.value in s for s in said]))
        if "-v" in sys.argv:
            print(f"  {kind.value}: {100 * scores[-1]:.0f}")
    if "-v" in sys.argv:
        for row, s in zip(rows, said, strict=True):
            if s != set(row["kinds"]):
                print("   ", row["kinds"], sorted(s), row["text"])
    return 100 * sum(scores) / len(scores)


def _dangers(rows: list[dict]) -> tuple[float, float]:
    """Precision and recall, in points, of « one such post rings by itself »; no rule was written to the held half."""
    inputs = [
        ReadInput(text=r["text"], followers=r.get("followers"), brand_names=("Maison Alba", "Alba")) for r in rows
    ]
    rung = [verdict.severity.score >= RINGS for verdict in default_reader().read(inputs)]
    right = sum(row["danger"] and rings for row, rings in zip(rows, rung, strict=True))
    if "-v" in sys.argv:
        for row, rings in zip(rows, rung, strict=True):
            if row["danger"] != rings:
                print("   ", "false" if rings else "missed", row["text"])
    return 100 * right / max(1, sum(rung)), 100 * right / sum(row["danger"] for row in rows)


def _language(paths: list[Path]) -> float:
    rows = [(row["text"], LANGUAGES[path.name.split(".")[0]]) for path in paths for row in _lines(path)]
    verdicts = default_reader().read([ReadInput(text=text) for text, _ in rows])
    return 100 * sum(v.language == code for v, (_, code) in zip(verdicts, rows, strict=True)) / len(rows)


def macro_f1(true: Sequence[str], said: Sequence[str], labels: Sequence[str]) -> float:
    """Mean of the F1 of each label, in points."""
    return 100 * sum(_f1([t == x for t in true], [s == x for s in said]) for x in labels) / len(labels)


def _f1(true: Sequence[bool], said: Sequence[bool]) -> float:
    both = sum(t and s for t, s in zip(true, said, strict=True))
    return 2 * both / (sum(true) + sum(said)) if both else 0.0


def _digest(paths: Sequence[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


def _fit() -> int:
    """Ridge-penalised softmax regression on the sums of the lexicon, both languages together."""
    inputs, targets = [], []
    for language, code in (("french", "fr"), ("english", "en")):
        path = DATA / "umsab-sentiment" / f"{language}.train.jsonl"
        if not path.exists():
            print(f"{path.name} is not beside the project")
            return 1
        rows, lexicon = _lines(path), tables.lexicon(code)
        for row, features in zip(rows, read_features([r["text"] for r in rows], tables.emoji()), strict=True):
            hits = lexicon.hits(features)
            tally = tally_tone(features, hits, lexicon.matches(features, hits, frozenset()))
            cap = tables.scale()["sentiment"]["cap"]
            inputs.append(softmax_inputs(min(tally.good, cap), min(tally.bad, cap), form_of(features)))
            targets.append(["neutral", "negative", "positive"].index(row["label"]))
    x, y = np.array(inputs, dtype=float), np.array(targets)
    spread = np.abs(x).max(axis=0)
    weights, goal = np.zeros((x.shape[1], 3)), np.eye(3)[y]
    for _ in range(4000):
        logits = x / spread @ weights
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        weights -= 1.0 * ((x / spread).T @ (p - goal) / len(y) + 1e-4 * weights)
    weights = np.rint(1000 * (weights - weights[:, :1]) / spread[:, None]).astype(int)
    print("negative =", weights[:, 1].tolist())
    print("positive =", weights[:, 2].tolist())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
