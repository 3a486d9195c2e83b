"""A deadline as a card: the safe day large, what is left, then the last day and why."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.flows.i18n import N_, Translator
from tocsin.flows.moments import Reader
from tocsin.legal.packs import Doubt, Law, doubts_of
from tocsin.legal.values import Extension, Rule, RuleKind, Term
from tocsin.store.dossiers.rows import ClockRow

_NEAR = timedelta(days=15)
_UNITS = {
    "hour": (N_("{n} hour"), N_("{n} hours")),
    "day": (N_("{n} day"), N_("{n} days")),
    "working_day": (N_("{n} working day"), N_("{n} working days")),
    "month": (N_("{n} month"), N_("{n} months")),
    "year": (N_("{n} year"), N_("{n} years")),
}
_MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)
_WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
_DOUBTS = {
    Doubt.STALE: N_("This rule was last read more than a year ago: have it read again."),
    Doubt.NOT_SURE: N_("This rule is not sure: have counsel confirm it."),
    Doubt.UNVERIFIED: N_("The text of this rule could not be read: have counsel confirm it."),
}


class ClockCard(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline as a page shows it. big: the day (or hour) to keep to; under: what stands below it; left: time left.

    tone: a class of colour, "" for none. told: the sentence that explains. at: what cards are sorted by.
    """

    row: ClockRow
    rule: Rule
    name: str
    word: str
    big: str
    under: str
    left: str
    told: str
    at: datetime
    tone: str = ""
    notes: tuple[str, ...] = ()
    is_over: bool = False


def clock_card(law: Law, row: ClockRow, reader: Reader, now: datetime) -> ClockCard:
    """Return the card of a deadline. Raises NotFoundError for a rule that no pack has any more."""
    rule, term = law.rule(row.rule), msgspec.json.decode(row.term, type=Term)
    if term.last_useful_instant is not None:
        return _hours(row, rule, term.last_useful_instant, reader, now)
    return _days(row, rule, term, reader, now)


def said_day(day: date, t: Translator, *, year: bool = False) -> str:
    """Return a day as sentences write it: 23 février, 23 February; with its year when asked."""
    month = t.text(_MONTHS[day.month - 1])
    return f"{day.day} {month} {day.year}" if year else f"{day.day} {month}"


def said_weekday(day: date, t: Translator) -> str:
    """Return the day of the week as it stands in a sentence: mardi, Tuesday."""
    return t.text(_WEEKDAYS[day.weekday()])


def _days(row: ClockRow, rule: Rule, term: Term, reader: Reader, now: datetime) -> ClockCard:
    t, zone = reader.t, ZoneInfo(rule.zone)
    today, safe = now.astimezone(zone).date(), term.safe_day
    over = today > (term.extended_day or term.last_useful_day)
    left = (safe - today).days
    return ClockCard(
        row=row,
        rule=rule,
        name=rule.name.say(t.language),
        word=t.text(N_("at the safest") if rule.statutory else N_("to follow up")),
        big=said_day(safe, t),
        under=f"{said_weekday(safe, t)}, {safe.year}",
        left=_left(left, over, t),
        told=_told(rule, term, t),
        at=datetime.combine(safe, datetime.min.time(), zone),
        tone="" if over else "red" if left <= 2 else "bronze" if timedelta(days=left) <= _NEAR else "",
        notes=_notes(rule, t, today),
        is_over=over,
    )


def _hours(row: ClockRow, rule: Rule, until: datetime, reader: Reader, now: datetime) -> ClockCard:
    t, local = reader.t, until.astimezone(reader.zone)
    left = until - now
    hours, minutes = divmod(max(0, int(left.total_seconds())) // 60, 60)
    told = t.text(
        N_("{length} without a pause, to the minute."),
        length=t.plural(*_UNITS["hour"], rule.length.count, n=rule.length.count),
    )
    return ClockCard(
        row=row,
        rule=rule,
        name=rule.name.say(t.language),
        word=t.text(N_("at the latest") if rule.statutory else N_("to follow up")),
        big=reader.clock(until),
        under=f"{said_weekday(local.date(), t)} {said_day(local.date(), t)}",
        left=t.text(N_("passed")) if left <= timedelta() else f"{hours} h {minutes:02}",
        told=told,
        at=until,
        tone="" if left <= timedelta() else "red" if hours < 24 else "bronze",
        notes=_notes(rule, t, now.astimezone(ZoneInfo(rule.zone)).date()),
        is_over=left <= timedelta(),
    )


def _left(days: int, over: bool, t: Translator) -> str:
    if over:
        return t.text(N_("passed"))
    if days < 0:
        return t.text(N_("the safe day has passed"))
    return t.text(N_("today")) if days == 0 else t.plural(*_UNITS["day"], days, n=days)


def _told(rule: Rule, term: Term, t: Translator) -> str:
    length = t.plural(*_UNITS[rule.length.unit.value], rule.length.count, n=rule.length.count)
    last = f"{said_weekday(term.last_useful_day, t)} {said_day(term.last_useful_day, t, year=True)}"
    parts = [
        t.text(
            N_("{length} from {start}. Last day: {last}, midnight at its end."),
            length=length,
            start=said_day(term.start, t, year=True),
            last=last,
        )
    ]
    if term.extended_day is not None:
        moved = f"{said_weekday(term.extended_day, t)} {said_day(term.extended_day, t, year=True)}"
        parts.append(t.text(N_("The text moves it to {day}: do not count on it."), day=moved))
    elif rule.kind in (RuleKind.PRESS, RuleKind.CIVIL) and rule.extension is Extension.NONE:
        parts.append(t.text(N_("Neither a weekend nor a holiday moves it.")))
    if term.later_reading is not None:
        parts.append(
            t.text(
                N_("Another reading gives {day}; keep to the earlier."), day=said_day(term.later_reading, t, year=True)
            )
        )
    return " ".join(parts)


def _notes(rule: Rule, t: Translator, today: date) -> tuple[str, ...]:
    found = [rule.article, *(t.text(_DOUBTS[doubt]) for doubt in doubts_of(rule, today))]
    if not rule.statutory:
        found.append(t.text(N_("No text sets this delay: it is our habit of following up.")))
    return tuple(part for part in found if part)
