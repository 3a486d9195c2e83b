"""What a rule of time is, what happened, and the term that follows: plain values of the law room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec


class RuleKind(StrEnum):
    """How a term is counted (the six types of the packs)."""

    PRESS = "press"  # date to date, the whole last day, never extended (law of 29 July 1881, art. 65)
    CIVIL = "civil"  # prescription by whole days, never extended (Code civil, art. 2228, 2229)
    PROCEDURE = "procedure"  # to the next working day (CPC art. 640 to 643; CPP art. 801)
    PENAL = "penal"  # same number, n years, treated as not extended
    EU = "eu"  # Regulation 1182/71, art. 3(4) and 3(5)
    HOURS = "hours"  # continuous hours, through nights, weekends and changes of the clock


class Unit(StrEnum):
    """In what a length is expressed."""

    HOUR = "hour"
    DAY = "day"
    WORKING_DAY = "working_day"  # whole working days must pass; the term ends with the last of them
    MONTH = "month"
    YEAR = "year"


class Extension(StrEnum):
    """The text that moves a last day on which nobody works, if any."""

    NONE = "none"
    FR_CPC_642 = "fr_cpc_642"
    FR_CPP_801 = "fr_cpp_801"
    EU_1182_71 = "eu_1182_71_art3_4"


class Several(StrEnum):
    """What starts the clock where several starting events are given."""

    FIRST_NAMED = "first_named"  # the first in the rule's list that is given
    EARLIEST = "earliest"  # the earliest of those given; the latest is told as a later reading


class Confidence(StrEnum):
    """How sure a rule is, as its sources were read."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Effect(StrEnum):
    """What an act does to a running term."""

    INTERRUPTS = "interrupts"  # a new term of the same length runs from it
    SUSPENDS = "suspends"  # the term stands still until it ends (Code civil, art. 2238)
    DEBATED = "debated"  # no settled authority: it does not count, the later reading is told
    NOTHING = "nothing"


class Residence(StrEnum):
    """Where the party lives, for the longer terms of CPC art. 643."""

    SAME = "same"
    OVERSEAS = "overseas"  # one month more
    ABROAD = "abroad"  # two months more


class Words(msgspec.Struct, frozen=True):
    """A text of a pack in both languages."""

    fr: str
    en: str

    def say(self, language: str) -> str:
        """Return the text in French for `fr`, in English for any other language."""
        return self.fr if language == "fr" else self.en


class Length(msgspec.Struct, frozen=True):
    """A length of time: a count > 0 and its unit."""

    count: int
    unit: Unit


class ActRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one kind of act does to a rule's term.

    needs: flags to make sure of, told when a case does not say them. opens: it starts an action. follows: it is worth
    nothing when the action it belongs to is. lifts_cap: the outer limit no longer applies after it.
    """

    kind: str
    effect: Effect
    needs: tuple[str, ...] = ()
    opens: bool = False
    follows: bool = False
    lifts_cap: bool = False
    why: Words


class RepublicationRule(msgspec.Struct, frozen=True, kw_only=True):
    """Whether putting the words online again starts a new term."""

    kind: str
    restarts: bool
    why: Words


class Cap(msgspec.Struct, frozen=True, kw_only=True):
    """An outer limit: `length` from the first of `starts` that is given, whatever suspends or delays."""

    starts: tuple[str, ...]
    length: Length
    article: str


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of time, as data of a pack.

    starts: events that start it; fallback: those taken, with a remark, when none of `starts` is given.
    later: a length that may be added (a later reading, never the day shown). alarm_day: day of the term, 1-based, on
    which to ring besides the usual alarms. beside: rules shown with it. notice_working_days: whole working days of
    notice before the act. statutory: False for a follow-up of the house. check_before: CI fails after that day.
    """

    id: str
    country: str
    name: Words
    article: str
    kind: RuleKind
    starts: tuple[str, ...]
    length: Length
    ends: str
    last_checked: date
    check_before: date
    confidence: Confidence
    sources: tuple[str, ...]
    zone: str
    place: str
    aliases: tuple[str, ...] = ()
    fallback: tuple[str, ...] = ()
    several: Several = Several.FIRST_NAMED
    extension: Extension = Extension.NONE
    distance: bool = False
    later: Length | None = None
    cap: Cap | None = None
    acts: tuple[ActRule, ...] = ()
    republications: tuple[RepublicationRule, ...] = ()
    restart: bool = True
    alarm_day: int | None = None
    notice_working_days: int = 0
    beside: tuple[str, ...] = ()
    statutory: bool = True
    verified: bool = True
    valid_from: date | None = None
    notes: Words | None = None


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Something done while a clock ran. until: the end of what lasts (a mediation). flags: as given."""

    kind: str
    day: date
    until: date | None = None
    flags: Mapping[str, bool] = {}


class Republication(msgspec.Struct, frozen=True):
    """The words put online again, or said to be."""

    kind: str
    day: date


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What happened: the events with their days (an instant for terms in hours), the acts, the new publications.

    place: whose holidays count ("" for the rule's own), such as FR, FR-67, FR-974, GB-ENG, CA-QC. good_friday: a
    commune of Alsace-Moselle where it is a holiday.
    """

    id: str
    ground: str
    events: Mapping[str, date | datetime]
    acts: tuple[Act, ...] = ()
    republications: tuple[Republication, ...] = ()
    place: str = ""
    good_friday: bool = False
    residence: Residence = Residence.SAME


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """The running term: safe_day <= last_useful_day <= extended_day, where there is one.

    last_useful_day: last day, to its end, on the strict reading. safe_day: last working day on or before it.
    extended_day: where a text moves the end; None otherwise. later_reading: a later day that another reading gives.
    last_useful_instant, latest_reading: of terms in hours, with the offset of the instant that started them.
    """

    start: date
    last_useful_day: date
    safe_day: date
    extended_day: date | None = None
    later_reading: date | None = None
    last_useful_instant: datetime | None = None
    latest_reading: datetime | None = None


class State(StrEnum):
    """Where a clock stands on a given day."""

    RUNNING = "running"
    EXTENSION = "extension"  # past the strict day, within the extended one
    EXPIRED = "expired"


class Remark(StrEnum):
    """Why a term is what it is; its words stand in `flows/law/clock_words.py`."""

    STARTED = "started"
    STARTED_BY_FALLBACK = "started_by_fallback"
    STARTED_EARLIEST = "started_earliest"
    NOT_A_START = "not_a_start"
    RESTARTED = "restarted"
    REPUBLISHED = "republished"
    NOT_REPUBLISHED = "not_republished"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    DEFECT = "defect"
    NOT_MET = "not_met"
    UNKNOWN_FLAG = "unknown_flag"
    UNWEIGHED_FLAG = "unweighed_flag"
    ACTION_VOID = "action_void"
    TAKEN_AS_MET = "taken_as_met"
    NO_EFFECT = "no_effect"
    DEBATED = "debated"
    SUSPENDED = "suspended"
    SUSPENSION_OPEN = "suspension_open"
    CAPPED = "capped"
    CAP_UNCHECKED = "cap_unchecked"
    DISTANCE = "distance"
    NOT_EXTENDED = "not_extended"
    EXTENDED = "extended"
    EXTENDED_LOCALLY = "extended_locally"
    NO_WORKING_DAY = "no_working_day"
    LATER_LENGTH = "later_length"
    NOTICE_BY = "notice_by"
    NOT_STATUTORY = "not_statutory"


class ClockReason(msgspec.Struct, frozen=True):
    """One reason: its code, and what it is about: kinds of acts and events as codes, days, texts of the pack."""

    code: Remark
    params: Mapping[str, str | int | date | Words] = {}


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A rule run on a case: its term, why, the clocks shown beside it, and the day by which a notice must be served."""

    rule: Rule
    case_id: str
    term: Term
    reasons: tuple[ClockReason, ...]
    beside: tuple[Clock, ...] = ()
    notice_by: date | None = None
    place: str = ""
    good_friday: bool = False

    def state(self, now: date | datetime) -> State:
        """Return where the clock stands: on a day of the rule's own zone, or at an aware instant, which hours need."""
        term = self.term
        if isinstance(now, datetime):
            if term.last_useful_instant is not None and term.latest_reading is not None:
                return _state(now, term.last_useful_instant, term.latest_reading)
            now = now.astimezone(ZoneInfo(self.rule.zone)).date()
        return _state(now, term.last_useful_day, term.extended_day or term.last_useful_day)


def _state(now: date, last: date, extended: date) -> State:
    """Compare days with days, or instants with instants."""
    if now <= last:
        return State.RUNNING
    return State.EXTENSION if now <= extended else State.EXPIRED
