"""`tocsin init`: prepare this machine."""

from __future__ import annotations

import argparse

from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("--brand", metavar="NAME", help=t.text(N_("name of the brand to watch over")))
    parser.add_argument(
        "--migrate", action="store_true", help=t.text(N_("bring the database of an earlier version up to date"))
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Create the data folder and the database, and say what to do next."""
    from tocsin.flows.set_up import set_up

    done = set_up(context.settings, brand=args.brand, migrate=args.migrate)
    t, out = context.t, context.out
    out.text(t.text(N_("The data stand in {folder}."), folder=context.settings.data_dir))
    if done.brand:
        out.text(t.text(N_("Brand {name} is there, under the short name {slug}."), name=done.brand, slug=done.slug))
    if context.settings.keep_unmatched:
        out.text(
            t.text(
                N_(
                    "Of posts that no watch wants, a few are kept for {hours} hours to preview new watches; "
                    "TOCSIN_KEEP_UNMATCHED=false keeps none."
                ),
                hours=context.settings.unmatched_hours,
            )
        )
    name = done.brand or "NAME"
    out.text(t.text(N_("Next, say what to look for:")))
    out.text(f'  tocsin watch add --brand "{name}" --query \'"{name}"\'')
    out.text(t.text(N_("then where to look, or bring in what you already have:")))
    out.text("  tocsin source add https://example.org/feed.xml\n  tocsin import posts.csv --preview")
    out.text(t.text(N_("and let it run:")))
    out.text("  tocsin serve")
    return 0
