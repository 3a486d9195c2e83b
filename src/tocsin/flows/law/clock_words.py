"""What the law room says of clocks, in the reader's language: reasons, doubts, alarms, days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tocsin.flows.i18n import N_, Translator
from tocsin.legal.alarms import Alarm, AlarmKind
from tocsin.legal.packs import Doubt, Law, Named
from tocsin.legal.values import Clock, ClockReason, Extension, Length, Remark, Rule, State, Unit, Words

_REMARKS: dict[Remark, str] = {
    Remark.STARTED: N_("Runs from {event}, {day}."),
    Remark.STARTED_BY_FALLBACK: N_("Runs from {event}, {day}, to be safe: {wanted} is not told."),
    Remark.STARTED_EARLIEST: N_("Runs from {event}, {day}, to be safe; {other}, {other_day}, gives a later reading."),
    Remark.NOT_A_START: N_("{event}, {day}: does not start this clock."),
    Remark.RESTARTED: N_("{act}, {day}: a new term runs from it; {why}."),
    Remark.REPUBLISHED: N_("{republication}, {day}: a new term runs from it; {why}."),
    Remark.NOT_REPUBLISHED: N_("{republication}, {day}: the term does not start again; {why}."),
    Remark.TOO_EARLY: N_("{what}, {day}: not counted, the term had not begun."),
    Remark.TOO_LATE: N_("{act}, {day}: not counted, the term had ended on {last}; what comes late revives nothing."),
    Remark.DEFECT: N_("{act}, {day}: not counted, it is “{flag}”; {why}."),
    Remark.NOT_MET: N_("{act}, {day}: not counted, “{flag}” is not met; {why}."),
    Remark.UNKNOWN_FLAG: N_("{act}, {day}: not counted, because “{flag}” is said not to hold and is not known here."),
    Remark.UNWEIGHED_FLAG: N_("{act}: “{flag}” is not known here and was not weighed."),
    Remark.ACTION_VOID: N_("{act}, {day}: not counted, the action it belongs to does not count."),
    Remark.TAKEN_AS_MET: N_("{act}: make sure of “{flag}”, which is not told and was taken as met."),
    Remark.NO_EFFECT: N_("{act}, {day}: changes nothing; {why}."),
    Remark.DEBATED: N_("{act}, {day}: not counted, to be safe; {why}."),
    Remark.SUSPENDED: N_("{act}, {day} to {until}: the term stood still; {why}."),
    Remark.SUSPENSION_OPEN: N_("{act}, {day}: not counted while its end is not told; {why}."),
    Remark.CAPPED: N_("The outer limit ends the term on {day} ({article})."),
    Remark.CAP_UNCHECKED: N_("The outer limit ({article}) could not be checked: tell {event}."),
    Remark.DISTANCE: N_("One month more overseas, two abroad (CPC, art. 643)."),
    Remark.NOT_EXTENDED: N_("{day} is no working day, and no text moves the end: act before."),
    Remark.EXTENDED: N_("The last day is no working day: the term ends on {day} ({text})."),
    Remark.EXTENDED_LOCALLY: N_(
        "The last day is a local holiday: the term may end on {day} ({text}); not verified, do not count on it."
    ),
    Remark.NO_WORKING_DAY: N_("No working day lies within the term: the safe day, {day}, is before its start."),
    Remark.LATER_LENGTH: N_("The text lets the term be lengthened, to {day} at the latest."),
    Remark.NOTICE_BY: N_("The prior notice must be served on {day} at the latest."),
    Remark.NOT_STATUTORY: N_("No text sets this term: it is a customary follow-up."),
}
_DOUBTS: dict[Doubt, str] = {
    Doubt.STALE: N_("Its sources were last read more than a year ago, on {day}: read them again."),
    Doubt.NOT_SURE: N_("Low confidence: have it checked."),
    Doubt.UNVERIFIED: N_("Part of this rule could not be verified: have it checked."),
}
_STATES: dict[State, str] = {
    State.RUNNING: N_("running"),
    State.EXTENSION: N_("past on the strict reading"),
    State.EXPIRED: N_("expired"),
}
_TEXTS: dict[str, str] = {
    Extension.FR_CPC_642: "CPC, art. 642",
    Extension.FR_CPP_801: "CPP, art. 801",
    Extension.EU_1182_71: "1182/71, art. 3",
}
_NO_TEXT = N_("the pack names no effect of it here")


class ClockWords:
    """Says clocks in the language of a translator, with the names that the packs hold."""

    def __init__(self, law: Law, t: Translator) -> None:
        self._law = law
        self._t = t

    def name(self, rule: Rule) -> str:
        """Return the name of a rule."""
        return rule.name.say(self._t.language)

    def notes(self, rule: Rule) -> str:
        """Return the notes of a rule, "" where there are none."""
        return rule.notes.say(self._t.language) if rule.notes else ""

    def event(self, name: str) -> str:
        """Return what an event is called."""
        return self._named(self._law.words.events, name)

    def day(self, day: date) -> str:
        """Return a day as it is written in this language.

        >>> from tocsin.flows.i18n import translator
        >>> from tocsin.legal.packs import load_packs
        >>> ClockWords(load_packs(), translator("en")).day(date(2026, 4, 15))
        '2026-04-15'
        """
        return f"{day:%d/%m/%Y}" if self._t.language == "fr" else day.isoformat()

    def instant(self, at: datetime, zone: str) -> str:
        """Return an instant on the clocks of `zone`."""
        local = at.astimezone(ZoneInfo(zone))
        return f"{self.day(local.date())} {local:%H:%M}"

    def length(self, length: Length) -> str:
        """Return a length of time in words.

        >>> from tocsin.flows.i18n import translator
        >>> from tocsin.legal.packs import load_packs
        >>> ClockWords(load_packs(), translator("en")).length(Length(3, Unit.MONTH))
        '3 months'
        """
        said = {
            Unit.HOUR: self._t.plural("{n} hour", "{n} hours", length.count),
            Unit.DAY: self._t.plural("{n} day", "{n} days", length.count),
            Unit.WORKING_DAY: self._t.plural("{n} working day", "{n} working days", length.count),
            Unit.MONTH: self._t.plural("{n} month", "{n} months", length.count),
            Unit.YEAR: self._t.plural("{n} year", "{n} years", length.count),
        }
        return said[length.unit]

    def state(self, state: State) -> str:
        """Return where a clock stands."""
        return self._t.text(_STATES[state])

    def reasons(self, clock: Clock) -> Iterator[str]:
        """Yield why the term is what it is, one sentence at a time."""
        for reason in clock.reasons:
            yield self._t.text(_REMARKS[reason.code], **self._params(reason))

    def doubts(self, rule: Rule, doubts: tuple[Doubt, ...]) -> Iterator[str]:
        """Yield why a rule bears a mark."""
        for doubt in doubts:
            yield self._t.text(_DOUBTS[doubt], day=self.day(rule.last_checked))

    def alarm(self, alarm: Alarm) -> str:
        """Return why an alarm rings."""
        if alarm.at is not None:
            return self._t.plural("{n} hour left", "{n} hours left", alarm.left)
        if alarm.kind is AlarmKind.DRAFT:
            return self._t.text(N_("last day for the draft to reach the lawyer"))
        if alarm.kind is AlarmKind.RULE:
            return self._t.text(N_("day named by the rule"))
        if alarm.kind is AlarmKind.HALF:
            return self._t.plural("half of the term; {n} day left", "half of the term; {n} days left", alarm.left)
        return self._t.plural("{n} day left", "{n} days left", alarm.left)

    def _params(self, reason: ClockReason) -> dict[str, object]:
        words = self._law.words
        tables: dict[str, Mapping[str, Named]] = {
            "event": words.events,
            "wanted": words.events,
            "other": words.events,
            "act": words.acts,
            "republication": words.republications,
            "flag": {**words.flags.good, **words.flags.bad},
        }
        said: dict[str, object] = {"why": self._t.text(_NO_TEXT)}
        for key, value in reason.params.items():
            if isinstance(value, Words):
                said[key] = value.say(self._t.language)
            elif isinstance(value, date):
                said[key] = self.day(value)
            elif key in tables:
                said[key] = self._named(tables[key], str(value))
            else:
                said[key] = _TEXTS.get(str(value), value)
        said["what"] = said.get("act", said.get("republication", ""))
        return said

    def _named(self, table: Mapping[str, Named], code: str) -> str:
        return table[code].name.say(self._t.language) if code in table else code
