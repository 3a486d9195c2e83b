"""`tocsin captures`: list captures and how far their seals have come."""

from __future__ import annotations

import argparse

from tocsin.cli.commands.capture import capture_row
from tocsin.cli.commands.listing import brand_slug
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator

STATES = {
    "queued": N_("waits for the worker"),
    "running": N_("being recorded"),
    "recorded": N_("recorded, not sealed yet"),
    "awaiting_stamp": N_("sealed, awaits time-stamps"),
    "sealed": N_("sealed and stamped"),
    "failed": N_("failed"),
}
OUTCOMES = {
    "whole": N_("whole"),
    "cut": N_("cut at a bound"),
    "gone": N_("page gone"),
    "refused": N_("refused address"),
    "failed": N_("no answer"),
}


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("--brand", help=t.text(N_("name or short name of the brand")))
    parser.add_argument("--dossier", default="", metavar="N", help=t.text(N_("those of this dossier alone")))
    parser.add_argument("--state", choices=tuple(STATES), help=t.text(N_("those in this state alone")))
    parser.add_argument("--limit", type=int, default=50, help=t.text(N_("how many to show")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the captures, the last asked for first."""
    from tocsin.flows.evidence.request import list_captures
    from tocsin.store.evidence.rows import CaptureScope, CaptureState

    t = context.t
    scope = CaptureScope(
        brand=brand_slug(args, context) or "",
        dossier=args.dossier,
        state=CaptureState(args.state) if args.state else None,
        limit=args.limit,
    )
    rows = [capture_row(one) for one in list_captures(context.engine(), scope)]
    context.out.rows(rows, columns(t), t.text(N_("No page was captured yet.")))
    return 0


def columns(t: Translator) -> list[Column]:
    """Return the columns of a table of captures."""
    return [
        Column("number", t.text(N_("Capture"))),
        Column("asked_at", t.text(N_("Asked"))),
        Column("state", t.text(N_("State")), words={code: t.text(said) for code, said in STATES.items()}),
        Column("outcome", t.text(N_("Outcome")), words={code: t.text(said) for code, said in OUTCOMES.items()}),
        Column("dossier", t.text(N_("Dossier"))),
        Column("url", t.text(N_("Address"))),
    ]
