"""`tocsin law`: the law packs, their grounds and how far to trust them, one ground whole, the ladder of proof."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator

if TYPE_CHECKING:
    from tocsin.legal.grounds import Ground
    from tocsin.legal.ladder import Level

LADDER = "ladder"
_TRUSTS = {
    "current": N_("read, in date"),
    "partly": N_("part of it not verified"),
    "unverified": N_("not verified"),
    "stale": N_("to be read again"),
}


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "name",
        nargs="?",
        metavar="PACK|GROUND|ladder",
        help=t.text(N_("fr, eu, uk, qc, the id of a ground, or ladder")),
    )
    parser.add_argument("--on", metavar="DAY", help=t.text(N_("judge staleness on that day instead of today")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the packs, the grounds of one, one ground, or the ladder. Raises NotFoundError for another name."""
    from tocsin.legal.grounds import PACKS, load_grounds

    today, grounds, t = _day(args.on, context), load_grounds(), context.t
    if args.name == LADDER:
        return _ladder(context)
    if args.name is None:
        rows = [_pack_row(pack.id, today, context) for pack in grounds.packs]
        context.out.rows(rows, _pack_columns(t), "")
    elif args.name in PACKS:
        rows = [_ground_row(ground, today, context) for ground in grounds.pack(args.name).grounds]
        context.out.rows(rows, _ground_columns(t), "")
    else:
        _whole(grounds.ground(args.name), today, context)
    context.out.say(t.text(N_("Data that help counsel; no advice. A practitioner re-reads them before anybody acts.")))
    return 0


def _day(given: str | None, context: Context) -> date:
    if given is None:
        return context.now().astimezone().date()
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InputError("--on {day} is not a day; write it as 2026-11-22.", day=given) from None


def _pack_row(name: str, today: date, context: Context) -> dict[str, Any]:
    from tocsin.legal.grounds import Trust, load_grounds, standing

    pack = load_grounds().pack(name)
    trusts = [standing(ground, today).trust for ground in pack.grounds]
    return {
        "pack": pack.id,
        "title": pack.title.say(context.t.language),
        "grounds": len(pack.grounds),
        "not_verified": sum(trust in (Trust.PARTLY, Trust.UNVERIFIED) for trust in trusts),
        "stale": trusts.count(Trust.STALE),
        "last_checked": pack.last_checked.isoformat(),
        "check_before": pack.check_before.isoformat(),
    }


def _ground_row(ground: Ground, today: date, context: Context) -> dict[str, Any]:
    from tocsin.legal.grounds import standing

    language, stands = context.t.language, standing(ground, today)
    return {
        "ground": ground.id,
        "name": ground.name.say(language),
        "article": ground.article.say(language),
        "confidence": ground.confidence.value,
        "standing": stands.trust.value,
        "clocks": list(ground.clocks),
        "last_checked": stands.last_checked.isoformat(),
        "check_before": stands.check_before.isoformat(),
    }


def _whole(ground: Ground, today: date, context: Context) -> None:
    row = _whole_row(ground, today, context)
    if context.out.as_json:
        context.out.line(msgspec.json.encode(row))
        return
    t, text = context.t, context.out.text
    text(f"{row['name']} · {row['article']}")
    text(f"  {ground.id} · {t.text(_TRUSTS[row['standing']])} · {row['last_checked']}")
    text(f"  {row['who']}")
    for note in (row["not_verified"], row["no_clock"]):
        if note:
            text(f"  ! {note}")
    for heading, lines in (
        (N_("Elements"), [(f"[ ] {one['ask']}", one["shows"], one["hint"]) for one in row["elements"]]),
        (N_("What may exclude it"), [(one["name"], one["says"]) for one in row["exclusions"]]),
        (N_("Traps"), [(says,) for says in row["traps"]]),
        (N_("Clocks"), [(clock,) for clock in row["clocks"]]),
        (N_("What usually follows"), [(one["name"],) for one in row["remedies"]]),
        (N_("Sources"), [(source,) for source in row["sources"]]),
    ):
        if lines:
            text(t.text(heading))
        for first, *more in lines:
            text(f"  {first}")
            for line in filter(None, more):
                text(f"      {line}")


def _whole_row(ground: Ground, today: date, context: Context) -> dict[str, Any]:
    language = context.t.language
    return {
        **_ground_row(ground, today, context),
        "who": ground.who.say(language),
        "not_verified": ground.unverified.say(language) if ground.unverified else None,
        "no_clock": ground.no_clock.say(language) if ground.no_clock else None,
        "elements": [
            {
                "element": one.id,
                "ask": one.ask.say(language),
                "shows": one.shows.say(language),
                "hint": one.hint.say(language) if one.hint else None,
            }
            for one in ground.elements
        ],
        "exclusions": [
            {"exclusion": one.id, "name": one.name.say(language), "says": one.says.say(language)}
            for one in ground.exclusions
        ],
        "traps": [trap.says.say(language) for trap in ground.traps],
        "remedies": [{"remedy": one.id, "by": one.by.value, "name": one.name.say(language)} for one in ground.remedies],
        "sources": [source.title for source in ground.sources],
    }


def _ladder(context: Context) -> int:
    from tocsin.legal.ladder import load_ladder

    ladder, t = load_ladder(), context.t
    for level in ladder.levels:
        _say_level(level, context)
    if not context.out.as_json:
        context.out.text(t.text(N_("Beside the ladder, for some rights alone")))
    for agent in ladder.agents:
        proves = [line.say(t.language) for line in agent.proves]
        if context.out.as_json:
            row = {"agent": agent.id, "name": agent.name.say(t.language), "rights": agent.rights, "proves": proves}
            context.out.line(msgspec.json.encode(row))
            continue
        context.out.text(f"  {agent.name.say(t.language)}")
        for line in (*proves, *(line.say(t.language) for line in agent.not_proves), agent.note.say(t.language)):
            context.out.text(f"    {line}")
    return 0


def _say_level(level: Level, context: Context) -> None:
    language = context.t.language
    proves = [line.say(language) for line in level.proves]
    not_proves = [line.say(language) for line in level.not_proves]
    if context.out.as_json:
        row = {
            "level": level.number,
            "name": level.name.say(language),
            "proves": proves,
            "does_not_prove": not_proves,
            "use": level.use.say(language),
        }
        context.out.line(msgspec.json.encode(row))
        return
    context.out.text(f"{level.number} {level.name.say(language)} · {level.use.say(language)}")
    for sign, lines in (("+", proves), ("−", not_proves)):
        for line in lines:
            context.out.text(f"    {sign} {line}")


def _pack_columns(t: Translator) -> list[Column]:
    return [
        Column("pack", t.text(N_("Pack"))),
        Column("title", t.text(N_("Law of"))),
        Column("grounds", t.text(N_("Grounds")), number=True),
        Column("not_verified", t.text(N_("Not wholly verified")), number=True),
        Column("stale", t.text(N_("To be read again")), number=True),
        Column("last_checked", t.text(N_("Read on"))),
        Column("check_before", t.text(N_("Good until"))),
    ]


def _ground_columns(t: Translator) -> list[Column]:
    return [
        Column("ground", t.text(N_("Legal ground"))),
        Column("name", t.text(N_("Name"))),
        Column("article", t.text(N_("Text"))),
        Column("standing", t.text(N_("Standing")), words={code: t.text(said) for code, said in _TRUSTS.items()}),
        Column("clocks", t.text(N_("Clocks"))),
    ]
