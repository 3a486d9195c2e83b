"""`tocsin deadline`: the last useful, safe and extended day of a ground, or of a file of cases, and why."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator

if TYPE_CHECKING:
    from tocsin.flows.law.clock_words import ClockWords
    from tocsin.legal.packs import Law
    from tocsin.legal.values import Case, Clock


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("ground", nargs="?", metavar="GROUND", help=t.text(N_("id of a rule; --list shows them")))
    parser.add_argument("--cases", metavar="FILE", help=t.text(N_("JSON file of cases; - is standard input")))
    parser.add_argument("--list", action="store_true", help=t.text(N_("list the rules")))
    more: dict[str, Any] = {"action": "append", "default": []}
    parser.add_argument(
        "--event", metavar="NAME=DAY", help=t.text(N_("what starts the clock, such as first_online=2026-01-15")), **more
    )
    parser.add_argument(
        "--act",
        metavar="KIND=DAY[,FLAG=yes]",
        help=t.text(N_("what was done, such as assignation_served=2026-03-10,art53_complete=yes")),
        **more,
    )
    parser.add_argument(
        "--again",
        metavar="KIND=DAY",
        help=t.text(N_("words put online again, such as hyperlink_by_same_author=2026-03-01")),
        **more,
    )
    parser.add_argument("--place", default="", help=t.text(N_("whose holidays count, such as FR-67 or FR-974")))
    parser.add_argument(
        "--good-friday", action="store_true", help=t.text(N_("a commune of Alsace-Moselle where it is a holiday"))
    )
    parser.add_argument(
        "--residence",
        choices=("same", "overseas", "abroad"),
        default="same",
        help=t.text(N_("where the party lives, for appeals")),
    )
    parser.add_argument("--anonymous", action="store_true", help=t.text(N_("the author is unknown: tell both tracks")))
    parser.add_argument("--why", action="store_true", help=t.text(N_("with --cases: say the reasons too")))
    parser.add_argument("--ics", type=Path, metavar="FILE", help=t.text(N_("write the days to a calendar file too")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the deadlines asked for; return 1 if a case could not be read."""
    from tocsin.legal.packs import load_packs

    law = load_packs()
    if sum((args.list, args.cases is not None, args.ground is not None)) != 1:
        raise InputError("Name one ground, or --cases FILE, or --list.")
    if args.list:
        return _list(law, context)
    return _cases(args, law, context) if args.cases is not None else _ground(args, law, context)


def _cases(args: argparse.Namespace, law: Law, context: Context) -> int:
    from tocsin.cli.commands.files import open_input
    from tocsin.flows.law.clock_words import ClockWords
    from tocsin.flows.law.deadline import deadlines, row_of, told_row

    if args.event or args.act or args.again:
        raise InputError("--event, --act and --again go with a ground; a file of cases holds its own.")
    with open_input(args.cases, sys.stdin.buffer) as lines:
        content = b"".join(lines)
    words = ClockWords(law, context.t)
    rows, clocks, bad = [], [], 0
    for outcome in deadlines(content, law):
        if outcome.clock is not None:
            clocks.append(outcome.clock)
            rows.append(told_row(outcome.clock, words, context.now()) if args.why else row_of(outcome.clock))
        elif outcome.error is not None:
            bad += 1
            said = context.t.error(outcome.error)
            rows.append({"id": outcome.id, "error": said})
            context.out.say(context.t.text(N_("Case {id}: {error}"), id=outcome.id, error=said))
    if context.out.as_json:
        context.out.line(msgspec.json.format(msgspec.json.encode(rows), indent=1))
    else:
        context.out.rows(rows, _columns(context.t), context.t.text(N_("No case.")))
    _write_calendar(args.ics, clocks, law, context)
    return 1 if bad else 0


def _ground(args: argparse.Namespace, law: Law, context: Context) -> int:
    from tocsin.flows.law.clock_words import ClockWords
    from tocsin.flows.law.deadline import told_row
    from tocsin.legal.cases import read_case
    from tocsin.legal.clock import run as run_clock

    raw = {
        "ground": args.ground,
        "event": dict(_pair(one) for one in args.event) | {"republications": [_dated(one) for one in args.again]},
        "acts": [_dated(one) for one in args.act],
        "place": args.place,
        "good_friday": args.good_friday,
        "residence": args.residence,
    }
    # Two affairs of one ground are two cases: neither must write over the other in an agenda.
    case = read_case(raw, law, " ".join([args.ground, *sorted(args.event)]))
    clock = run_clock(law, case)
    words = ClockWords(law, context.t)
    if context.out.as_json:
        context.out.line(msgspec.json.encode(told_row(clock, words, context.now())))
    else:
        for one in (clock, *clock.beside):
            _tell(one, words, context)
    if args.anonymous:
        _tell_parallel(law, case, words, context)
    _write_calendar(args.ics, [clock], law, context)
    return 0


def _tell_parallel(law: Law, case: Case, words: ClockWords, context: Context) -> None:
    """Print, for an author nobody knows, what must be done beside the action, on standard error where rows are JSON."""
    from tocsin.legal.clock import day_of
    from tocsin.legal.parallel import parallel

    t = context.t
    both = parallel(law, case, day_of(context.now(), law.rule(case.ground).zone))
    lines = [t.text(N_("The author is unknown: two tracks run side by side."))]
    if both.ask_in_time:
        ask = t.text(N_("Ask a judge for the identity by {day}, to have it in time."), day=words.day(both.ask_by))
    else:
        ask = t.text(N_("Too late to count on an identity: {day} was the day to ask."), day=words.day(both.ask_by))
    complaint = N_(
        "File a signed complaint as civil party against X by {day}: it alone stops the clock without a name."
    )
    lines += [ask, t.text(complaint, day=words.day(both.complaint_by))]
    for clock in both.identity:
        day = words.day(clock.term.last_useful_day)
        lines.append(t.text(N_("{name}: until {day}"), name=words.name(clock.rule), day=day))
    for line in lines:
        (context.out.say if context.out.as_json else context.out.text)(line)


def _tell(clock: Clock, words: ClockWords, context: Context) -> None:
    """Print one clock for a person: its days, then why, then what to mind and when it rings."""
    from tocsin.legal.alarms import alarms
    from tocsin.legal.clock import day_of
    from tocsin.legal.packs import doubts_of

    t, rule, term, now = context.t, clock.rule, clock.term, context.now()
    today = day_of(now, rule.zone)
    context.out.text(f"{words.name(rule)} ({rule.id})")
    if term.last_useful_instant is not None and term.latest_reading is not None:
        days = {
            t.text(N_("last useful instant")): words.instant(term.last_useful_instant, rule.zone),
            t.text(N_("latest reading")): words.instant(term.latest_reading, rule.zone),
        }
    else:
        days = {
            t.text(N_("safe day")): words.day(term.safe_day),
            t.text(N_("last useful day")): words.day(term.last_useful_day),
            t.text(N_("extended day")): words.day(term.extended_day) if term.extended_day else "–",
        }
        if term.later_reading is not None:
            days[t.text(N_("later reading"))] = words.day(term.later_reading)
    days[t.text(N_("state"))] = words.state(clock.state(now))
    days[t.text(N_("text"))] = rule.article
    wide = max(map(len, days))
    for what, value in days.items():
        context.out.text(f"  {what:{wide}}  {value}")
    for line in (*words.reasons(clock), words.notes(rule), *words.doubts(rule, doubts_of(rule, today))):
        if line:
            context.out.text(f"  - {line}")
    for alarm in alarms(clock, now):
        when = words.instant(alarm.at, rule.zone) if alarm.at else words.day(alarm.day)
        context.out.text(f"  * {when}  {words.alarm(alarm)}")
    context.out.text("")


def _list(law: Law, context: Context) -> int:
    from tocsin.flows.law.clock_words import ClockWords
    from tocsin.legal.packs import doubts_of

    t, words = context.t, ClockWords(law, context.t)
    today = context.now().date()
    rows = [
        {
            "id": rule.id,
            "name": rule.name.say(t.language),
            "length": words.length(rule.length),
            "starts": list(rule.starts),
            "confidence": rule.confidence.value,
            "doubts": [doubt.value for doubt in doubts_of(rule, today)],
            "last_checked": rule.last_checked.isoformat(),
        }
        for rule in law.rules.values()
    ]
    headings = {
        "id": t.text(N_("rule")),
        "name": t.text(N_("name")),
        "length": t.text(N_("length")),
        "confidence": t.text(N_("confidence")),
        "doubts": t.text(N_("doubts")),
    }
    context.out.rows(rows, [Column(key, heading) for key, heading in headings.items()], "")
    return 0


def _columns(t: Translator) -> Sequence[Column]:
    return (
        Column("id", t.text(N_("case"))),
        Column("safe_day", t.text(N_("safe day"))),
        Column("last_useful_day", t.text(N_("last useful day"))),
        Column("extended_day", t.text(N_("extended day"))),
        Column("later_reading", t.text(N_("later reading"))),
        Column("last_useful_instant", t.text(N_("last useful instant"))),
        Column("error", t.text(N_("error"))),
    )


def _write_calendar(path: Path | None, clocks: Iterable[Clock], law: Law, context: Context) -> None:
    from tocsin.flows.law.deadline import calendar_bytes

    if path is None:
        return
    content = calendar_bytes(list(clocks), law, context.t, context.now())
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError(
            "{file} cannot be written ({error}); check its path.", file=path, error=error.strerror
        ) from None


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise InputError("{text} is no NAME=DAY; write it like first_online=2026-01-15.", text=text)
    return name.strip(), value.strip()


def _dated(text: str) -> dict[str, str | bool]:
    """Return an act or a new publication as a case writes it: `KIND=DAY`, then flags said yes or no, or until=DAY."""
    first, *rest = text.split(",")
    kind, day = _pair(first)
    found: dict[str, str | bool] = {"kind": kind, "date": day}
    for part in rest:
        name, value = _pair(part)
        if name != "until" and value.lower() not in _SAID:
            raise InputError("{text}: a flag is said yes or no, not {value}.", text=text, value=value)
        found[name] = value if name == "until" else _SAID[value.lower()]
    return found


_SAID = {"yes": True, "true": True, "oui": True, "no": False, "false": False, "non": False}
