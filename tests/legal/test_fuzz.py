"""Whatever a file of cases holds, the answer is days or one clear sentence."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.errors import TocsinError
from tocsin.flows.law.deadline import deadlines, row_of
from tocsin.legal.packs import load_packs
from tocsin.legal.values import RuleKind

LAW = load_packs()
stamps = st.one_of(
    st.dates(date(1995, 1, 1), date(2040, 1, 1)).map(lambda day: day.isoformat()),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(lambda day: day.isoformat()),
    st.datetimes(timezones=st.none() | st.timezones()).map(lambda at: at.isoformat()),
    st.sampled_from(["", "2026-02-30", "2026-W03-4", "20260115", "0001-01-01", "9999-12-31T23:59:59-14:00"]),
)
junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | stamps,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
acts = st.fixed_dictionaries(
    {"kind": st.sampled_from([*LAW.words.acts]), "date": stamps},
    optional={"until": stamps, "void": st.booleans(), "regular": st.booleans(), "odd": junk},
)
again = st.fixed_dictionaries({"kind": st.sampled_from([*LAW.words.republications]), "date": stamps})
events = st.dictionaries(st.sampled_from([*LAW.words.events]), stamps, min_size=1, max_size=5)
cases = st.fixed_dictionaries(
    {"ground": st.sampled_from([*LAW.rules]), "event": events},
    optional={
        "acts": st.lists(acts, max_size=5),
        "republications": st.lists(again, max_size=3),
        "place": st.sampled_from(["", "FR-67", "FR-974", "CA-QC", "Mars"]),
        "residence": st.sampled_from(["same", "abroad", "Mars"]),
    },
)


@given(st.lists(cases | junk, max_size=4))
def test_every_case_has_its_days_or_its_error(raw: list[Any]) -> None:
    outcomes = list(deadlines(json.dumps(raw).encode(), LAW))
    assert len(outcomes) == len(raw)
    for outcome in outcomes:
        assert (outcome.clock is None) != (outcome.error is None)
        if outcome.error is not None:
            assert str(outcome.error)
            continue
        assert outcome.clock is not None
        row, term = row_of(outcome.clock), outcome.clock.term
        assert term.safe_day <= term.last_useful_day <= (term.extended_day or term.last_useful_day)
        assert ("last_useful_instant" in row) == (outcome.clock.rule.kind is RuleKind.HOURS)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_cases_are_refused(content: bytes) -> None:
    try:
        list(deadlines(content, LAW))
    except TocsinError as error:
        assert str(error)
