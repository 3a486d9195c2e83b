"""`tocsin group`: the grouping alone, JSON lines in, the same lines with their story out."""

from __future__ import annotations

import argparse
import sys

from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--brand", default="", metavar="NAME", help=t.text(N_("the brand they are about; its own name tells no story"))
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help=t.text(N_("write each line as soon as its minute is over; stories that become one later keep two names")),
    )
    parser.add_argument(
        "--titles", action="store_true", help=t.text(N_("at the end, list the stories on standard error"))
    )
    parser.add_argument("file", nargs="?", default="-", help=t.text(N_("JSON lines; - is standard input")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Print each line with its story; bad lines go to standard error with their number, and the rest is done."""
    from tocsin.cli.commands.files import open_input, say_bad_line
    from tocsin.flows.group import LineGrouping
    from tocsin.flows.lines import BadLine

    out, bad = context.out, 0
    grouping = LineGrouping(args.brand)
    with open_input(args.file, sys.stdin.buffer) as lines:
        for found in grouping.as_it_comes(lines) if args.live else grouping.as_settled(lines):
            if isinstance(found, BadLine):
                bad += 1
                say_bad_line(context, found)
                continue
            out.line(found)
            if args.live:
                out.flush()
    if args.titles:
        out.flush()
        for story in grouping.stories():
            keywords = ", ".join(story.keywords)
            out.say(f"{story.posts:7}  {story.id}  {story.title}{f' ({keywords})' if keywords else ''}")
    return 1 if bad else 0
