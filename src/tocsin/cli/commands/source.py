"""`tocsin source`: add, list, check and remove sources."""

from __future__ import annotations

import argparse
import sys

from tocsin.cli.commands.files import open_input
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=t.text(N_("ACTION")))
    add = actions.add_parser("add", help=t.text(N_("read a feed once, show what it holds, and keep reading it")))
    add.add_argument("url", help=t.text(N_("address of the feed")))
    add.add_argument("--name", help=t.text(N_("name of the source (its host, unless said)")))
    add.add_argument("--unseen", action="store_true", help=t.text(N_("add it without reading it first")))
    actions.add_parser("list", help=t.text(N_("list sources with their health")))
    check = actions.add_parser("check", help=t.text(N_("read a feed once and show what it holds; nothing is stored")))
    check.add_argument("url", help=t.text(N_("address of the feed")))
    bring = actions.add_parser("import", help=t.text(N_("add the feeds of a list that another reader wrote (OPML)")))
    bring.add_argument("file", help=t.text(N_("OPML file; - is standard input")))
    bring.add_argument("--brand", default="", help=t.text(N_("the only brand they serve (all, unless said)")))
    actions.add_parser("export", help=t.text(N_("write the feeds as a list for other readers (OPML)")))
    remove = actions.add_parser("remove", help=t.text(N_("stop reading a source; its posts stay")))
    remove.add_argument("name", help=t.text(N_("name of the source")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    doing = {"add": _add, "list": _list, "check": _check, "import": _import, "export": _export, "remove": _remove}
    return doing[args.action](args, context)


def _add(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.set_up import add_feed

    if not args.unseen:
        _check(args, context)
    source = add_feed(context.engine(), args.url, args.name)
    context.out.say(
        context.t.text(N_("Source {name} is read from now on by `tocsin serve` or `tocsin work`."), name=source.name)
    )
    return 0


def _check(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.collect import check_feed

    t = context.t
    page = check_feed(context.settings, args.url, context.now())
    rows = [
        {"created_at": post.created_at, "title": post.title, "url": post.url, "text": post.text[:200]}
        for post in page.posts
    ]
    columns = [Column("created_at", t.text(N_("When"))), Column("title", t.text(N_("Title")))]
    context.out.rows(rows, columns, t.text(N_("The feed is readable and holds no entry yet.")))
    return 0


def _import(args: argparse.Namespace, context: Context) -> int:
    from tocsin.collect.feed.opml import LARGEST_BYTES
    from tocsin.flows.import_opml import import_opml
    from tocsin.flows.set_up import find_brand

    t, engine = context.t, context.engine()
    brand = find_brand(engine, args.brand).slug if args.brand else ""
    with open_input(args.file, sys.stdin.buffer) as stream:
        done = import_opml(engine, stream.read(LARGEST_BYTES + 1), brand)
    for reject in done.rejects:
        why = t.text(reject.why, **reject.params)
        context.out.say(
            t.text(N_("Entry {place} ({name}) is left out: {why}"), place=reject.line, name=reject.raw, why=why)
        )
    context.out.say(
        t.text(
            N_("{added} feeds added, {known} known already, {bad} that cannot be read."),
            added=len(done.added),
            known=done.known,
            bad=len(done.rejects),
        )
    )
    return 1 if done.rejects and not done.added and not done.known else 0


def _export(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.import_opml import export_opml

    context.out.text(export_opml(context.engine(), "Tocsin").decode("utf-8").rstrip("\n"))
    return 0


def _list(args: argparse.Namespace, context: Context) -> int:
    t = context.t
    rows = [
        {
            "name": row.source.name,
            "adapter": row.source.adapter,
            "enabled": row.enabled,
            "last_good_at": row.last_good_at,
            "next_at": row.next_at,
            "failures": row.failures,
            "error": t.text(row.last_error, **row.last_error_params) if row.last_error else "",
            "options": row.source.options,
        }
        for row in context.engine().store.sources()
    ]
    columns = [
        Column("name", t.text(N_("Source"))),
        Column("adapter", t.text(N_("Kind"))),
        Column("last_good_at", t.text(N_("Last read"))),
        Column("next_at", t.text(N_("Next read"))),
        Column("error", t.text(N_("Trouble"))),
    ]
    context.out.rows(rows, columns, t.text(N_("No source yet: add a feed with `tocsin source add URL`.")))
    return 0


def _remove(args: argparse.Namespace, context: Context) -> int:
    context.engine().store.remove_source(args.name)
    context.out.say(context.t.text(N_("Source {name} is no longer read; its posts stay."), name=args.name))
    return 0
