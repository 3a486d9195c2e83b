"""`tocsin stories`: what mentions are about."""

from __future__ import annotations

import argparse

from tocsin.cli.commands.listing import add_scope, brand_slug
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.vocabulary import words


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    add_scope(parser, t, limit=20)
    parser.add_argument("--posts", type=int, default=0, metavar="N", help=t.text(N_("show the first N posts of each")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the stories, largest first."""
    t, store = context.t, context.engine().store
    stories = store.stories(brand_slug(args, context), timeline=args.timeline, limit=args.limit)
    rows = []
    for story in stories:
        row = {
            "id": story.id,
            "brand": story.brand,
            "timeline": story.timeline,
            "title": story.title,
            "keywords": story.keywords,
            "state": story.state.value,
            "kind": story.kind,
            "posts": story.posts,
            "copies": story.copies,
            "negative": story.negative,
            "severity": story.severity,
            "first_at": story.first_at,
            "last_at": story.last_at,
            "first_post": story.first_post,
            "platforms": story.platforms,
            "languages": story.languages,
        }
        if args.posts:
            row["first_posts"] = [
                {"at": post.created_at, "author": post.author.handle if post.author else "", "text": post.text[:200]}
                for post in store.story_posts(story.id, args.posts)
            ]
        rows.append(row)
    columns = [
        Column("title", t.text(N_("Story"))),
        Column("posts", t.text(N_("Posts")), number=True),
        Column("copies", t.text(N_("Copies")), number=True),
        Column("negative", t.text(N_("Negative")), number=True),
        Column("severity", t.text(N_("Severity")), number=True),
        Column("first_at", t.text(N_("First"))),
        Column("last_at", t.text(N_("Last"))),
        Column("state", t.text(N_("State")), words=words(t)),
    ]
    context.out.rows(rows, columns, t.text(N_("No story yet: stories form as mentions arrive.")))
    return 0
