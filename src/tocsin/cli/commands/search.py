"""`tocsin search`: find mentions of a brand."""

from __future__ import annotations

import argparse

from tocsin.cli.commands.listing import brand_slug
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("query", help=t.text(N_("what to look for; see docs/en/queries.md")))
    parser.add_argument("--brand", help=t.text(N_("name or short name of the brand")))
    parser.add_argument("--limit", type=int, default=50, help=t.text(N_("how many to show")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the mentions found, newest first."""
    from tocsin.flows.search import search_mentions

    t = context.t
    found = search_mentions(context.engine(), args.query, brand_slug(args, context), args.limit)
    rows = [
        {
            "created_at": mention.post.created_at,
            "brand": mention.brand,
            "watch": mention.watch,
            "platform": mention.post.platform,
            "id": mention.post.native_id,
            "url": mention.post.url,
            "author": mention.post.author.handle if mention.post.author else "",
            "title": mention.post.title,
            "text": mention.post.text,
            "language": mention.verdict.language,
            "sentiment": mention.verdict.sentiment.label.value,
            "severity": mention.verdict.severity.score,
            "kinds": [kind.kind.value for kind in mention.verdict.kinds],
        }
        for mention in found
    ]
    columns = [
        Column("created_at", t.text(N_("When"))),
        Column("brand", t.text(N_("Brand"))),
        Column("author", t.text(N_("Who"))),
        Column("severity", t.text(N_("Severity")), number=True),
        Column("kinds", t.text(N_("Kinds"))),
        Column("text", t.text(N_("Text"))),
    ]
    context.out.rows(rows, columns, t.text(N_("No mention matches.")))
    return 0
