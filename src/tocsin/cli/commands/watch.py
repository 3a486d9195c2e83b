"""`tocsin watch`: add, list, preview and remove watches."""

from __future__ import annotations

import argparse
from pathlib import Path

from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=t.text(N_("ACTION")))
    add = actions.add_parser("add", help=t.text(N_("add a watch, or replace the one of that name")))
    _add_query(add, t)
    add.add_argument("--name", help=t.text(N_("name of the watch (the brand's, unless said)")))
    add.add_argument("--language", action="append", default=[], help=t.text(N_("keep this language only; repeatable")))
    add.add_argument("--source", action="append", default=[], help=t.text(N_("keep this source only; repeatable")))
    add.add_argument("--own", action="append", default=[], metavar="HANDLE", help=t.text(N_("account of the brand")))
    add.add_argument(
        "--sensitive", action="append", default=[], metavar="WORD", help=t.text(N_("word that makes a mention graver"))
    )
    add.add_argument("--danger", type=int, default=80, help=t.text(N_("severity from which one post rings, 0 to 100")))
    add.add_argument("--person", metavar="GROUND", help=t.text(N_("watches a private person, lawful because GROUND")))
    actions.add_parser("list", help=t.text(N_("list brands and watches")))
    preview = actions.add_parser("preview", help=t.text(N_("show what a query would bring, before adding it")))
    _add_query(preview, t)
    preview.add_argument("--file", type=Path, help=t.text(N_("look in this file instead of what is stored")))
    preview.add_argument("--limit", type=int, default=20, help=t.text(N_("how many posts to show")))
    remove = actions.add_parser("remove", help=t.text(N_("remove a watch; its mentions stay")))
    remove.add_argument("--brand", required=True, help=t.text(N_("name or short name of the brand")))
    remove.add_argument("--name", required=True, help=t.text(N_("name of the watch")))


def _add_query(parser: argparse.ArgumentParser, t: Translator) -> None:
    parser.add_argument("--brand", required=True, help=t.text(N_("name or short name of the brand")))
    parser.add_argument("--query", required=True, help=t.text(N_("what to look for; see docs/en/queries.md")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    return {"add": _add, "list": _list, "preview": _preview, "remove": _remove}[args.action](args, context)


def _add(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.set_up import WatchWish, add_watch

    wish = WatchWish(
        brand=args.brand,
        query=args.query,
        name=args.name or "",
        languages=tuple(args.language),
        sources=tuple(args.source),
        own_accounts=tuple(handle.removeprefix("@").lower() for handle in args.own),
        sensitive_words=tuple(args.sensitive),
        danger_severity=args.danger,
        ground=args.person or "",
    )
    watch = add_watch(context.engine(), wish)
    context.out.say(
        context.t.text(
            N_("Watch {name} of {brand} looks for {query}"), name=watch.name, brand=watch.brand, query=watch.query
        )
    )
    return 0


def _list(args: argparse.Namespace, context: Context) -> int:
    t = context.t
    rows = [
        {
            "brand": watch.brand,
            "name": watch.name,
            "query": watch.query,
            "languages": watch.languages,
            "sources": watch.sources,
            "own_accounts": watch.own_accounts,
            "danger_severity": watch.danger_severity,
        }
        for watch in context.engine().rules().watches
    ]
    columns = [
        Column("brand", t.text(N_("Brand"))),
        Column("name", t.text(N_("Watch"))),
        Column("query", t.text(N_("Query"))),
        Column("languages", t.text(N_("Languages"))),
    ]
    context.out.rows(rows, columns, t.text(N_("No watch yet: add one with `tocsin watch add`.")))
    return 0


def _preview(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.preview import preview_query

    t, out = context.t, context.out
    found = preview_query(context.engine(), args.query, args.brand, file=args.file, limit=args.limit, now=context.now())
    columns = [
        Column("created_at", t.text(N_("When"))),
        Column("platform", t.text(N_("Where"))),
        Column("author", t.text(N_("Who"))),
        Column("text", t.text(N_("Text"))),
    ]
    out.rows(found.rows(), columns, t.text(N_("Nothing of what is stored matches.")))
    out.say(
        t.text(
            N_("{hits} of {looked_at} posts match ({share:.1f} %), about {per_day:.1f} a day."),
            hits=found.hits,
            looked_at=found.looked_at,
            share=100 * found.hits / max(1, found.looked_at),
            per_day=found.per_day,
        )
    )
    for handle, share in found.missing_handles:
        out.say(
            t.text(
                N_("@{handle} stands in {share:.0f} % of the posts and the query does not hold it: add OR @{handle}?"),
                handle=handle,
                share=100 * share,
            )
        )
    return 0


def _remove(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.set_up import remove_watch

    remove_watch(context.engine(), args.brand, args.name)
    context.out.say(context.t.text(N_("Watch {name} is removed; its mentions stay."), name=args.name))
    return 0
