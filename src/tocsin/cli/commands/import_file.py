"""`tocsin import`: bring in a file, after showing how it is read."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, nargs="?", help=t.text(N_("JSON lines, CSV or XLSX; gzip of these")))
    parser.add_argument("--preview", action="store_true", help=t.text(N_("show how it would be read; store nothing")))
    parser.add_argument("--preset", help=t.text(N_("columns of a known tool, or a preset of your own")))
    parser.add_argument(
        "--map", action="append", default=[], metavar="FIELD=COLUMN", help=t.text(N_("say which column a field is"))
    )
    parser.add_argument("--save-preset", metavar="NAME", help=t.text(N_("keep this reading of columns under a name")))
    parser.add_argument("--presets", action="store_true", help=t.text(N_("list the presets")))
    parser.add_argument("--rejects", type=Path, help=t.text(N_("file for rows that cannot be read")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Show the plan, then import unless only a preview was asked for."""
    if args.presets:
        return _presets(context)
    if args.file is None:
        raise InputError("No file was named; write `tocsin import FILE`.")
    if not args.file.is_file():
        raise InputError("There is no file {file}; check its path.", file=args.file)
    from tocsin.flows.import_file import import_file, keep_preset, plan_import, preview_import

    engine, now = context.engine(), context.now()
    overrides = _overrides(args.map)
    plan = plan_import(engine, args.file, args.preset, overrides, now)
    if args.save_preset:
        path = keep_preset(engine, plan, args.save_preset)
        context.out.say(context.t.text(N_("The preset is kept as {path}."), path=path))
    if args.preview:
        return _preview(context, preview_import(engine, plan))
    _show_plan(context, preview_import(engine, plan), on_the_side=True)
    with context.out.progress(args.file.name, None) as bar:
        rejects = args.rejects or args.file.with_name(args.file.name + ".rejects.jsonl")
        done = import_file(
            engine, args.file, plan, now, rejects_path=rejects, progress=lambda so_far: bar.to(so_far.read)
        )
    return _say_done(context, done, rejects)


def _overrides(pairs: list[str]) -> dict[str, str]:
    overrides: dict[str, str] = {}
    for pair in pairs:
        field, sign, column = pair.partition("=")
        if not sign:
            raise InputError("--map {pair} has no =; write it as FIELD=COLUMN, such as text=Contenu.", pair=pair)
        overrides[field.strip()] = column.strip()
    return overrides


def _presets(context: Context) -> int:
    from tocsin.collect.file import list_presets

    t = context.t
    rows = [{"name": preset.name, "source": preset.source} for preset in list_presets()]
    columns = [Column("name", t.text(N_("Preset"))), Column("source", t.text(N_("For")))]
    context.out.rows(rows, columns, t.text(N_("No preset.")))
    return 0


def _preview(context: Context, preview: Mapping[str, object]) -> int:
    if context.out.as_json:
        context.out.rows([preview], [], "")
    else:
        _show_plan(context, preview, on_the_side=False)
    return 0


def _show_plan(context: Context, preview: Mapping[str, object], *, on_the_side: bool) -> None:
    from tocsin.cli.commands.show_plan import plan_lines

    say = context.out.say if on_the_side else context.out.text
    for line in plan_lines(preview, context.t):
        say(line)


def _say_done(context: Context, done: object, rejects: Path) -> int:
    from tocsin.flows.import_file import Imported

    assert isinstance(done, Imported)
    t, out, counts, closed = context.t, context.out, done.ingested, done.closed
    if out.as_json:
        out.rows([done.as_row()], [], "")
    if done.again:
        out.say(t.text(N_("This file was read whole before, under the same watches: 0 posts added.")))
        return 0
    out.say(
        t.text(
            N_(
                "{read} rows read: {posts} posts kept, {known} known already, {unmatched} that no watch wants, "
                "{rejects} that cannot be read."
            ),
            read=counts.read + counts.rejects,
            posts=counts.posts,
            known=counts.known,
            unmatched=counts.unmatched,
            rejects=counts.rejects,
        )
    )
    if counts.rejects:
        out.say(t.text(N_("Rows that cannot be read stand in {path}, each with its reason."), path=rejects))
    out.say(
        t.text(
            N_(
                "{stories} stories, {surges} surges, {alerts} alerts on the timeline {timeline}; "
                "a back-fill tells nobody: see `tocsin alerts`."
            ),
            stories=closed.stories,
            surges=closed.surges,
            alerts=closed.alerts,
            timeline=done.timeline,
        )
    )
    return 0
