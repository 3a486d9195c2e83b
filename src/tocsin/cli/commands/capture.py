"""`tocsin capture`: have a page captured by the worker's robot, or here and now with --wait."""

from __future__ import annotations

import argparse
import getpass
from typing import TYPE_CHECKING

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator

if TYPE_CHECKING:
    from tocsin.flows.engine import Engine
    from tocsin.store.evidence.rows import CaptureRow


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("url", metavar="URL", help=t.text(N_("address of the page, as a browser shows it")))
    parser.add_argument("--brand", help=t.text(N_("name or short name of the brand")))
    parser.add_argument("--dossier", default="", metavar="N", help=t.text(N_("dossier to put it into, like 2026-0042")))
    parser.add_argument(
        "--wait", action="store_true", help=t.text(N_("capture it here and now, without the worker, and wait for it"))
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Queue the capture; with --wait record it; print how it stands. Return 1 when it failed."""
    from tocsin.flows.evidence.request import request_capture

    engine, t = context.engine(), context.t
    brand = _brand(args, engine)
    one = request_capture(engine, brand, args.url, getpass.getuser(), context.now(), dossier=args.dossier)
    if args.wait:
        one = _taken(engine, context, one.number)
    if context.out.as_json:
        context.out.rows([capture_row(one)], [], "")
    context.out.say(_said(one, t))
    return 1 if one.error and args.wait else 0


def capture_row(one: CaptureRow) -> dict[str, object]:
    """Return a capture as a line of JSON."""
    return {
        "number": one.number,
        "brand": one.brand,
        "dossier": one.dossier,
        "state": one.state.value,
        "outcome": one.outcome,
        "why": one.why,
        "url": one.url,
        "title": one.title,
        "asked_at": one.asked_at,
        "started_at": one.started_at,
        "sealed_at": one.sealed_at,
        "stamped_at": one.stamped_at,
        "erased_at": one.erased_at,
        "manifest": one.manifest,
        "log_index": one.index,
        "bytes": one.size,
        "time_doubtful": one.is_doubtful,
        "difference": one.difference,
        "error": one.error.format(**one.error_params) if one.error else "",
    }


def _brand(args: argparse.Namespace, engine: Engine) -> str:
    """The brand that was named, or whose dossier it is, or the only one."""
    from tocsin.flows.set_up import find_brand

    if args.brand:
        return find_brand(engine, args.brand).slug
    if args.dossier:
        return engine.store.dossiers.dossier(args.dossier).brand
    brands = engine.store.brands()
    if len(brands) != 1:
        raise InputError("Say which brand the page is about: add --brand NAME.")
    return brands[0].slug


def _taken(engine: Engine, context: Context, number: str) -> CaptureRow:
    from tocsin.flows.evidence.robot import Robot
    from tocsin.flows.warm_browser import WarmBrowser

    with WarmBrowser(engine.settings) as browser:
        return Robot(engine, browser, context.now).take(number)


def _said(one: CaptureRow, t: Translator) -> str:
    if one.error:
        return t.text(one.error, **one.error_params)
    if one.sealed_at is None:
        return t.text(N_("Capture {number} waits for the worker."), number=one.number)
    if one.stamped_at is None:
        return t.text(N_("Capture {number} is sealed, and awaits its time-stamps."), number=one.number)
    return t.text(N_("Capture {number} is sealed and stamped."), number=one.number)
