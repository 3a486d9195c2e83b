"""The benchmark measures what it says: its truth is the product's, its posts repeat, and bare figures are refused."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.bounds import decode_texts
from bench.corpus import PLANTS
from bench.jetstream import envelope, line_batch
from bench.measure import Contestant, interleaved
from bench.product import found_by, matcher_of, screen
from bench.reference import Reference
from bench.report import refuse_bare, tables
from bench.run import Figure

PHRASES = ["Maison Alba", "Cœur d’Élyse", "darty", "SNCF", "alba 2026"]
PIECES = [
    *PHRASES,
    "maison",
    "ALBA",
    "#MaisonAlba",
    "#BoycottMaisonAlba2026",
    "@maison_alba",
    "#SNCFBoycott",
    "coeur",
    "d'",
    "élyse",
    "xDARTYx",
    "_",
    "-",
    "…",
    "❤️",
    "х",
    "ﬁ",
    "e\u0301lyse",
    "Maison\u00a0Alba",
    "https://example.org/darty/",
    "\n",
    " ",
]
MATCHER, REFERENCE = matcher_of(PHRASES), Reference(PHRASES)


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), min_size=1, max_size=6))
def test_the_product_finds_what_the_reference_finds(texts: list[str]) -> None:
    wanted = {(index, number) for index, text in enumerate(texts) for number in REFERENCE.find(text)}
    assert found_by(MATCHER, texts, 4) == wanted


def test_planted_brands_are_found_except_inside_longer_words_and_misspelt() -> None:
    reference = Reference(["Maison Élyra"])
    found = [bool(reference.find(plant("rien à dire", "Maison Élyra"))) for plant in PLANTS]
    assert found == [True] * (len(PLANTS) - 2) + [False, False]


def test_a_line_gives_its_text_and_its_post_back() -> None:
    text = 'Bonjour "Maison Alba" <b> & Cie\n❤️'
    lines = [envelope(text, number, random.Random(1)) for number in range(3)]
    assert all(
        line == json.dumps(json.loads(line), ensure_ascii=False).encode() or b"\\u003c" in line for line in lines
    )
    batch = line_batch(lines)
    assert list(batch.texts) == [text] * 3
    assert batch.post(1).text == text
    assert len({batch.post(index).native_id for index in range(3)}) == 3
    assert decode_texts([lines]) == 3
    assert screen(MATCHER, [lines]) == 3


def test_runs_take_turns_after_a_warm_up() -> None:
    order: list[str] = []

    def contestant(name: str) -> Contestant:
        return Contestant(name, 1, lambda: lambda: order.append(name) or 1)

    interleaved([contestant("a"), contestant("b")], 2)
    assert order == ["a", "b", "a", "b", "a", "b"]


def test_a_run_that_keeps_another_number_of_posts_is_refused() -> None:
    kept = iter([1, 1, 2])
    with pytest.raises(AssertionError, match="kept 2 posts, and 1 the first time"):
        interleaved([Contestant("a", 1, lambda: lambda: next(kept))], 2)


def test_a_floor_allows_the_tolerance_and_a_strict_ceiling_does_not() -> None:
    assert Figure("ratio", 0.41, 0.75, 0.5).holds(0.8)
    assert not Figure("ratio", 0.39, 0.75, 0.5).holds(0.8)
    assert not Figure("ratio", 0.49, 0.75, 0.5).holds(1.0)
    assert Figure("time", 3.6, 3.0, 3.0, is_ceiling=True).holds(0.8)
    assert not Figure("memory", 601, 500, 600, "MB", is_ceiling=True, is_strict=True).holds(0.8)


def test_a_goal_allows_nothing() -> None:
    assert Figure("ratio", 0.75, 0.75, 0.5).is_reached()
    assert not Figure("ratio", 0.74, 0.75, 0.5).is_reached()
    assert not Figure("time", 3.1, 3.0, 3.0, is_ceiling=True).is_reached()


def test_figures_without_their_conditions_are_refused() -> None:
    conditions = {"bytes_per_post": 800, "match_rate_1000": 0.01, "phrases": "1,000", "batch": 4096}
    whole = {**conditions, "processor": "x", "load": 0.1, "runs": 5}
    refuse_bare({"conditions": whole})
    with pytest.raises(ValueError, match="bytes_per_post"):
        refuse_bare({"conditions": {name: value for name, value in whole.items() if name != "bytes_per_post"}})
    with pytest.raises(ValueError, match="too few"):
        refuse_bare({"conditions": {**whole, "match_rate_1000": 0.002}})


def test_the_report_tells_each_promise_with_its_floor() -> None:
    figure = {
        "name": "screening",
        "value": 0.5,
        "goal": 0.75,
        "floor": 0.3,
        "unit": "×",
        "is_ceiling": False,
        "reached": False,
    }
    page = tables({"at": "2026-01-05", "size": "full", "figures": [figure], "timings": [], "conditions": {"runs": 7}})
    assert "| screening | 0.50 | ≥ 0.75 | **no** | ≥ 0.3 |" in page
    assert "| runs | 7 |" in page
