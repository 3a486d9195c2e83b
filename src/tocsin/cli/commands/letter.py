"""`tocsin letter`: the kinds of letters, what each needs, a letter from a file of facts, the traps in a text."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator
from tocsin.legal.letters.values import LANGUAGES, LetterKind, Unit

if TYPE_CHECKING:
    from tocsin.legal.letters.facts import Facts
    from tocsin.legal.letters.values import Draft, Finding, FollowUp

_KINDS = [kind.value for kind in LetterKind]
_MOST_BYTES = 4 * 1024 * 1024


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=t.text(N_("ACTION")))
    actions.add_parser("list", help=t.text(N_("list the kinds of letters")))
    show = actions.add_parser("show", help=t.text(N_("tell what a kind needs, who may send it, what it does not do")))
    show.add_argument("kind", choices=_KINDS, metavar=t.text(N_("KIND")), help=t.text(N_("one that the list names")))
    new = actions.add_parser("new", help=t.text(N_("write a letter from a file of facts")))
    new.add_argument("kind", choices=_KINDS, metavar=t.text(N_("KIND")), help=t.text(N_("one that the list names")))
    new.add_argument("--facts", default="-", metavar="FILE", help=t.text(N_("facts (TOML); - is standard input")))
    new.add_argument(
        "--language", choices=LANGUAGES, help=t.text(N_("language of the letter; that of this run unless said"))
    )
    new.add_argument("--pdf", type=Path, metavar="FILE", help=t.text(N_("write it as PDF/A too")))
    new.add_argument(
        "--draft", action="store_true", help=t.text(N_("write it with its gaps, marked as not to be sent"))
    )
    new.add_argument("--force", action="store_true", help=t.text(N_("write over a file that is there")))
    check = actions.add_parser("lint", help=t.text(N_("find the traps in a text; exit 1 where there is one")))
    check.add_argument("file", nargs="?", default="-", help=t.text(N_("the text; - is standard input")))
    check.add_argument("--kind", choices=_KINDS, metavar=t.text(N_("KIND")), help=t.text(N_("what the text is")))
    check.add_argument(
        "--ground", action="append", default=[], metavar="ID", help=t.text(N_("a ground it rests on; may be repeated"))
    )
    check.add_argument(
        "--facts", metavar="FILE", help=t.text(N_("facts it was written from: passages, grounds, sender"))
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    actions = {"list": _list, "show": _show, "new": _new, "lint": _lint}
    return actions[args.action](args, context)


def _list(args: argparse.Namespace, context: Context) -> int:
    from tocsin.legal.letters.kinds import load_kinds

    t = context.t
    rows = [
        {"kind": kind.value, "title": form.title.by(t.language), "who": form.who.by(t.language)}
        for kind, form in load_kinds().items()
    ]
    columns = [
        Column("kind", t.text(N_("Kind"))),
        Column("title", t.text(N_("Letter"))),
        Column("who", t.text(N_("Who may send it"))),
    ]
    context.out.rows(rows, columns, "")
    return 0


def _show(args: argparse.Namespace, context: Context) -> int:
    from tocsin.legal.letters.compose import compose
    from tocsin.legal.letters.facts import Facts
    from tocsin.legal.letters.kinds import load_kinds

    t, kind = context.t, LetterKind(args.kind)
    draft, form = compose(kind, Facts(), t.language), load_kinds()[kind]
    if context.out.as_json:
        told = {
            "kind": kind.value,
            "title": draft.title,
            "who": form.who.by(t.language),
            "tone": form.tone.by(t.language),
            "fields": msgspec.to_builtins(draft.missing),
            "warnings": msgspec.to_builtins(draft.warnings),
            "does_not": msgspec.to_builtins(draft.does_not),
            "follow_ups": msgspec.to_builtins(draft.follow_ups),
        }
        context.out.line(msgspec.json.encode(told))
        return 0
    out = context.out
    out.text(draft.title)
    out.text(t.text(N_("Who: {who}"), who=form.who.by(t.language)))
    out.text(t.text(N_("Tone: {tone}"), tone=form.tone.by(t.language)))
    words = {"essential": t.text(N_("refused without")), "wanted": t.text(N_("a gap without"))}
    out.rows(
        [{"field": gap.field, "level": gap.level.value, "label": gap.label} for gap in draft.missing],
        [
            Column("field", t.text(N_("Fact"))),
            Column("level", t.text(N_("Needed")), words=words),
            Column("label", t.text(N_("What it is"))),
        ],
        "",
    )
    for line in _remarks(draft, t):
        out.text(line)
    return 0


def _new(args: argparse.Namespace, context: Context) -> int:
    from tocsin.legal.letters.compose import compose
    from tocsin.legal.letters.lint import lint_draft
    from tocsin.legal.letters.named import named
    from tocsin.legal.letters.text import plain_text

    t = context.t
    language = args.language or t.language
    facts = named(_facts(args.facts), language)
    draft = compose(LetterKind(args.kind), facts, language)
    about = compose(draft.kind, facts, t.language)  # the letter in its language, what is said of it in that of the run
    if draft.refusals and not args.draft:
        for refusal in about.refusals:
            context.out.say(refusal.text)
        context.out.say(t.text(N_("Not written. Mend the facts, or see it as it stands with --draft.")))
        return 1
    findings = lint_draft(draft, facts)
    if args.json:
        context.out.line(msgspec.json.encode(_told(draft, findings, language)))
    else:
        context.out.text(plain_text(draft).rstrip("\n"))
        for line in (*(refusal.text for refusal in about.refusals), *_remarks(about, t)):
            context.out.say(line)
        for finding in findings:
            context.out.say(_said(finding, t.language))
    if args.pdf is not None:
        from tocsin.report.letter_pdf import letter_pdf

        _write(args.pdf, letter_pdf(draft, made_at=context.now()), force=args.force)
    return 0


def _lint(args: argparse.Namespace, context: Context) -> int:
    from tocsin.legal.letters.facts import Facts, GroundRef
    from tocsin.legal.letters.lint import lint
    from tocsin.legal.letters.named import named
    from tocsin.legal.letters.values import Weight

    t = context.t
    if args.file == "-" and args.facts == "-":
        raise InputError("The text and the facts cannot both be standard input; name a file for one of them.")
    facts = _facts(args.facts) if args.facts else Facts()
    chosen = (*facts.grounds, *(GroundRef(id=ground) for ground in args.ground))
    chosen = named(msgspec.structs.replace(facts, grounds=chosen), t.language).grounds
    text = _text(args.file)
    findings = lint(
        text,
        LetterKind(args.kind) if args.kind else None,
        chosen,
        passages=tuple(passage for item in facts.items for passage in item.passages),
        own=(facts.sender.email, facts.sender.phone, facts.sender.address, facts.words.contact),
    )
    rows = [_row(finding, text, t.language) for finding in findings]
    columns = [
        Column("line", t.text(N_("Line")), number=True),
        Column("words", t.text(N_("Words"))),
        Column("said", t.text(N_("What to know"))),
        Column("source", t.text(N_("Source"))),
    ]
    context.out.rows(rows, columns, t.text(N_("No trap found. A lawyer still reads it.")))
    return 1 if any(finding.weight is Weight.TRAP for finding in findings) else 0


def _told(draft: Draft, findings: tuple[Finding, ...], language: str) -> dict[str, Any]:
    from tocsin.legal.letters.text import plain_text

    text = plain_text(draft)
    return {
        "kind": draft.kind.value,
        "language": language,
        "subject": draft.subject,
        "text": text,
        **{
            name: msgspec.to_builtins(getattr(draft, name))
            for name in ("missing", "refusals", "warnings", "does_not", "follow_ups")
        },
        "findings": [_row(finding, text, language) for finding in findings],
    }


def _row(finding: Finding, text: str, language: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "weight": finding.weight.value,
        "line": text.count("\n", 0, finding.start) + 1 if finding.end else None,
        "start": finding.start,
        "end": finding.end,
        "words": finding.words,
        "said": finding.by(language),
        "source": finding.source,
    }


def _remarks(draft: Draft, t: Translator) -> list[str]:
    """The warnings of a letter, what it does not do, and when to look again."""
    lines = [t.text(N_("Beware: {text}"), text=_sourced(remark.text, remark.source)) for remark in draft.warnings]
    lines += [
        t.text(N_("What it does not do: {text}"), text=_sourced(remark.text, remark.source))
        for remark in draft.does_not
    ]
    starts = {
        "sent": N_("{length} after it left: {text}"),
        "received": N_("{length} after it was received: {text}"),
        "decision": N_("{length} after the decision: {text}"),
    }
    for step in draft.follow_ups:
        text = _sourced(step.text, step.source)
        lines.append(t.text(starts[step.start], length=_length(step, t), text=text))
    return lines


def _length(step: FollowUp, t: Translator) -> str:
    if step.unit is Unit.HOUR:
        return t.plural("{n} hour", "{n} hours", step.length)
    if step.unit is Unit.DAY:
        return t.plural("{n} day", "{n} days", step.length)
    return t.plural("{n} month", "{n} months", step.length)


def _said(finding: Finding, language: str) -> str:
    words = f"{finding.words!r}: " if finding.words else ""
    return _sourced(words + finding.by(language), finding.source)


def _sourced(text: str, source: str) -> str:
    return f"{text} ({source})" if source else text


def _facts(name: str) -> Facts:
    from tocsin.legal.letters.facts import read_facts

    return read_facts(_bytes_of(name), "stdin" if name == "-" else Path(name).name)


def _text(name: str) -> str:
    try:
        return _bytes_of(name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "{file} is not UTF-8 text (byte {place}). Save it as UTF-8.", file=name, place=error.start
        ) from None


def _bytes_of(name: str) -> bytes:
    from tocsin.cli.commands.files import open_input

    with open_input(name, sys.stdin.buffer) as stream:
        try:
            content = stream.read(_MOST_BYTES + 1)
        except OSError as error:
            raise InputError(
                "{file} cannot be read ({error}); check its path.", file=name, error=error.strerror
            ) from None
    if len(content) > _MOST_BYTES:
        raise InputError("{file} is larger than 4 MB; a letter is shorter.", file=name)
    return content


def _write(path: Path, content: bytes, *, force: bool) -> None:
    """Write beside the place and move there, so that nobody opens half a letter."""
    if path.exists() and not force:
        raise InputError("{file} is there already; write elsewhere, or over it with --force.", file=path)
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
            try:
                part.write(content)
                part.flush()
                os.fsync(part.fileno())
                Path(part.name).replace(path)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise InputError(
            "{file} cannot be written ({error}); check its path.", file=path, error=error.strerror
        ) from None
