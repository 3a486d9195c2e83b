"""`tocsin source`: kinds of source, adding and checking, keys, pasts, lists of feeds."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from getpass import getpass

import msgspec

from tocsin.base.errors import InputError, SourceError
from tocsin.cli.commands.files import open_input
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.collect.adapter import Source
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=t.text(N_("ACTION")))
    add = actions.add_parser("add", help=t.text(N_("look at a source, show what it holds, and keep reading it")))
    check = actions.add_parser("check", help=t.text(N_("show what a source holds; nothing is stored")))
    for one in (add, check):
        one.add_argument("what", help=t.text(N_("address of a feed or page, or a kind of `tocsin source kinds`")))
        one.add_argument(
            "-o",
            "--option",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help=t.text(N_("what the kind asks, as often as needed")),
        )
        one.add_argument(
            "--secrets",
            metavar="FILE",
            help=t.text(N_("lines NAME=VALUE; - is standard input; asked for, unless said")),
        )
        one.add_argument("--brand", default="", help=t.text(N_("the only brand it serves (all, unless said)")))
    add.add_argument("--name", help=t.text(N_("name of the source (its host, unless said)")))
    add.add_argument("--unseen", action="store_true", help=t.text(N_("add it without reading it first")))
    kinds = actions.add_parser("kinds", help=t.text(N_("list the kinds of source, or what one of them asks")))
    kinds.add_argument("kind", nargs="?", help=t.text(N_("name of a kind")))
    actions.add_parser("list", help=t.text(N_("list sources with their health")))
    key = actions.add_parser("key", help=t.text(N_("give a source another key or password, or forget it")))
    key.add_argument("name", help=t.text(N_("name of the source")))
    key.add_argument("secret", help=t.text(N_("name of the key, as the kind asks for it")))
    key.add_argument("--ends", metavar="DATE", help=t.text(N_("day on which it stops working")))
    key.add_argument("--forget", action="store_true", help=t.text(N_("forget it")))
    past = actions.add_parser("past", help=t.text(N_("read a source back to a date, or say how far that has come")))
    past.add_argument("name", help=t.text(N_("name of the source")))
    past.add_argument("--since", metavar="DATE", help=t.text(N_("day back to which posts are read")))
    past.add_argument("--stop", action="store_true", help=t.text(N_("stop where it is")))
    actions.add_parser("rotate", help=t.text(N_("seal all keys and passwords anew with a new key file")))
    bring = actions.add_parser("import", help=t.text(N_("add the feeds of a list that another reader wrote (OPML)")))
    bring.add_argument("file", help=t.text(N_("OPML file; - is standard input")))
    bring.add_argument("--brand", default="", help=t.text(N_("the only brand they serve (all, unless said)")))
    actions.add_parser("export", help=t.text(N_("write the feeds as a list for other readers (OPML)")))
    remove = actions.add_parser("remove", help=t.text(N_("stop reading a source; its posts stay")))
    remove.add_argument("name", help=t.text(N_("name of the source")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    doing = {
        "add": _add,
        "check": _check,
        "export": _export,
        "import": _import,
        "key": _key,
        "kinds": _kinds,
        "list": _list,
        "past": _past,
        "remove": _remove,
        "rotate": _rotate,
    }
    return doing[args.action](args, context)


def _add(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.collecting.kinds import free_name
    from tocsin.flows.collecting.life import add

    source, secrets = _asked(args, context)
    if not args.unseen:
        source = _show(args, context, source, secrets)
    named = msgspec.structs.replace(source, name=args.name or free_name(context.engine(), source))
    add(context.engine(), _brand(args, context), named, secrets, now=context.now())
    context.out.say(
        context.t.text(N_("Source {name} is read from now on by `tocsin serve` or `tocsin work`."), name=named.name)
    )
    return 0


def _check(args: argparse.Namespace, context: Context) -> int:
    _show(args, context, *_asked(args, context))
    return 0


def _asked(args: argparse.Namespace, context: Context) -> tuple[Source, dict[str, str]]:
    """Return the source that the arguments describe, without a name of its own, and its secrets."""
    from tocsin.flows.collecting.kinds import kind_named

    is_address = "." in args.what or "/" in args.what
    kind = kind_named("feed" if is_address else args.what)
    if kind is None:
        raise InputError("{kind!r} is no kind of source; see `tocsin source kinds`.", kind=args.what)
    options = _pairs(args.option)
    if is_address:
        options["url"] = args.what if "://" in args.what else f"https://{args.what}"
    secrets: dict[str, str] = {}
    if args.secrets:
        with open_input(args.secrets, sys.stdin.buffer) as lines:
            secrets = _pairs(line.decode("utf-8", "replace").strip() for line in lines if line.strip())
    else:
        for field in kind.about.fields:
            if field.name in kind.about.secrets and sys.stdin.isatty():
                typed = getpass(f"{context.t.text(field.label)}: ")
                secrets.update({field.name: typed} if typed else {})
    return Source(name="draft", adapter=kind.name, options=options), secrets


def _pairs(written: Iterable[str]) -> dict[str, str]:
    found = {}
    for pair in written:
        name, mark, value = pair.partition("=")
        if not mark or not name.strip():
            raise InputError("{pair!r} is not written NAME=VALUE.", pair=name)
        found[name.strip()] = value.strip()
    return found


def _show(args: argparse.Namespace, context: Context, source: Source, secrets: dict[str, str]) -> Source:
    """Print what a source holds; return it, or the feed that the page in its place announces."""
    from tocsin.flows.collecting.kinds import announced
    from tocsin.flows.collecting.life import preview

    t, engine, brand = context.t, context.engine(), _brand(args, context)
    try:
        held = preview(engine, source, secrets, context.now(), brand=brand)
    except SourceError as error:
        feed = announced(source, error)
        if feed is None:
            raise
        context.out.say(t.error(error))
        source = feed
        held = preview(engine, source, secrets, context.now(), brand=brand)
    rows = [
        {
            "created_at": post.created_at,
            "wanted": post.native_id in held.wanted,
            "title": post.title,
            "url": post.url,
            "text": post.text[:200],
        }
        for post in held.posts
    ]
    columns = [Column("created_at", t.text(N_("When"))), Column("title", t.text(N_("Title")))]
    context.out.rows(rows, columns, t.text(held.waits) if held.waits else "")
    return source


def _brand(args: argparse.Namespace, context: Context) -> str:
    from tocsin.flows.set_up import find_brand

    return find_brand(context.engine(), args.brand).slug if args.brand else ""


def _kinds(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.collecting.kinds import kind_groups, kind_named

    t = context.t
    if not args.kind:
        rows = [
            {"kind": kind.name, "title": t.text(kind.about.title), "asks": t.text(group.title)}
            for group in kind_groups()
            for kind in group.kinds
        ]
        columns = [
            Column("kind", t.text(N_("Kind"))),
            Column("title", t.text(N_("What it is"))),
            Column("asks", t.text(N_("What it asks"))),
        ]
        context.out.rows(rows, columns, "")
        return 0
    kind = kind_named(args.kind)
    if kind is None:
        raise InputError("{kind!r} is no kind of source; see `tocsin source kinds`.", kind=args.kind)
    context.out.say(t.text(kind.about.what))
    if kind.about.setup:
        context.out.say(t.text(kind.about.setup))
    asked: list[dict[str, object]] = [
        {
            "name": field.name,
            "label": t.text(field.label),
            "required": field.required,
            "secret": field.name in kind.about.secrets,
            "default": field.default or field.example,
        }
        for field in kind.about.fields
    ]
    columns = [
        Column("name", t.text(N_("Name"))),
        Column("label", t.text(N_("What it is"))),
        Column("required", t.text(N_("Needed"))),
        Column("secret", t.text(N_("Secret"))),
        Column("default", t.text(N_("Such as"))),
    ]
    context.out.rows(asked, columns, "")
    return 0


def _key(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.collecting.life import remove_secret, set_secret

    t = context.t
    if args.forget:
        remove_secret(context.engine(), args.name, args.secret)
        context.out.say(t.text(N_("The key {secret} of {name} is forgotten."), secret=args.secret, name=args.name))
        return 0
    asked = f"{args.secret}: "
    value = getpass(asked) if sys.stdin.isatty() else sys.stdin.readline()
    ends_at = _day(args.ends) if args.ends else None
    set_secret(context.engine(), args.name, args.secret, value.strip(), ends_at, now=context.now())
    context.out.say(t.text(N_("The key {secret} of {name} is kept, sealed."), secret=args.secret, name=args.name))
    return 0


def _past(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.collecting.life import past_of, start_past, stop_past

    t, engine, now = context.t, context.engine(), context.now()
    if args.stop:
        stop_past(engine, args.name, now)
    elif args.since:
        start_past(engine, args.name, _day(args.since), now)
    past = past_of(engine, args.name)
    rows = [] if past is None else [msgspec.to_builtins(past) | {"since": past.since, "reached": past.reached}]
    columns = [
        Column("source", t.text(N_("Source"))),
        Column("since", t.text(N_("Back to"))),
        Column("state", t.text(N_("State"))),
        Column("reached", t.text(N_("Reached"))),
        Column("posts", t.text(N_("Posts"))),
    ]
    context.out.rows(rows, columns, t.text(N_("No past of this source was asked for; say --since.")))
    return 0


def _rotate(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.collecting.life import rotate

    done = rotate(context.engine(), "command", context.now())
    context.out.say(
        context.t.plural("{done} secret is sealed anew.", "{done} secrets are sealed anew.", done, done=done)
    )
    return 0


def _day(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError("{day!r} is not a day; write one such as 2026-03-02.", day=written) from None


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
