"""`tocsin doctor`: check this installation and say what to mend."""

from __future__ import annotations

import argparse

from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--mend", action="store_true", help=t.text(N_("count again from the mentions and build the index anew first"))
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Print every finding; return 1 if one must be mended."""
    from tocsin.flows.examine import examine

    t = context.t
    if args.mend:
        wrong = context.engine().store.mend()
        context.out.say(t.plural("{n} count was wrong and is mended.", "{n} counts were wrong and are mended.", wrong))
    findings = examine(context.engine(), context.now())
    rows = [
        {
            "grave": finding.grave,
            "what": t.text(finding.template, **finding.params),
            "code": finding.code,
        }
        for finding in findings
    ]
    columns = [Column("code", t.text(N_("Check"))), Column("what", t.text(N_("Finding")))]
    context.out.rows(rows, columns, t.text(N_("All is well.")))
    return 1 if any(finding.grave for finding in findings) else 0
