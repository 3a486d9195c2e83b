"""Read cases of deadlines from JSON: strictly, because a misread event is a missed day."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NoReturn

import msgspec

from tocsin.base.errors import InputError
from tocsin.legal.calendar import LAST_YEAR
from tocsin.legal.clock import day_of
from tocsin.legal.packs import Law
from tocsin.legal.values import Act, Case, Republication, Residence, Rule

_KEYS = ("id", "ground", "event", "acts", "place", "good_friday", "residence")
_OLDEST_YEAR = 1900
_TOLD = ("note", "why")  # words for people, under `event` and in an act


def cases_of(content: bytes) -> list[Mapping[str, Any]]:
    """Return the raw cases of a file: an object with `cases`, a list, or one case. Raises InputError."""
    try:
        whole = msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise InputError("The cases are not JSON: {error}. Mend the file.", error=str(error)) from None
    cases = whole.get("cases", [whole]) if isinstance(whole, dict) else whole
    if not isinstance(cases, list):
        raise InputError('The cases are no list; write {{"cases": [ … ]}} or [ … ].')
    return cases


def id_of(raw: object, number: int) -> str:
    """Return the id of a raw case, or `#number` (from 1) where it has none."""
    found = raw.get("id") if isinstance(raw, Mapping) else None
    return str(found) if found not in (None, "") else f"#{number}"


def read_case(raw: object, law: Law, name: str) -> Case:
    """Return a case; `name` is its id in messages.

    Raises InputError for what cannot be read, NotFoundError for an unknown ground.
    """
    if not isinstance(raw, Mapping):
        raise InputError("A case is an object with id, ground, event and acts; this is {raw}.", raw=_short(raw))
    _refuse_misspelt(raw)
    ground = raw.get("ground")
    if not isinstance(ground, str):
        raise InputError("The case names no ground; write one like fr.1881.diffamation_publique.")
    rule = law.rule(ground)
    event = raw.get("event") or {}
    if not isinstance(event, Mapping):
        raise InputError("event={raw} is no object; write names of events with their days.", raw=_short(event))
    again = event.get("republications", raw.get("republications")) or []
    return Case(
        id=name,
        ground=rule.id,
        events=dict(_events(event, law)),
        acts=tuple(_act(one, law, rule) for one in _listed(raw.get("acts"), "acts")),
        republications=tuple(_republication(one, law, rule) for one in _listed(again, "republications")),
        place=str(raw.get("place") or ""),
        good_friday=_yes(raw.get("good_friday"), "good_friday"),
        residence=_residence(raw.get("residence")),
    )


def read_day(value: object, what: str) -> date | datetime:
    """Return a day, or an instant where an hour is given; `what` names it in messages. Raises InputError."""
    try:
        if isinstance(value, str):
            is_day = len(value) <= len("2026-01-15")
            found = date.fromisoformat(value) if is_day else datetime.fromisoformat(value)
            if _OLDEST_YEAR <= found.year <= LAST_YEAR:  # an instant near the ends of time cannot change zone
                return found
    except ValueError:
        pass
    raise InputError("{what}={value} is no day; write it like 2026-01-15.", what=what, value=_short(value))


def _refuse_misspelt(raw: Mapping[str, Any]) -> None:
    """Refuse a key that looks like one of ours: acts under `act` would be lost in silence. Others are for people."""
    for key in raw:
        near = difflib.get_close_matches(key, (*_KEYS, "republications"), n=1, cutoff=0.8)
        if near and key not in (*_KEYS, "republications"):
            raise InputError("{key} is not read in a case; write {near}, or take it out.", key=key, near=near[0])


def _events(event: Mapping[str, Any], law: Law) -> Iterator[tuple[str, date | datetime]]:
    for key, value in event.items():
        if key == "republications" or key in _TOLD or value is None:
            continue
        name = law.words.event(key)
        if name is None:
            _refuse_unknown("event", key, law.words.events)
        yield name, read_day(value, key)


def _act(raw: object, law: Law, rule: Rule) -> Act:
    kind, day = _kind_and_day(raw, "act", rule)
    assert isinstance(raw, Mapping)
    known = law.words.act(kind)
    if known is None:
        _refuse_unknown("act", kind, law.words.acts)
    flags = {law.words.flag(key) or key: value for key, value in raw.items() if isinstance(value, bool)}
    until = raw.get("until")
    end = day_of(read_day(until, "until"), rule.zone) if until is not None else None
    if end is not None and end < day:
        raise InputError("The act {kind} ends on {until}, before it begins on {day}.", kind=kind, until=end, day=day)
    return Act(kind=known, day=day, until=end, flags=flags)


def _republication(raw: object, law: Law, rule: Rule) -> Republication:
    kind, day = _kind_and_day(raw, "republication", rule)
    known = law.words.republication(kind)
    if known is None:
        _refuse_unknown("republication", kind, law.words.republications)
    return Republication(known, day)


def _kind_and_day(raw: object, what: str, rule: Rule) -> tuple[str, date]:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("kind"), str):
        raise InputError('{raw} is no {what}; write {{"kind": …, "date": …}}.', raw=_short(raw), what=what)
    return raw["kind"], day_of(read_day(raw.get("date"), f"{raw['kind']}.date"), rule.zone)


def _yes(raw: object, what: str) -> bool:
    if raw is not None and not isinstance(raw, bool):
        raise InputError("{what}={raw} is neither true nor false.", what=what, raw=_short(raw))
    return raw is True


def _residence(raw: object) -> Residence:
    known = next((one for one in Residence if one.value == (raw or Residence.SAME.value)), None)
    if known is None:
        raise InputError(
            "residence={raw} is not known; write one of {known}.", raw=_short(raw), known=", ".join(Residence)
        )
    return known


def _listed(raw: object, what: str) -> list[Any]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise InputError("{what}={raw} is no list.", what=what, raw=_short(raw))
    return raw


def _refuse_unknown(what: str, name: str, known: Iterable[str]) -> NoReturn:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4) or sorted(known)
    raise InputError(
        "{name} is no {what} that the law room knows; the nearest are {near}.",
        name=name,
        what=what,
        near=", ".join(near),
    )


def _short(raw: object) -> str:
    text = str(raw)
    return text if len(text) <= 60 else f"{text[:60]}…"
