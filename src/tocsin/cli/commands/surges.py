"""`tocsin surges`: abnormal rises."""

from __future__ import annotations

import argparse

from tocsin.cli.commands.listing import add_scope, brand_slug
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.vocabulary import words


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    add_scope(parser, t, limit=50)


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the surges, newest first, with their reasons in words."""
    t, store = context.t, context.engine().store
    surges = store.surges(brand_slug(args, context), timeline=args.timeline, limit=args.limit)
    rows = [
        {
            "id": surge.id,
            "brand": surge.brand,
            "timeline": surge.timeline,
            "level": surge.level.value,
            "at": surge.at,
            "since": surge.since,
            "window_min": surge.window_min,
            "expected": surge.expected,
            "seen": surge.seen,
            "excess_p": surge.excess_p,
            "authors": surge.authors,
            "negative": surge.negative,
            "learning": surge.learning,
            "story": surge.story,
            "reasons": [t.reason(reason) for reason in surge.reasons],
        }
        for surge in surges
    ]
    columns = [
        Column("at", t.text(N_("When"))),
        Column("brand", t.text(N_("Brand"))),
        Column("level", t.text(N_("Level")), words=words(t)),
        Column("seen", t.text(N_("Seen")), number=True),
        Column("expected", t.text(N_("Usual")), number=True),
        Column("window_min", t.text(N_("Minutes")), number=True),
        Column("authors", t.text(N_("Accounts")), number=True),
        Column("reasons", t.text(N_("Why"))),
    ]
    context.out.rows(rows, columns, t.text(N_("No surge: nothing rose above what is usual.")))
    return 0
