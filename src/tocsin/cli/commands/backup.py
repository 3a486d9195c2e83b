"""`tocsin backup`: a backup while everything runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help=t.text(N_("the backup to write")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Write the backup and print its digest."""
    digest = context.engine().store.backup(args.file)
    context.out.say(context.t.text(N_("Backup written to {file}."), file=args.file))
    context.out.text(digest)
    return 0
