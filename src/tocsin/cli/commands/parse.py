"""`tocsin parse`: the posts that one recorded answer holds."""

from __future__ import annotations

import argparse
import sys

import msgspec

from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("--adapter", required=True, metavar="NAME", help=t.text(N_("kind of source, such as feed")))
    parser.add_argument("--url", default="", help=t.text(N_("address it came from")))
    parser.add_argument("file", help=t.text(N_("the recorded answer; - is standard input")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Print one JSON line per post; raises SourceError when the payload holds none that can be read."""
    from tocsin.cli.commands.files import open_input
    from tocsin.collect.registry import allow_adapters
    from tocsin.flows.parse import parse_payload

    allow_adapters(context.settings.adapters)
    with open_input(args.file, sys.stdin.buffer) as stream:
        payload = stream.read()
    page = parse_payload(args.adapter, payload, args.url, args.file, context.now())
    for post in page.posts:
        context.out.line(msgspec.json.encode(post))
    for reason, count in sorted(page.notes.items()):
        context.out.say(f"{reason}: {count}")
    return 0
