"""`tocsin restore`: put a backup back, on either database."""

from __future__ import annotations

import argparse
from pathlib import Path

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help=t.text(N_("the backup, or the folder of an export")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Restore into an empty installation and print the digest, the same as at the backup."""
    from tocsin.flows.engine import open_engine

    if not args.file.exists():
        raise InputError("There is no file {file}; check its path.", file=args.file)
    context.settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(context.settings, migrate=True)
    try:
        digest = engine.store.restore(args.file)
    finally:
        engine.store.close()
    context.out.say(context.t.text(N_("{file} is restored."), file=args.file))
    context.out.text(digest)
    return 0
