"""`tocsin source`: add, list, check and remove sources."""

from __future__ import annotations

import argparse

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
    remove = actions.add_parser("remove", help=t.text(N_("stop reading a source; its posts stay")))
    remove.add_argument("name", help=t.text(N_("name of the source")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    return {"add": _add, "list": _list, "check": _check, "remove": _remove}[args.action](args, context)


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
