"""`tocsin qualify`: lines in, the grounds they may come near to out, with what speaks for and against each."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator

if TYPE_CHECKING:
    from tocsin.flows.law.qualify import Qualified

_BOXES = {"looks_met": "[x]", "to_check": "[~]", "missing": "[ ]"}


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--brand", action="append", default=[], metavar="NAME", help=t.text(N_("a name of the brand; may be repeated"))
    )
    parser.add_argument(
        "--pack",
        action="append",
        choices=("fr", "eu", "uk", "qc"),
        default=[],
        help=t.text(N_("law to look at; may be repeated; fr and eu unless said")),
    )
    parser.add_argument("--all", action="store_true", help=t.text(N_("tell the grounds set aside too, and why")))
    parser.add_argument(
        "file", nargs="?", default="-", help=t.text(N_("lines of text or JSON lines; - is standard input"))
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Print each line with its candidates; bad lines go to standard error with their number, and the rest is done."""
    from tocsin.cli.commands.files import open_input, say_bad_line
    from tocsin.flows.law.qualify import qualify_lines
    from tocsin.flows.lines import BadLine

    bad = 0
    with open_input(args.file, sys.stdin.buffer) as lines:
        for found in qualify_lines(lines, args.brand, args.pack or ("fr", "eu")):
            if isinstance(found, BadLine):
                bad += 1
                say_bad_line(context, found)
            elif context.out.as_json:
                context.out.line(msgspec.json.encode(_row(found, context.t, args.all)))
            else:
                _say(found, context, args.all)
    context.out.flush()
    context.out.say(
        context.t.text(N_("These are grounds to look at, not a finding: counsel chooses, a judge decides."))
    )
    return 1 if bad else 0


def _row(found: Qualified, t: Translator, everything: bool) -> dict[str, Any]:
    from tocsin.flows.law.qualify import candidate_row, response_row

    shown = [candidate for candidate in found.candidates if candidate.near or everything]
    rows = [candidate_row(candidate, t) for candidate in shown]
    return {**found.given, "candidates": rows, "response": response_row(found, t)}


def _say(found: Qualified, context: Context, everything: bool) -> None:
    from tocsin.flows.law.qualify import candidate_row

    t, out = context.t, context.out
    out.text(t.quoted([found.facts.text]))
    if not any(candidate.near for candidate in found.candidates):
        out.text(f"  {t.text(N_('No ground looks near.'))}")
    for candidate in found.candidates:
        row = candidate_row(candidate, t)
        if candidate.near:
            _say_near(row, context)
        elif everything:
            out.text(f"  {t.text(N_('Set aside: {name}'), name=row['name'])}")
            for reason in row["against"]:
                out.text(f"    − {reason['says']}")
    _say_response(found, context)


def _say_near(row: dict[str, Any], context: Context) -> None:
    t, out = context.t, context.out
    out.text(f"  {row['name']} · {row['article']}")
    for reason in row["for"]:
        out.text(f"    + {reason['says']}")
    for reason in row["against"]:
        out.text(f"    − {reason['says']}")
    for element in row["elements"]:
        out.text(f"    {_BOXES[element['state']]} {element['ask']}")
    for exclusion in row["exclusions"]:
        out.text(f"    ! {exclusion['name']} · {exclusion['says']}")
    for conflict in row["conflicts"]:
        where = N_("on the same words") if conflict["same_words"] else N_("here on other words")
        out.text(f"    ≠ {conflict['other']} ({t.text(where)}) · {conflict['says']}")


def _say_response(found: Qualified, context: Context) -> None:
    from tocsin.flows.law.qualify import response_row

    t, out = context.t, context.out
    row = response_row(found, t)
    if row is None:
        return
    out.text(f"  {t.text(N_('Usual steps: {situation}'), situation=row['name'])}")
    for number, step in enumerate(row["steps"], 1):
        held = f" ({t.text(N_('a second person gives a reason first'))})" if step["held"] else ""
        out.text(f"    {number}. {step['says']}{held}")
    for warning in row["warnings"]:
        out.text(f"    ! {warning}")
