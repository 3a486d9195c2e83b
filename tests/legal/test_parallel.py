from __future__ import annotations

from datetime import date

import pytest

from tocsin.base.errors import InputError
from tocsin.legal.cases import read_case
from tocsin.legal.packs import load_packs
from tocsin.legal.parallel import parallel

LAW = load_packs()
RAW = {"ground": "fr.1881.diffamation_publique", "event": {"first_online": "2026-01-15"}}


def test_the_identity_must_be_asked_for_six_weeks_before_the_action_dies() -> None:
    both = parallel(LAW, read_case(RAW, LAW, "A"), date(2026, 2, 1))
    assert both.action.term.safe_day == both.complaint_by == date(2026, 4, 15)
    assert both.ask_by == date(2026, 3, 4)
    assert both.ask_in_time
    assert {clock.term.last_useful_day for clock in both.identity} == {date(2027, 1, 15)}


def test_past_that_day_only_the_complaint_is_left() -> None:
    assert not parallel(LAW, read_case(RAW, LAW, "A"), date(2026, 3, 5)).ask_in_time


def test_asking_for_a_name_never_lengthens_the_action() -> None:
    acts = [{"kind": "requete_145", "date": "2026-03-01"}]
    both = parallel(LAW, read_case({**RAW, "acts": acts}, LAW, "A"), date(2026, 3, 2))
    assert both.complaint_by == date(2026, 4, 15)


def test_another_kind_of_rule_is_refused() -> None:
    raw = {"ground": "fr.civil.denigrement_1240", "event": {"knowledge": "2026-01-15"}}
    with pytest.raises(InputError, match="no press rule"):
        parallel(LAW, read_case(raw, LAW, "A"), date(2026, 2, 1))


def test_weeks_are_at_least_one() -> None:
    with pytest.raises(ValueError, match="identity_weeks"):
        parallel(LAW, read_case(RAW, LAW, "A"), date(2026, 2, 1), identity_weeks=0)
