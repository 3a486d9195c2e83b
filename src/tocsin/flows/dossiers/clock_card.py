"""A deadline as a card: the safe day large, what is left, then the last day and why."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.flows.i18n import N_, Translator
from tocsin.flows.law.clock_words import ClockWords
from tocsin.flows.law.dossier_clocks import ClockSheet
from tocsin.flows.moments import Reader
from tocsin.legal.packs import doubts_of, load_packs
from tocsin.legal.values import Clock, Extension, Length, Rule, RuleKind, Term, Unit

_NEAR = timedelta(days=15)
_LONG_DAYS = 730  # from which what is left is told in years
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
_SHORT_MONTHS = (
    N_("Jan."),
    N_("Feb."),
    N_("Mar."),
    N_("Apr."),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("Aug."),
    N_("Sept."),
    N_("Oct."),
    N_("Nov."),
    N_("Dec."),
)
_WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


class ClockCard(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline as a page shows it. big: the day (or hour) to keep to; under: what stands below it; left: time left.

    tone: a class of colour, "" for none. told: the sentence that explains; reasons: all that led to it. at: what cards
    are sorted by. has_moved: the rules of today give other days than those that were kept.
    """

    sheet: ClockSheet
    name: str
    word: str
    big: str
    under: str
    left: str
    told: str
    at: datetime
    tone: str = ""
    notes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    is_over: bool = False
    has_moved: bool = False


def clock_card(sheet: ClockSheet, reader: Reader, now: datetime) -> ClockCard:
    """Return the card of a deadline; where the packs of today cannot read it, of the days that were kept."""
    if sheet.clock is None:
        return _kept(sheet, reader, now)
    until = sheet.clock.term.last_useful_instant
    return _days(sheet, sheet.clock, reader, now) if until is None else _hours(sheet, sheet.clock, until, reader, now)


def said_length(length: Length, t: Translator) -> str:
    """Return a length of time in words: 3 mois, 72 hours."""
    n = length.count
    match length.unit:
        case Unit.HOUR:
            return t.plural("{n} hour", "{n} hours", n)
        case Unit.DAY:
            return t.plural("{n} day", "{n} days", n)
        case Unit.WORKING_DAY:
            return t.plural("{n} working day", "{n} working days", n)
        case Unit.MONTH:
            return t.plural("{n} month", "{n} months", n)
    return t.plural("{n} year", "{n} years", n)


def said_day(day: date, t: Translator, *, year: bool = False) -> str:
    """Return a day as sentences write it: 23 février, 23 February; with its year when asked."""
    month = t.text(_MONTHS[day.month - 1])
    return f"{day.day} {month} {day.year}" if year else f"{day.day} {month}"


def said_month(day: date, t: Translator) -> str:
    """Return the month of a day with its year, as a heading: février 2027, February 2027."""
    return f"{t.text(_MONTHS[day.month - 1])} {day.year}"


def said_short_day(day: date, t: Translator) -> str:
    """Return a day where room is scarce: 23 févr., 23 Feb."""
    return f"{day.day}\u00a0{t.text(_SHORT_MONTHS[day.month - 1])}"


def said_weekday(day: date, t: Translator) -> str:
    """Return the day of the week as it stands in a sentence: mardi, Tuesday."""
    return t.text(_WEEKDAYS[day.weekday()])


def _days(sheet: ClockSheet, clock: Clock, reader: Reader, now: datetime) -> ClockCard:
    rule, term = clock.rule, clock.term
    t, zone = reader.t, ZoneInfo(rule.zone)
    today, safe = now.astimezone(zone).date(), term.safe_day
    over = today > (term.extended_day or term.last_useful_day)
    left = (safe - today).days
    return ClockCard(
        sheet=sheet,
        name=rule.name.say(t.language),
        word=t.text(N_("at the safest") if rule.statutory else N_("to follow up")),
        big=said_short_day(safe, t),
        under=f"{said_weekday(safe, t)}, {safe.year}",
        left=_left(left, over, t),
        told=_told(rule, term, t),
        at=datetime.combine(safe, datetime.min.time(), zone),
        tone="" if over else "red" if left <= 2 else "bronze" if timedelta(days=left) <= _NEAR else "",
        notes=_notes(rule, t, today),
        reasons=tuple(ClockWords(load_packs(), t).reasons(clock)),
        is_over=over,
        has_moved=sheet.has_moved,
    )


def _hours(sheet: ClockSheet, clock: Clock, until: datetime, reader: Reader, now: datetime) -> ClockCard:
    rule = clock.rule
    t, local = reader.t, until.astimezone(reader.zone)
    left = until - now
    hours, minutes = divmod(max(0, int(left.total_seconds())) // 60, 60)
    told = t.text(
        N_("{length} without a pause, to the minute."),
        length=said_length(rule.length, t),
    )
    return ClockCard(
        sheet=sheet,
        name=rule.name.say(t.language),
        word=t.text(N_("at the latest") if rule.statutory else N_("to follow up")),
        big=reader.clock(until),
        under=f"{said_weekday(local.date(), t)} {said_day(local.date(), t)}",
        left=t.text(N_("passed")) if left <= timedelta() else f"{hours} h {minutes:02}",
        told=told,
        at=until,
        tone="" if left <= timedelta() else "red" if hours < 24 else "bronze",
        notes=_notes(rule, t, now.astimezone(ZoneInfo(rule.zone)).date()),
        reasons=tuple(ClockWords(load_packs(), t).reasons(clock)),
        has_moved=sheet.has_moved,
        is_over=left <= timedelta(),
    )


def _kept(sheet: ClockSheet, reader: Reader, now: datetime) -> ClockCard:
    """The card of a deadline that today's packs no longer know: a person must look, the kept days stand until then."""
    t, safe = reader.t, sheet.row.safe_on or now.astimezone(reader.zone).date()
    today = now.astimezone(reader.zone).date()
    left = (safe - today).days
    return ClockCard(
        sheet=sheet,
        name=sheet.row.rule,
        word=t.text(N_("at the safest")),
        big=said_short_day(safe, t),
        under=f"{said_weekday(safe, t)}, {safe.year}",
        left=_left(left, left < 0, t),
        told=t.error(sheet.error) if sheet.error else "",
        at=datetime.combine(safe, datetime.min.time(), reader.zone),
        tone="red",
        is_over=left < 0,
        has_moved=True,
    )


def _left(days: int, over: bool, t: Translator) -> str:
    if over:
        return t.text(N_("passed"))
    if days < 0:
        return t.text(N_("the safe day has passed"))
    if days > _LONG_DAYS:
        return said_length(Length(round(days / 365.25), Unit.YEAR), t)
    return t.text(N_("today")) if days == 0 else said_length(Length(days, Unit.DAY), t)


def _told(rule: Rule, term: Term, t: Translator) -> str:
    length = said_length(rule.length, t)
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
    found = [rule.article, *ClockWords(load_packs(), t).doubts(rule, doubts_of(rule, today))]
    if not rule.statutory:
        found.append(t.text(N_("No text sets this delay: it is our habit of following up.")))
    return tuple(part for part in found if part)
