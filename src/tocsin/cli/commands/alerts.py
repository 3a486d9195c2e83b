"""`tocsin alerts`: list them, acknowledge, snooze, call them false; who is told of them, and whether that works."""

from __future__ import annotations

import argparse
import getpass
from datetime import timedelta

from tocsin.base.alert import AlertState
from tocsin.base.errors import InputError
from tocsin.base.routing import Level
from tocsin.cli.commands.listing import add_scope, brand_slug
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.alerting.channels import try_channel
from tocsin.flows.alerting.preview import planned, sight_of
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.moments import Reader
from tocsin.flows.vocabulary import word, words

_ACTIONS = {
    "ack": AlertState.ACKNOWLEDGED,
    "snooze": AlertState.SNOOZED,
    "false": AlertState.FALSE,
    "close": AlertState.CLOSED,
    "reopen": AlertState.OPEN,
}


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    add_scope(parser, t, limit=50)
    actions = ("list", *_ACTIONS, "routes", "test")
    parser.add_argument("action", nargs="?", choices=actions, default="list", help=t.text(N_("what to do")))
    parser.add_argument("id", nargs="?", help=t.text(N_("id of the alert; with test, number of the channel")))
    parser.add_argument("--hours", type=float, default=4.0, help=t.text(N_("how long to snooze")))
    parser.add_argument("--note", default="", help=t.text(N_("why, for those who read it later")))


def run(args: argparse.Namespace, context: Context) -> int:
    """List the alerts, change the state of one, or show who is told."""
    if args.action == "routes":
        return _routes(args, context)
    if args.action == "test":
        return _test(args, context)
    return _list(args, context) if args.action == "list" else _change(args, context)


def _list(args: argparse.Namespace, context: Context) -> int:
    t, store = context.t, context.engine().store
    alerts = store.alerts(brand=brand_slug(args, context), timeline=args.timeline, limit=args.limit)
    rows = [
        {
            "id": alert.id,
            "at": alert.at,
            "brand": alert.brand,
            "timeline": alert.timeline,
            "cause": alert.cause.value,
            "level": alert.level,
            "state": alert.state.value,
            "title": alert.title,
            "story": alert.story,
            "subject": alert.subject,
            "reasons": [t.reason(reason) for reason in alert.reasons],
            "by": alert.by,
            "note": alert.note,
        }
        for alert in alerts
    ]
    columns = [
        Column("id", t.text(N_("Alert"))),
        Column("at", t.text(N_("When"))),
        Column("brand", t.text(N_("Brand"))),
        Column("level", t.text(N_("Level")), words=words(t)),
        Column("state", t.text(N_("State")), words=words(t)),
        Column("title", t.text(N_("Story"))),
        Column("reasons", t.text(N_("Why"))),
    ]
    context.out.rows(rows, columns, t.text(N_("No alert. All quiet.")))
    return 0


def _change(args: argparse.Namespace, context: Context) -> int:
    if not args.id:
        raise InputError("No alert was named; write `tocsin alerts {action} ID`.", action=args.action)
    if args.hours <= 0:
        raise InputError("--hours {hours} is not a length of time; write a number above 0.", hours=args.hours)
    now = context.now()
    until = now + timedelta(hours=args.hours) if args.action == "snooze" else None
    state = _ACTIONS[args.action]
    alert = context.engine().store.set_alert_state(
        args.id, state, by=getpass.getuser(), at=now, until=until, note=args.note
    )
    context.out.say(
        context.t.text(N_("Alert {id} is now: {state}."), id=alert.id, state=word(alert.state.value, context.t))
    )
    return 0


def _routes(args: argparse.Namespace, context: Context) -> int:
    """Show who is told of each level, a line a person and round, if it rang now."""
    engine, t, now = context.engine(), context.t, context.now()
    chosen = brand_slug(args, context)
    rows = []
    for brand in engine.store.brands():
        if chosen in (None, brand.slug):
            sight = sight_of(engine, brand)
            reader = Reader(t, sight.zone)
            for level in Level:
                rows += [
                    {"brand": brand.slug, "level": level.value, **told} for told in planned(sight, level, now, reader)
                ]
    columns = [
        Column("brand", t.text(N_("Brand"))),
        Column("level", t.text(N_("Level")), words=words(t)),
        Column("after_min", t.text(N_("After (min)"))),
        Column("who", t.text(N_("Who"))),
        Column("by", t.text(N_("By"))),
        Column("at", t.text(N_("At the earliest"))),
    ]
    context.out.rows(rows, columns, t.text(N_("Nobody is told of anything.")))
    for row in engine.store.alerting.channels():
        person = engine.store.people.person(row.person)
        name = (person.name or person.email) if person else ""
        said = t.text(
            N_("Channel {id}: {name} of {who} ({scheme})"), id=row.id, name=row.label, who=name, scheme=row.scheme
        )
        context.out.say(said)
    return 0


def _test(args: argparse.Namespace, context: Context) -> int:
    """Send a message by a channel that says only that messages arrive."""
    if not (args.id or "").isdigit():
        raise InputError(
            "No channel was named; write `tocsin alerts test NUMBER`, as `tocsin alerts routes` lists them."
        )
    engine = context.engine()
    row = engine.store.alerting.channel(int(args.id))
    try_channel(engine, row, context.now())
    context.out.say(context.t.text(N_("The message has left by {name}. Look whether it arrived."), name=row.label))
    return 0
