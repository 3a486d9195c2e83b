"""`tocsin backtest`: replay the past, or any series of counts, and say when it would have rung."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.vocabulary import words

if TYPE_CHECKING:
    from tocsin.surge.replay.series import RowVerdict


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--brand", help=t.text(N_("name or short name of the brand")))
    what.add_argument(
        "--counts",
        metavar="FILE",
        help=t.text(N_("CSV file with the columns timestamp and value, at any regular step; - is standard input")),
    )
    parser.add_argument(
        "--budget",
        type=float,
        metavar="N",
        help=t.text(N_("false alarms a month; the brand's own unless said, 1 for a file")),
    )
    parser.add_argument(
        "--watches",
        type=float,
        default=0.0,
        metavar="N",
        help=t.text(N_("with --counts: watches a month to tell besides; none unless said")),
    )
    parser.add_argument(
        "--scores",
        action="store_true",
        help=t.text(N_("with --counts: print how abnormal each row is, from 0 to 1, instead of the alarms")),
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Print each surge the past would have rung, oldest first, then how many that makes a month."""
    for option in ("budget", "watches"):
        value = getattr(args, option)
        if value is not None and (not math.isfinite(value) or value < 0 or (option == "budget" and value == 0)):
            raise InputError(
                "--{option} {value} is not a number of alarms; write a number above 0.", option=option, value=value
            )
    if args.counts is not None:
        return _series(args, context)
    if args.scores:
        raise InputError("--scores goes with --counts FILE; leave it out, or name a file.")
    return _stored(args, context)


def _series(args: argparse.Namespace, context: Context) -> int:
    from tocsin.cli.commands.files import open_input
    from tocsin.flows.counts import backtest_series

    t, out = context.t, context.out
    with open_input(args.counts, sys.stdin.buffer) as lines:
        verdicts = _telling_gaps(
            backtest_series(lines, 1.0 if args.budget is None else args.budget, args.watches), context
        )
        if args.scores:
            columns = [Column("at", t.text(N_("When"))), Column("score", t.text(N_("How abnormal")), number=True)]
            scores = ({"at": verdict.row.at, "score": round(verdict.score, 6)} for verdict in verdicts)
            out.rows(scores, columns, t.text(N_("It would not have rung.")))
        else:
            out.rows(_alarms(verdicts, t), _columns(t), t.text(N_("It would not have rung.")))
    return 0


def _alarms(verdicts: Iterable[RowVerdict], t: Translator) -> Iterator[dict[str, object]]:
    for verdict in verdicts:
        surge = verdict.surge
        if surge is not None:
            yield {
                "at": verdict.row.at,
                "level": surge.level.value,
                "expected": surge.expected,
                "seen": surge.seen,
                "window_min": surge.window_min,
                "learning": surge.learning,
                "reasons": [t.reason(reason) for reason in surge.reasons],
            }


def _telling_gaps(verdicts: Iterable[RowVerdict], context: Context) -> Iterator[RowVerdict]:
    gaps = missing = 0
    for verdict in verdicts:
        if verdict.row.missing:
            gaps, missing = gaps + 1, missing + verdict.row.missing
        yield verdict
    if gaps:
        t = context.t
        context.out.say(
            t.text(
                N_("{missing} rows are missing in {gaps} gaps; nothing was rung because of them."),
                missing=missing,
                gaps=gaps,
            )
        )


def _stored(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.backtest import backtest
    from tocsin.flows.set_up import find_brand

    t, out = context.t, context.out
    brand = find_brand(context.engine(), args.brand)
    with out.progress(brand.name, None) as bar:
        found = backtest(context.engine(), brand, args.budget, progress=bar.to)
    rows = [
        {
            "at": surge.at,
            "level": surge.level.value,
            "expected": surge.expected,
            "seen": surge.seen,
            "window_min": surge.window_min,
            "authors": surge.authors,
            "learning": surge.learning,
            "reasons": [t.reason(reason) for reason in surge.reasons],
        }
        for surge in found.surges
    ]
    out.rows(rows, _columns(t), t.text(N_("It would not have rung.")))
    if found.since is None:
        out.say(t.text(N_("This brand has no past yet: import a file, or let sources run for a while.")))
        return 0
    out.say(
        t.text(
            N_(
                "{posts} posts from {since} to {until}: {alarms:.1f} alarms and {watches:.1f} watches a month, "
                "for {budget:.1f} false alarms accepted."
            ),
            posts=found.posts,
            since=found.since,
            until=found.until,
            alarms=found.alarms_per_month,
            watches=found.watches_per_month,
            budget=found.brand.budget.alarms_per_month,
        )
    )
    return 0


def _columns(t: Translator) -> list[Column]:
    return [
        Column("at", t.text(N_("When"))),
        Column("level", t.text(N_("Level")), words=words(t)),
        Column("seen", t.text(N_("Seen")), number=True),
        Column("expected", t.text(N_("Usual")), number=True),
        Column("reasons", t.text(N_("Why"))),
    ]
