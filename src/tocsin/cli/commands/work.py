"""`tocsin work`: collect, close minutes and tell people."""

from __future__ import annotations

import argparse
import os
import sys

from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("--once", action="store_true", help=t.text(N_("do what is due now, then stop")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Become the worker, until it is asked to stop (Ctrl-C or SIGTERM)."""
    context.engine()  # says at once, in words, when the database is not ready
    context.close()
    context.out.say(context.t.text(N_("Working; Ctrl-C stops it.")))
    context.out.flush()
    environment = dict(os.environ)
    if args.config:
        environment["TOCSIN_CONFIG"] = str(args.config)
    command = [sys.executable, "-m", "tocsin.work", *(["--once"] if args.once else [])]
    os.execve(sys.executable, command, environment)
