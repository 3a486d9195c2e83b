"""`tocsin import`: bring in a file, after showing how it is read."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator

if TYPE_CHECKING:
    from tocsin.collect.file import FilePlan
    from tocsin.flows.import_file import Imported, WatchSample


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
    from tocsin.flows.import_file import import_file, keep_preset, plan_import, sample_watches

    engine, now = context.engine(), context.now()
    plan = plan_import(engine, args.file, args.preset, _overrides(args.map), now)
    if args.save_preset:
        path = keep_preset(engine, plan, args.save_preset)
        context.out.say(context.t.text(N_("The preset is kept as {path}."), path=path))
    if args.preview:
        return _preview(context, plan, sample_watches(engine, args.file, plan, now))
    for line in _plan_lines(plan, context.t):
        context.out.say(line)
    rejects = args.rejects or args.file.with_name(args.file.name + ".rejects.jsonl")
    with context.out.progress(args.file.name, None) as bar:
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
    from tocsin.collect.file import list_presets, load_preset

    t = context.t
    presets = [load_preset(name) for name in list_presets()]
    rows = [{"name": preset.name, "source": preset.source, "doubt": preset.doubt} for preset in presets]
    columns = [Column("name", t.text(N_("Preset"))), Column("source", t.text(N_("Source")))]
    context.out.rows(rows, columns, t.text(N_("No preset.")))
    return 0


def _preview(context: Context, plan: FilePlan, samples: list[WatchSample]) -> int:
    if context.out.as_json:
        context.out.rows([_plan_row(plan, samples)], [], "")
        return 0
    for line in [*_plan_lines(plan, context.t), *_post_lines(plan), *_watch_lines(samples, context.t)]:
        context.out.text(line)
    return 0


def _plan_row(plan: FilePlan, samples: list[WatchSample]) -> dict[str, Any]:
    return {
        "file": plan.name,
        "format": plan.shape.format.value,
        "encoding": plan.shape.encoding.value,
        "compression": plan.shape.compression.value,
        "preset": plan.mapping.preset,
        "columns": [{"name": column.name, "field": column.field, "samples": column.samples} for column in plan.columns],
        "date_order": plan.mapping.date_order.value if plan.mapping.date_order else None,
        "time_zone": plan.mapping.time_zone,
        "warnings": [str(warning) for warning in plan.warnings],
        "posts": list(plan.preview),
        "rejects": list(plan.rejects),
        "watches": [
            {
                "brand": sample.brand,
                "watch": sample.watch,
                "hits": sample.found.hits,
                "looked_at": sample.found.looked_at,
                "missing_handles": sample.found.missing_handles,
            }
            for sample in samples
        ],
    }


def _plan_lines(plan: FilePlan, t: Translator) -> Iterator[str]:
    yield t.text(
        N_("{file}: {format}, {encoding}, {rows} rows looked at."),
        file=plan.name,
        format=plan.shape.format.value,
        encoding=plan.shape.encoding.value,
        rows=plan.sampled,
    )
    if plan.mapping.preset:
        yield t.text(N_("The columns are those of {preset}."), preset=plan.mapping.preset)
    for column in plan.columns:
        samples = " | ".join(" ".join(sample.split())[:40] for sample in column.samples[:2])
        yield f"  {column.field or '-':<14} {column.name:<24} {samples}"
    for warning in plan.warnings:
        yield f"  ! {t.text(warning.template, **warning.params)}"


def _post_lines(plan: FilePlan) -> Iterator[str]:
    yield ""
    for post in plan.preview:
        author = f"@{post.author.handle}" if post.author else "?"
        yield f"  {post.created_at:%Y-%m-%d %H:%M}  {author}  {' '.join(f'{post.title} {post.text}'.split())[:100]}"


def _watch_lines(samples: list[WatchSample], t: Translator) -> Iterator[str]:
    yield ""
    if not samples:
        yield t.text(N_("No watch yet: add one with `tocsin watch add`."))
    for sample in samples:
        found = sample.found
        yield t.text(
            N_("Watch {watch} of {brand}: {hits} of the first {looked_at} posts match ({share:.1f} %)."),
            watch=sample.watch,
            brand=sample.brand,
            hits=found.hits,
            looked_at=found.looked_at,
            share=100 * found.hits / max(1, found.looked_at),
        )
        for handle, share in found.missing_handles:
            yield "  ! " + t.text(
                N_("@{handle} stands in {share:.0f} % of the posts and the query does not hold it: add OR @{handle}?"),
                handle=handle,
                share=100 * share,
            )


def _say_done(context: Context, done: Imported, rejects: Path) -> int:
    t, out, counts, closed = context.t, context.out, done.ingested, done.closed
    if out.as_json:
        out.rows([_done_row(done)], [], "")
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
    for note, rows in done.notes.items():
        if note in NOTES:
            out.say("  " + t.text(NOTES[note], rows=rows))
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


NOTES = {
    "time_missing": N_("{rows} rows without a time: the instant of the import stands instead"),
    "time_future": N_("{rows} rows dated in the future: the instant of the import stands instead"),
    "time_no_zone": N_("{rows} rows whose time has no zone: read in that of the brand"),
    "time_implausible": N_("{rows} rows dated before 1990: kept as they are"),
    "read_as_cp1252": N_("{rows} lines that are not UTF-8: read as Windows-1252"),
    "nul_removed": N_("{rows} lines with NUL bytes, which were removed"),
    "half_character": N_("{rows} texts with half characters, which were replaced"),
    "id_rounded": N_("{rows} ids that a spreadsheet may have rounded"),
    "id_missing": N_("{rows} rows without an id: named by what they hold"),
}


def _done_row(done: Imported) -> dict[str, Any]:
    counts, closed = done.ingested, done.closed
    return {
        "timeline": done.timeline,
        "again": done.again,
        "read": counts.read,
        "posts": counts.posts,
        "mentions": counts.mentions,
        "known": counts.known,
        "revised": counts.revised,
        "unmatched": counts.unmatched,
        "rejects": counts.rejects,
        "stories": closed.stories,
        "surges": closed.surges,
        "alerts": closed.alerts,
        "notes": done.notes,
    }
