"""`tocsin backtest`: replay the past and say when it would have rung."""

from __future__ import annotations

import argparse

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.vocabulary import words


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("--brand", required=True, help=t.text(N_("name or short name of the brand")))
    parser.add_argument(
        "--budget", type=float, metavar="N", help=t.text(N_("false alarms a month; the brand's own unless said"))
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Print each surge the past would have rung, oldest first, then how many that makes a month."""
    from tocsin.flows.backtest import backtest
    from tocsin.flows.set_up import find_brand

    if args.budget is not None and args.budget <= 0:
        raise InputError("--budget {budget} is not a number of alarms; write a number above 0.", budget=args.budget)
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
    columns = [
        Column("at", t.text(N_("When"))),
        Column("level", t.text(N_("Level")), words=words(t)),
        Column("seen", t.text(N_("Seen")), number=True),
        Column("expected", t.text(N_("Usual")), number=True),
        Column("reasons", t.text(N_("Why"))),
    ]
    out.rows(rows, columns, t.text(N_("It would not have rung.")))
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
