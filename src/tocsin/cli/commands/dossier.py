"""`tocsin dossier`: open, list, show, add to, note, export, close and erase dossiers of captures."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.base.errors import ConflictError, InputError
from tocsin.cli.commands.capture import capture_row
from tocsin.cli.commands.captures import columns as capture_columns
from tocsin.cli.commands.listing import brand_slug
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator

if TYPE_CHECKING:
    from tocsin.flows.evidence.dossiers import DossierPage
    from tocsin.store.dossiers.rows import DossierRow

_STATES = {"open": N_("still open"), "closed": N_("closed by now")}


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the actions and their arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=t.text(N_("ACTION")))
    number: dict[str, Any] = {"metavar": "N", "help": t.text(N_("number of the dossier, like 2026-0042"))}
    opening = actions.add_parser("open", help=t.text(N_("open a dossier")))
    opening.add_argument("title", help=t.text(N_("what it is about")))
    opening.add_argument("--brand", required=True, help=t.text(N_("name or short name of the brand")))
    opening.add_argument("--story", default="", help=t.text(N_("id of the story it is about")))
    opening.add_argument("--online", metavar="DAY", help=t.text(N_("first day online, like 2026-01-15")))
    listing = actions.add_parser("list", help=t.text(N_("list dossiers")))
    listing.add_argument("--brand", help=t.text(N_("name or short name of the brand")))
    listing.add_argument("--state", choices=tuple(_STATES), help=t.text(N_("those in this state alone")))
    showing = actions.add_parser("show", help=t.text(N_("show a dossier; the log notes who looked")))
    showing.add_argument("number", **number)
    adding = actions.add_parser("add", help=t.text(N_("put captures, or files of your own, into a dossier")))
    adding.add_argument("number", **number)
    adding.add_argument("what", nargs="+", metavar="CAPTURE|FILE", help=t.text(N_("number of a capture, or a file")))
    noting = actions.add_parser("note", help=t.text(N_("write a note into a dossier")))
    noting.add_argument("number", **number)
    noting.add_argument("words", help=t.text(N_("the note; - reads it from standard input")))
    exporting = actions.add_parser("export", help=t.text(N_("write a dossier that anybody can check")))
    exporting.add_argument("number", **number)
    exporting.add_argument("target", type=Path, help=t.text(N_("a new folder, or a file ending in .zip")))
    closing = actions.add_parser("close", help=t.text(N_("close a dossier: nothing is captured again")))
    closing.add_argument("number", **number)
    closing.add_argument(
        "--until",
        metavar="DAY",
        help=t.text(N_("keep its content until this day; a year beyond its clocks unless said")),
    )
    reopening = actions.add_parser("reopen", help=t.text(N_("open a closed dossier again")))
    reopening.add_argument("number", **number)
    erasing = actions.add_parser("erase", help=t.text(N_("erase the content of a closed dossier, or of one capture")))
    erasing.add_argument("number", metavar="N|CAPTURE", help=t.text(N_("number of a closed dossier, or of a capture")))
    erasing.add_argument("--yes", action="store_true", help=t.text(N_("do not ask; this cannot be undone")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Do the action."""
    return _ACTIONS[args.action](args, context)


def _open(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.evidence.dossiers import open_dossier
    from tocsin.store.dossiers.rows import NewDossier

    new = NewDossier(
        brand=brand_slug(args, context) or "",
        title=args.title,
        by=getpass.getuser(),
        at=context.now(),
        story=args.story,
        online_on=_day(args.online),
    )
    row = open_dossier(context.engine(), new)
    context.out.say(context.t.text(N_("Dossier {number} is open."), number=row.number))
    context.out.text(row.number)
    return 0


def _list(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.evidence.dossiers import list_dossiers
    from tocsin.store.dossiers.rows import DossierState

    t = context.t
    state = DossierState(args.state) if args.state else None
    rows = [_dossier_row(row) for row in list_dossiers(context.engine(), brand_slug(args, context) or "", state)]
    columns = [
        Column("number", t.text(N_("Dossier"))),
        Column("brand", t.text(N_("Brand"))),
        Column("title", t.text(N_("Title"))),
        Column("state", t.text(N_("State")), words={code: t.text(said) for code, said in _STATES.items()}),
        Column("captures", t.text(N_("Captures")), number=True),
        Column("opened_at", t.text(N_("Opened"))),
    ]
    context.out.rows(rows, columns, t.text(N_("No dossier. Open one with `tocsin dossier open`.")))
    return 0


def _show(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.evidence.dossiers import read_dossier

    page = read_dossier(context.engine(), "", args.number, getpass.getuser(), context.now())
    if context.out.as_json:
        context.out.rows([_page_row(page)], [], "")
        return 0
    t, row = context.t, page.dossier
    context.out.text(f"{row.number}  {row.title}")
    context.out.rows(
        [capture_row(one) for one in page.captures], capture_columns(t), t.text(N_("It holds no capture yet."))
    )
    custody = [
        {"index": entry.index, "at": entry.at, "kind": entry.kind.value, "who": entry.who, "words": entry.words}
        for entry in page.custody
    ]
    columns = [
        Column("index", t.text(N_("Log")), number=True),
        Column("at", t.text(N_("When"))),
        Column("kind", t.text(N_("What"))),
        Column("who", t.text(N_("Who"))),
        Column("words", t.text(N_("Words"))),
    ]
    context.out.rows(custody, columns, "")
    return 0


def _add(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.evidence.dossiers import add_capture
    from tocsin.flows.evidence.request import attach_file

    engine, by, now = context.engine(), getpass.getuser(), context.now()
    for what in args.what:
        path = Path(what)
        if path.is_file():
            try:
                content = path.read_bytes()
            except OSError as error:
                raise InputError("{path} cannot be read ({error}).", path=path, error=error.strerror) from None
            one = attach_file(engine, args.number, path.name, content, by, now=now)
        else:
            one = add_capture(engine, args.number, what, by, now)
        context.out.say(
            context.t.text(N_("{capture} is in the dossier {number}."), capture=one.number, number=args.number)
        )
    return 0


def _note(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.evidence.dossiers import add_note

    words = sys.stdin.read() if args.words == "-" else args.words
    index = add_note(context.engine(), args.number, words, getpass.getuser(), context.now())
    context.out.say(context.t.text(N_("The note is entry {index} of the log."), index=index))
    return 0


def _export(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.dossiers.report import papers_of_dossier
    from tocsin.flows.evidence.export import export_dossier, sealed_captures

    engine, by, now = context.engine(), getpass.getuser(), context.now()
    if args.target.exists():
        raise ConflictError("{target} is there already; choose another place.", target=args.target)
    has_captures = bool(sealed_captures(engine, args.number))
    papers = papers_of_dossier(engine, args.number, by, now, context.t.language) if has_captures else ()
    path = export_dossier(engine, args.number, args.target, by, now, files=papers)
    context.out.say(
        context.t.text(
            N_("The dossier {number} is in {path}. Anybody checks it with its verify.sh, or with `tocsin verify`."),
            number=args.number,
            path=path,
        )
    )
    return 0


def _close(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.evidence.dossiers import close_dossier

    day = _day(args.until)
    until = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
    row = close_dossier(context.engine(), args.number, getpass.getuser(), context.now(), until)
    context.out.say(
        context.t.text(
            N_("The dossier {number} is closed. Its content goes on {day}; the log keeps that it was there."),
            number=row.number,
            day=f"{row.keep_until:%Y-%m-%d}",
        )
    )
    return 0


def _reopen(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.evidence.dossiers import reopen_dossier

    row = reopen_dossier(context.engine(), args.number, getpass.getuser(), context.now())
    context.out.say(context.t.text(N_("Dossier {number} is open."), number=row.number))
    return 0


def _erase(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.evidence.erase import erase_capture, erase_dossier

    t, out, by, now = context.t, context.out, getpass.getuser(), context.now()
    if not args.yes:
        if not sys.stdin.isatty():
            raise InputError("Erasing cannot be undone; add --yes to do it without a question.")
        if input(t.text(N_("Erase it for good? Write the number again: "))) != args.number:
            out.say(t.text(N_("Nothing was erased.")))
            return 1
    if args.number.startswith("C"):
        erase_capture(context.engine(), "", args.number, by, now)
    else:
        erase_dossier(context.engine(), "", args.number, by, now)
    out.say(
        t.text(
            N_("{number} is erased. Its entries and digests stay in the log, which tells nothing."), number=args.number
        )
    )
    return 0


_ACTIONS = {
    "open": _open,
    "list": _list,
    "show": _show,
    "add": _add,
    "note": _note,
    "export": _export,
    "close": _close,
    "reopen": _reopen,
    "erase": _erase,
}


def _dossier_row(row: DossierRow) -> dict[str, object]:
    return {
        "number": row.number,
        "brand": row.brand,
        "title": row.title,
        "state": row.state.value,
        "story": row.story,
        "captures": row.captures,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "keep_until": row.keep_until,
        "erased_at": row.erased_at,
    }


def _page_row(page: DossierPage) -> dict[str, object]:
    return {
        **_dossier_row(page.dossier),
        "captures": [capture_row(one) for one in page.captures],
        "custody": [
            {
                "index": entry.index,
                "at": entry.at,
                "kind": entry.kind.value,
                "who": entry.who,
                "digest": entry.digest,
                "words": entry.words,
            }
            for entry in page.custody
        ],
        "grounds": [row.ground for row in page.grounds],
        "clocks": [{"rule": row.rule, "safe_day": row.safe_on, "last_day": row.last_on} for row in page.clocks],
        "letters": [{"kind": row.kind, "state": row.state.value} for row in page.letters],
    }


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("{text!r} is not a day; write it like 2026-01-15.", text=text) from None
