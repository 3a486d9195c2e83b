"""`tocsin forecast`: how far cascades will go, from their first minutes; and fit a model of one's own."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator

if TYPE_CHECKING:
    from tocsin.spread.forecast.model import Model

_AFTER_S = 3600.0
_LEAST = 50
_SEED = 1


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("file", nargs="?", default="-", help=t.text(N_("JSON lines; - is standard input")))
    parser.add_argument(
        "--after",
        type=float,
        default=_AFTER_S,
        metavar="S",
        help=t.text(N_("seconds after the beginning at which to look, 600 to 86400; 3600 unless said")),
    )
    parser.add_argument(
        "--model", type=Path, metavar="M", help=t.text(N_("a model of your own; with --fit, where to write it"))
    )
    parser.add_argument("--fit", metavar="FILE", help=t.text(N_("fit a model to the cascades of a file that are over")))
    parser.add_argument(
        "--least",
        type=int,
        default=_LEAST,
        metavar="N",
        help=t.text(N_("with --fit: tell the size of cascades that reach this many posts; 50 unless said")),
    )
    parser.add_argument("--zone", default="UTC", help=t.text(N_("with --fit: the clock by which the public lives")))
    parser.add_argument(
        "--force", action="store_true", help=t.text(N_("with --fit: write over a file that is no model"))
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Print each line with its forecast, or fit a model; lines that cannot be read go to standard error."""
    if args.fit is not None:
        return _fit(args, context)
    from tocsin.cli.commands.files import open_input
    from tocsin.spread.forecast.lines import tell_lines
    from tocsin.spread.forecast.model import read_model, shipped_model

    model = read_model(_bytes_of(args.model), str(args.model)) if args.model else shipped_model()
    bad = 0
    with open_input(args.file, sys.stdin.buffer) as lines:
        for told in tell_lines(lines, model, args.after):
            if told.error is not None:
                bad += 1
                context.out.say(context.t.error(told.error))
            else:
                context.out.line(told.line)
    return 1 if bad else 0


def _fit(args: argparse.Namespace, context: Context) -> int:
    from tocsin.cli.commands.files import open_input
    from tocsin.spread.forecast.fit import fit
    from tocsin.spread.forecast.lines import read_pasts
    from tocsin.spread.forecast.values import Card

    _check(args)
    with open_input(args.fit, sys.stdin.buffer) as lines:
        pasts = list(read_pasts(lines))
    card = Card(
        trained_on="standard input" if args.fit == "-" else Path(args.fit).name,
        licence="",
        made=context.now().date().isoformat(),
        cascades=len(pasts),
        least=args.least,
        zone=args.zone,
    )
    with context.out.progress(context.t.text(N_("fitting")), 1.0) as bar:
        model = fit(pasts, card, _SEED, bar.to)
    _write(model, args.model)
    _say_figures(model, context)
    return 0


def _check(args: argparse.Namespace) -> None:
    if args.model is None:
        raise InputError("--fit needs --model: say where to write the model.")
    if args.least < 1:
        raise InputError("--least {least} is not a number of posts; write 1 or more.", least=args.least)
    try:
        ZoneInfo(args.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError("{zone} is not a time zone; write one like Europe/Paris.", zone=args.zone) from None
    if args.force or not args.model.exists():
        return
    content = _bytes_of(args.model)
    if content and not content.startswith(b"PK"):
        raise InputError("{file} is there and is no model; write elsewhere, or over it with --force.", file=args.model)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("{file} cannot be read ({error}); check its path.", file=path, error=error.strerror) from None


def _write(model: Model, path: Path) -> None:
    """Write beside the place and move there, so that nobody reads half a model."""
    from tocsin.spread.forecast.model import write_model

    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
            try:
                write_model(model, part)  # type: ignore[arg-type]
                part.flush()
                os.fsync(part.fileno())
                Path(part.name).chmod(0o644)
                Path(part.name).replace(path)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise InputError(
            "{file} cannot be written ({error}); check its path.", file=path, error=error.strerror
        ) from None


def _say_figures(model: Model, context: Context) -> None:
    t = context.t
    context.out.say(
        t.text(N_("Fitted to {cascades} cascades. On those that each part had not seen:"), cascades=model.card.cascades)
    )
    for one in model.card.figures:
        context.out.say(
            t.text(
                N_(
                    "after {after} s: {cascades} cascades of {least} posts or more, median error {error:.3f} "
                    "(best constant guess {constant:.3f}, skill {skill:.2f}), range held {covered:.0%}, "
                    "doubles: area under the curve {auc}."
                ),
                after=round(one.after_s),
                cascades=one.cascades,
                least=model.card.least,
                error=one.median_error,
                constant=one.constant_error,
                skill=one.skill,
                covered=one.covered_p,
                auc="–" if one.double_auc_all is None else f"{one.double_auc_all:.3f}",
            )
        )
