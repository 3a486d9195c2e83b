"""`tocsin export`: everything to open files."""

from __future__ import annotations

import argparse
from pathlib import Path

from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", type=Path, help=t.text(N_("a new or empty folder")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Write the files and say how many rows each holds."""
    from tocsin.flows.export import export_all

    report = export_all(context.engine(), args.folder)
    for name, rows in sorted(report.items()):
        context.out.say(f"{rows:>9}  {name}")
    context.out.say(
        context.t.text(N_("Everything stands in {folder}; its README.txt says what is where."), folder=args.folder)
    )
    return 0
