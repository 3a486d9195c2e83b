"""`tocsin screen`: the engine alone, JSON lines in, JSON lines out."""

from __future__ import annotations

import argparse
import sys

from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("--query", required=True, help=t.text(N_("what to look for; see docs/en/queries.md")))
    parser.add_argument("--brand", default="brand", metavar="NAME", help=t.text(N_("name of the brand to watch over")))
    parser.add_argument("file", nargs="?", default="-", help=t.text(N_("JSON lines; - is standard input")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Print a line per mention; bad lines go to standard error with their number, and the rest is done."""
    from tocsin.cli.commands.files import open_input, say_bad_line
    from tocsin.flows.lines import BadLine
    from tocsin.flows.screen import screen_lines

    bad = 0
    with open_input(args.file, sys.stdin.buffer) as lines:
        for found in screen_lines(lines, args.query, args.brand):
            if isinstance(found, BadLine):
                bad += 1
                say_bad_line(context, found)
            else:
                context.out.line(found)
    return 1 if bad else 0
