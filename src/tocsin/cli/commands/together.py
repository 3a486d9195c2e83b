"""`tocsin together`: accounts that act on the same things within seconds, with the odds against chance."""

from __future__ import annotations

import argparse
import math
import sys
from typing import TYPE_CHECKING

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator

if TYPE_CHECKING:
    from tocsin.flows.together import LineRing

_SHOWN = 5


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--chance",
        type=float,
        default=0.001,
        metavar="P",
        help=t.text(N_("tell the rings that chance brings about with at most this probability; 0.001 unless said")),
    )
    parser.add_argument(
        "file",
        nargs="?",
        default="-",
        help=t.text(N_("JSON lines of account, object and at; - is standard input")),
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the rings, least likely first; bad lines go to standard error with their number, and the rest is done."""
    from tocsin.cli.commands.files import open_input, say_bad_line
    from tocsin.flows.lines import BadLine
    from tocsin.flows.together import together_lines

    if not 0.0 < args.chance <= 1.0:
        raise InputError("--chance {value} is not a probability; write one such as 0.001.", value=args.chance)
    t, bad, rings = context.t, 0, []
    with open_input(args.file, sys.stdin.buffer) as lines:
        for found in together_lines(lines, args.chance):
            if isinstance(found, BadLine):
                bad += 1
                say_bad_line(context, found)
            else:
                rings.append(_row(found, t, short=not context.out.as_json))
    context.out.rows(rings, _columns(t), t.text(N_("No accounts act together beyond what chance brings about.")))
    if rings:
        context.out.say(t.text(N_("The odds prove no intent; a person has to look.")))
    return 1 if bad else 0


def _columns(t: Translator) -> list[Column]:
    return [
        Column("members", t.text(N_("Accounts")), number=True),
        Column("accounts", t.text(N_("Among them"))),
        Column("things", t.text(N_("Objects")), number=True),
        Column("events", t.text(N_("Posts")), number=True),
        Column("start", t.text(N_("From"))),
        Column("end", t.text(N_("To"))),
        Column("median_gap_s", t.text(N_("Seconds apart")), number=True),
        Column("chance", t.text(N_("By chance alone"))),
    ]


def _row(ring: LineRing, t: Translator, *, short: bool) -> dict[str, object]:
    chance = say_chance(ring.odds, t)
    accounts = list(ring.accounts)
    row: dict[str, object] = {
        "accounts": accounts,
        "objects": list(ring.objects),
        "events": ring.events,
        "moments": ring.moments,
        "start": ring.start,
        "end": ring.end,
        "median_gap_s": ring.median_gap_s,
        "odds": ring.odds,
        "odds_words": t.plural(
            "These {accounts} accounts published the same thing together {n} time, {gap:.0f} seconds apart in the"
            " middle; the odds of that among people who know nothing of each other: {chance}. A person has to look.",
            "These {accounts} accounts published the same things together {n} times, {gap:.0f} seconds apart in the"
            " middle; the odds of that among people who know nothing of each other: {chance}. A person has to look.",
            ring.moments,
            accounts=len(accounts),
            gap=ring.median_gap_s,
            chance=chance,
        ),
    }
    if ring.new is not None:
        row["new"] = ring.new
    if short:
        more = [f"+{len(accounts) - _SHOWN}"] if len(accounts) > _SHOWN else []
        row |= {
            "members": len(accounts),
            "accounts": accounts[:_SHOWN] + more,
            "things": len(ring.objects),
            "chance": chance,
        }
    return row


def say_chance(p: float, t: Translator) -> str:
    """Return a small chance as people say it, two figures of it at most: one in 40,000."""
    if p >= 0.5:
        return t.text(N_("nothing unusual"))
    if p <= 1e-9:
        return t.text(N_("less than one in a thousand million"))
    one_in = 1.0 / p
    step = 10 ** max(0, math.floor(math.log10(one_in)) - 1)
    return t.text(N_("one in {number:,}"), number=round(one_in / step) * step)
