"""`tocsin erase`: erase an author and what was kept of them."""

from __future__ import annotations

import argparse
import sys

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("handle", help=t.text(N_("handle of the author")))
    parser.add_argument("--platform", default="", help=t.text(N_("only on this platform; on all unless said")))
    parser.add_argument("--yes", action="store_true", help=t.text(N_("do not ask; this cannot be undone")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Erase, after a question on a terminal, and list what was erased and what stays."""
    t, out = context.t, context.out
    handle = args.handle.removeprefix("@")
    if not args.yes:
        if not sys.stdin.isatty():
            raise InputError("Erasing cannot be undone; add --yes to do it without a question.")
        question = t.text(N_("Erase @{handle} and all their posts for good? Write the handle again: "), handle=handle)
        if input(question).removeprefix("@") != handle:
            out.say(t.text(N_("Nothing was erased.")))
            return 1
    report = context.engine().store.erase_author(args.platform, handle, now=context.now())
    for what, rows in sorted(report.erased.items()):
        out.say(f"{rows:>9}  {what}")
    out.say(
        t.text(N_("Erased. What stays, with its ground:")) if report.stays else t.text(N_("Erased; nothing stays."))
    )
    for line in report.stays:
        out.say(f"  - {t.text(line.what)}: {t.text(line.ground)}")
    return 0
