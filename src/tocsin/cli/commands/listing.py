"""What the listing commands share: which brand, how many."""

from __future__ import annotations

import argparse

from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def add_scope(parser: argparse.ArgumentParser, t: Translator, *, limit: int) -> None:
    """Declare --brand, --timeline and --limit."""
    parser.add_argument("--brand", help=t.text(N_("name or short name of the brand")))
    parser.add_argument("--timeline", help=t.text(N_("live, or one back-fill, replay or drill; all unless said")))
    parser.add_argument("--limit", type=int, default=limit, help=t.text(N_("how many to show")))


def brand_slug(args: argparse.Namespace, context: Context) -> str | None:
    """Return the slug of the brand that was named, or None. Raises NotFoundError."""
    from tocsin.flows.set_up import find_brand

    return find_brand(context.engine(), args.brand).slug if args.brand else None
