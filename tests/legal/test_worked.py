"""Deadlines worked by hand, and the six that lie beside the project."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import shared
from tocsin.flows.law.deadline import deadlines, row_of
from tocsin.legal.cases import read_case
from tocsin.legal.clock import run
from tocsin.legal.packs import load_packs

WORKED = tomllib.loads((Path(__file__).parent / "worked.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", WORKED, ids=[case["why"] for case in WORKED])
def test_a_deadline_worked_by_hand_agrees(case: dict[str, Any]) -> None:
    clock = run(load_packs(), read_case(_raw(case), load_packs(), "A"))
    expected = {
        "id": "A",
        "last_useful_day": case["last"],
        "extended_day": case.get("extended"),
        "safe_day": case.get("safe", case["last"]),
    }
    if "later" in case:
        expected["later_reading"] = case["later"]
    assert row_of(clock) == expected


def test_the_worked_deadlines_are_many_and_reach_every_country() -> None:
    assert len(WORKED) >= 40
    assert {case["ground"].split(".")[0] for case in WORKED} == {"fr", "eu", "uk", "qc"}


@pytest.mark.shared
def test_the_six_shared_deadlines_agree() -> None:
    content = shared("legal/deadlines.json").read_bytes()
    rows = {outcome.id: row_of(outcome.clock) for outcome in deadlines(content, load_packs()) if outcome.clock}
    expected = {case["id"]: {"id": case["id"], **case["expected"]} for case in json.loads(content)["cases"]}
    assert rows == expected


def _raw(case: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in case.items()
        if key in ("ground", "event", "acts", "place", "good_friday", "residence")
    }
