"""The engine against a second reading of the rules, written apart from it: nothing of its counting is used."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.legal.cases import read_case
from tocsin.legal.clock import run
from tocsin.legal.packs import load_packs
from tocsin.legal.values import Clock

LAW = load_packs()
DAY = timedelta(days=1)
SPAN = (datetime(1995, 1, 1), datetime(2060, 1, 1))  # noqa: DTZ001  hypothesis wants them without a zone
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
PRESS_ACTS = {"assignation_served", "citation_directe"}


def easter(year: int) -> date:
    """Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    k2 = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * k2) // 451
    month, day = divmod(h + k2 - 7 * m + 114, 31)
    return date(year, month, day + 1)


def is_off(day: date) -> bool:
    """The eleven days of article L3133-1 of the Code du travail, Saturdays and Sundays."""
    fixed = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    moving = {easter(day.year) + n * DAY for n in (1, 39, 50)}
    return day.weekday() >= 5 or (day.month, day.day) in fixed or day in moving


def months_on(day: date, months: int) -> date:
    """Step month by month on the calendar; the last day where the number is missing."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(number, day.day))
        except ValueError:
            continue
    raise AssertionError


def work_back(day: date) -> date:
    return day if not is_off(day) else work_back(day - DAY)


def work_on(day: date) -> date:
    return day if not is_off(day) else work_on(day + DAY)


def clock(ground: str, event: dict[str, Any], acts: list[dict[str, Any]] | None = None, **more: Any) -> Clock:
    return run(LAW, read_case({"id": "x", "ground": ground, "event": event, "acts": acts or [], **more}, LAW, "x"))


def told(found: Clock) -> tuple[date, date, date | None]:
    return found.term.safe_day, found.term.last_useful_day, found.term.extended_day


@settings(max_examples=150)
@given(
    days,
    st.lists(
        st.tuples(st.sampled_from(sorted(PRESS_ACTS | {"plainte_simple", "mise_en_demeure"})), st.integers(-40, 500)),
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_press_terms(first: date, acts: list[tuple[str, int]], rng: Any) -> None:
    start = first
    for kind, after in sorted(acts, key=lambda one: one[1]):
        done = first + after * DAY
        if kind in PRESS_ACTS and start <= done <= months_on(start, 3):
            start = done
    given_acts = [
        {
            "kind": kind,
            "date": (first + after * DAY).isoformat(),
            "art53_complete": True,
            "notified_to_prosecutor": True,
        }
        for kind, after in acts
    ]
    rng.shuffle(given_acts)
    last = months_on(start, 3)
    assert told(clock("fr.1881.diffamation_publique", {"first_online": first.isoformat()}, given_acts)) == (
        work_back(last),
        last,
        None,
    )


@settings(max_examples=80)
@given(days, st.integers(-400, 400), st.booleans())
def test_a_new_publication_starts_a_new_press_term(first: date, after: int, linked: bool) -> None:
    again = first + after * DAY
    kind = "hyperlink_by_same_author" if linked else "edit"
    kinds = {one.kind: one.restarts for one in LAW.rule("fr.1881.diffamation_publique").republications}
    if kind not in kinds:
        kind = next(name for name, restarts in kinds.items() if restarts is linked)
    start = again if linked and again >= first else first
    found = clock(
        "fr.1881.diffamation_publique",
        {"first_online": first.isoformat(), "republications": [{"kind": kind, "date": again.isoformat()}]},
    )
    assert found.term.last_useful_day == months_on(start, 3)


@settings(max_examples=80)
@given(days)
def test_civil_terms(known: date) -> None:
    last = months_on(known, 60)
    assert told(clock("fr.civil.denigrement_1240", {"knowledge": known.isoformat()})) == (work_back(last), last, None)


@settings(max_examples=80)
@given(days, st.sampled_from([0, 1, 2]))
def test_procedural_terms(served: date, residence: int) -> None:
    last = months_on(served, residence) + 15 * DAY
    moved = work_on(last)
    found = clock(
        "fr.cpc.appel_procedure_acceleree_fond",
        {"judgment_served": served.isoformat()},
        residence=["same", "overseas", "abroad"][residence],
    )
    assert told(found) == (work_back(last), last, moved if moved != last else None)


@settings(max_examples=80)
@given(days)
def test_terms_of_the_union(notified: date) -> None:
    last = months_on(notified, 6)
    moved = work_on(last)
    assert told(clock("eu.dsa.art20_complaint", {"decision_notified": notified.isoformat()})) == (
        work_back(last),
        last,
        moved if moved != last else None,
    )


@settings(max_examples=80)
@given(st.datetimes(*SPAN), st.integers(-12 * 60, 14 * 60))
def test_terms_in_hours(at: datetime, offset: int) -> None:
    aware = at.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    term = clock("eu.gdpr.art33_breach", {"aware_at": aware.isoformat()}).term
    assert term.last_useful_instant is not None and term.latest_reading is not None
    assert term.last_useful_instant.timestamp() == aware.timestamp() + 72 * 3600
    assert 0 < term.latest_reading.timestamp() - term.last_useful_instant.timestamp() <= 3600


@settings(max_examples=80)
@given(st.datetimes(*SPAN, timezones=st.just(UTC)))
def test_an_instant_counts_on_the_day_of_paris(at: datetime) -> None:
    day = at.astimezone(ZoneInfo("Europe/Paris")).date()
    assert (
        clock("fr.1881.injure_publique", {"first_online": at.isoformat()}).term
        == clock("fr.1881.injure_publique", {"first_online": day.isoformat()}).term
    )


@pytest.mark.parametrize(
    ("at", "last"),
    [
        ("2026-01-14T22:59:59+00:00", "2026-04-14"),
        ("2026-01-14T23:00:00+00:00", "2026-04-15"),
        ("2026-07-14T21:59:59Z", "2026-10-14"),
        ("2026-07-14T22:00:00Z", "2026-10-15"),
        ("2026-03-29T00:30:00Z", "2026-06-29"),
        ("2023-11-29", "2024-02-29"),
        ("2022-11-30", "2023-02-28"),
        ("2026-01-14T20:00:00-04:00", "2026-04-15"),
    ],
)
def test_midnights_and_leap_days(at: str, last: str) -> None:
    assert clock("fr.1881.diffamation_publique", {"first_online": at}).term.last_useful_day.isoformat() == last


def suspending() -> list[tuple[str, str, str]]:
    return [
        (rule.id, rule.starts[0], act.kind)
        for rule in LAW.rules.values()
        for act in rule.acts
        if act.effect.value == "suspends" and rule.starts
    ]


@settings(max_examples=60)
@given(
    st.sampled_from(suspending()),
    st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 200)), min_size=1, max_size=4),
)
def test_a_day_is_suspended_once_however_many_acts_cover_it(
    rule: tuple[str, str, str], start: date, spans: list[tuple[int, int]]
) -> None:
    name, event, kind = rule
    covered = {first + n for first, length in spans for n in range(length)}
    acts = [
        {"kind": kind, "date": (start + first * DAY).isoformat(), "until": (start + (first + length) * DAY).isoformat()}
        for first, length in spans
    ]
    bare, found = clock(name, {event: start.isoformat()}), clock(name, {event: start.isoformat()}, acts)
    latest = bare.term.last_useful_day + len(covered) * DAY
    floors = [months_on(start + (first + length) * DAY, 6) for first, length in spans]
    assert found.term.last_useful_day <= max(latest, *floors)
