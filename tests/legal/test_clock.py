from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.errors import InputError
from tocsin.legal.cases import read_case
from tocsin.legal.clock import run
from tocsin.legal.count import hours
from tocsin.legal.packs import load_packs
from tocsin.legal.values import Clock, Effect, Remark, RuleKind, State

LAW = load_packs()
IN_DAYS = [rule for rule in LAW.rules.values() if rule.kind is not RuleKind.HOURS]
PRESS = LAW.rule("fr.1881.diffamation_publique")
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def _run(ground: str, event: dict[str, Any], *acts: dict[str, Any], **more: object) -> Clock:
    return run(LAW, read_case({"ground": ground, "event": event, "acts": list(acts), **more}, LAW, "A"))


def _act(kind: str, day: date, **flags: bool) -> dict[str, Any]:
    return {"kind": kind, "date": day.isoformat(), **flags}


def _codes(clock: Clock) -> list[Remark]:
    return [reason.code for reason in clock.reasons]


def test_every_act_has_its_reason() -> None:
    clock = _run(
        PRESS.id,
        {"first_online": "2026-01-15"},
        _act("plainte_simple", date(2026, 2, 1)),
        _act("assignation_served", date(2026, 3, 10), art53_complete=True),
        _act("claimant_conclusions_notified", date(2026, 7, 1), regular=True, defence_counsel_constituted=True),
    )
    assert _codes(clock) == [
        Remark.STARTED,
        Remark.NO_EFFECT,
        Remark.RESTARTED,
        Remark.TAKEN_AS_MET,  # the notice to the prosecutor is not told
        Remark.TOO_LATE,
    ]
    assert clock.term.start == date(2026, 3, 10)


def test_the_reply_shows_the_publishers_clock_and_the_action_beside_the_request() -> None:
    clock = _run("fr.lcen.droit_de_reponse", {"first_online": "2026-01-15", "request_received": "2026-03-20"})
    beside = {other.rule.id: other.term.last_useful_day for other in clock.beside}
    assert clock.term.last_useful_day == date(2026, 4, 15)
    assert beside == {
        "fr.lcen.droit_de_reponse_insertion": date(2026, 3, 23),
        "fr.lcen.droit_de_reponse_action": date(2026, 4, 15),
    }


def test_the_publishers_clock_waits_for_the_request() -> None:
    clock = _run("fr.lcen.droit_de_reponse", {"first_online": "2026-01-15"})
    assert "fr.lcen.droit_de_reponse_insertion" not in [other.rule.id for other in clock.beside]


def test_the_stop_of_twenty_years_is_said_and_so_is_that_it_could_not_be_checked() -> None:
    ground = "fr.civil.denigrement_1240"
    assert Remark.CAPPED in _codes(_run(ground, {"knowledge": "2026-05-10", "first_online": "2008-03-03"}))
    assert Remark.CAP_UNCHECKED in _codes(_run(ground, {"knowledge": "2026-05-10"}))


def test_a_term_is_past_on_the_strict_reading_before_it_has_expired() -> None:
    clock = _run("eu.dsa.art20_complaint", {"decision_notified": "2026-08-31"})
    assert clock.state(date(2027, 2, 28)) is State.RUNNING
    assert clock.state(date(2027, 3, 1)) is State.EXTENSION
    assert clock.state(date(2027, 3, 2)) is State.EXPIRED


def test_a_local_holiday_moves_the_end_with_a_warning() -> None:
    clock = _run("fr.cpc.appel_procedure_acceleree_fond", {"judgment_served": "2025-12-11"}, place="FR-67")
    assert Remark.EXTENDED_LOCALLY in _codes(clock)


def test_the_notice_to_a_newspaper_leaves_three_whole_working_days() -> None:
    clock = _run("qc.presse.journal_p19", {"knowledge": "2026-10-05", "first_online": "2026-10-05"})
    # The action on Tuesday 5 January: the three days are 30 and 31 December and Monday 4; 1 and 2 January do not count.
    assert clock.term.safe_day == date(2027, 1, 5)
    assert clock.notice_by == date(2026, 12, 29)


def test_hours_need_an_hour_and_an_offset() -> None:
    for value in ("2026-11-20", "2026-11-20T17:40:00"):
        with pytest.raises(InputError, match="no hour or no offset"):
            _run("eu.gdpr.art33_breach", {"aware_at": value})


def test_a_follow_up_of_the_house_is_not_called_law() -> None:
    clock = _run("eu.dsa.art16_followup_24h", {"notice_received": "2026-11-20T17:40:00+01:00"})
    assert Remark.NOT_STATUTORY in _codes(clock)
    assert [other.rule.length.count for other in clock.beside] == [72, 168]


def test_a_case_without_the_event_that_starts_the_clock_is_refused() -> None:
    with pytest.raises(InputError, match="starts with first_online; the case gives none"):
        _run(PRESS.id, {"knowledge": "2026-01-15"})


def test_a_later_fact_never_makes_the_day_shown_later() -> None:
    clock = _run("fr.penal.menaces_222_17", {"first_act": "2026-01-15", "last_act": "2026-03-01"})
    assert clock.term.last_useful_day == date(2032, 1, 15)
    assert clock.term.later_reading == date(2032, 3, 1)


def test_a_place_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="FR-75 is not a place"):
        _run(PRESS.id, {"first_online": "2026-01-15"}, place="FR-75")


@given(
    st.sampled_from(IN_DAYS),
    days,
    st.sampled_from(["", "FR", "FR-67", "FR-974", "GB-ENG", "CA-QC"]),
    st.booleans(),
    st.sampled_from(["same", "overseas", "abroad"]),
)
def test_the_days_of_every_rule_stand_in_their_order(rule, day, place, good_friday, residence) -> None:  # type: ignore[no-untyped-def]
    event = {name: day.isoformat() for name in rule.starts}
    clock = _run(rule.id, event, place=place, good_friday=good_friday, residence=residence)
    for one in (clock, *clock.beside):
        if one.term.last_useful_instant is not None:
            continue
        assert one.term.safe_day <= one.term.last_useful_day
        assert one.term.start < one.term.last_useful_day
        assert one.term.extended_day is None or one.term.last_useful_day < one.term.extended_day
        assert one.term.later_reading is None or one.term.last_useful_day < one.term.later_reading


acts = st.lists(
    st.tuples(
        st.sampled_from([act.kind for act in PRESS.acts]),
        st.integers(-30, 400),
        st.dictionaries(st.sampled_from(["art53_complete", "regular", "void", "signed"]), st.booleans(), max_size=2),
    ),
    max_size=6,
)


@given(st.sampled_from(IN_DAYS), days, acts, st.randoms(use_true_random=False))
def test_the_order_in_which_acts_are_told_changes_nothing(rule, day, told, rng: random.Random) -> None:  # type: ignore[no-untyped-def]
    event = {rule.starts[0]: day.isoformat()}
    one = [_act(kind, day + timedelta(days=after), **flags) for kind, after, flags in told]
    other = list(one)
    rng.shuffle(other)
    same_day = len({act["date"] for act in one}) < len(one)
    if not same_day:
        assert _run(rule.id, event, *one).term == _run(rule.id, event, *other).term


@given(st.sampled_from(IN_DAYS), days, acts)
def test_an_act_never_shortens_a_term_and_one_that_has_no_effect_leaves_it(rule, day, told) -> None:  # type: ignore[no-untyped-def]
    event = {rule.starts[0]: day.isoformat()}
    listed = [_act(kind, day + timedelta(days=after), **flags) for kind, after, flags in told]
    bare, full = _run(rule.id, event), _run(rule.id, event, *listed)
    assert bare.term.last_useful_day <= full.term.last_useful_day
    effects = {act.kind: act.effect for act in rule.acts}
    if all(effects.get(act["kind"], Effect.NOTHING) is Effect.NOTHING for act in listed):
        assert bare.term == full.term


@given(st.sampled_from(IN_DAYS), days, st.sampled_from([act.kind for act in PRESS.acts]), st.integers(1, 2000))
def test_what_comes_after_the_end_revives_nothing(rule, day, kind, late) -> None:  # type: ignore[no-untyped-def]
    event = {rule.starts[0]: day.isoformat()}
    bare = _run(rule.id, event)
    after = (bare.term.extended_day or bare.term.last_useful_day) + timedelta(days=late)
    assert _run(rule.id, event, _act(kind, after)).term == bare.term


@given(days, st.integers(0, 300))
def test_an_act_in_time_gives_a_term_of_the_same_length(day: date, after: int) -> None:
    event = {"first_online": day.isoformat()}
    bare = _run(PRESS.id, event)
    done = min(day + timedelta(days=after), bare.term.last_useful_day)
    term = _run(PRESS.id, event, _act("assignation_served", done)).term
    assert term == _run(PRESS.id, {"first_online": done.isoformat()}).term


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_a_term_in_hours_is_the_same_length_everywhere(at) -> None:  # type: ignore[no-untyped-def]
    stamp = at.isoformat()
    clock = _run("eu.gdpr.art33_breach", {"aware_at": stamp})
    assert clock.term.last_useful_instant == hours(at, 72).last
    assert clock.term.last_useful_day == clock.term.safe_day


def test_an_event_that_starts_nothing_is_said() -> None:
    clock = _run(PRESS.id, {"first_online": "2026-01-15", "knowledge": "2026-03-01"})
    assert clock.term.last_useful_day == date(2026, 4, 15)
    assert Remark.NOT_A_START in _codes(clock)


def test_a_term_in_hours_expires_at_its_instant_and_not_at_midnight() -> None:
    clock = _run("eu.gdpr.art33_breach", {"aware_at": "2026-11-20T17:40:00+01:00"})
    at = datetime.fromisoformat
    assert clock.state(at("2026-11-23T16:40:00+00:00")) is State.RUNNING
    assert clock.state(at("2026-11-23T16:50:00+00:00")) is State.EXTENSION
    assert clock.state(at("2026-11-23T17:01:00+00:00")) is State.EXPIRED


def test_an_instant_is_read_on_the_clocks_of_the_rule() -> None:
    clock = _run(PRESS.id, {"first_online": "2026-01-15"})
    assert clock.state(datetime.fromisoformat("2026-04-15T21:59:00+00:00")) is State.RUNNING
    assert clock.state(datetime.fromisoformat("2026-04-15T22:00:00+00:00")) is State.EXPIRED


def test_a_term_over_an_easter_that_is_kept_from_friday_has_no_working_day() -> None:
    event = {"request_received": "2026-04-03"}
    clock = _run("fr.lcen.droit_de_reponse_insertion", event, place="FR-57", good_friday=True)
    assert clock.term.last_useful_day == date(2026, 4, 6)
    assert clock.term.safe_day == date(2026, 4, 2)
    assert Remark.NO_WORKING_DAY in _codes(clock)


def test_a_flag_that_is_not_known_is_told() -> None:
    act = _act("assignation_served", date(2026, 3, 10), art53_complete=True, notified_to_prosecutor=True, stamped=True)
    assert _codes(_run(PRESS.id, {"first_online": "2026-01-15"}, act))[-1] is Remark.UNWEIGHED_FLAG


def test_a_condition_that_is_not_met_and_a_defect_are_told_apart() -> None:
    event, day = {"first_online": "2026-01-15"}, date(2026, 3, 10)
    assert Remark.NOT_MET in _codes(_run(PRESS.id, event, _act("assignation_served", day, art53_complete=False)))
    assert Remark.DEFECT in _codes(_run(PRESS.id, event, _act("assignation_served", day, void=True)))
    assert Remark.UNKNOWN_FLAG in _codes(_run(PRESS.id, event, _act("assignation_served", day, stamped=False)))
