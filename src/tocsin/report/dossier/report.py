"""The report of a dossier: what was captured, how, what ties and seals it, and what all this proves or does not."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.evidence.values import EntryKind
from tocsin.report.document import typeset
from tocsin.report.dossier.capture import Block, capture_blocks, heading, table
from tocsin.report.dossier.pictures import Pictures
from tocsin.report.dossier.values import CapturePart, ReportFacts
from tocsin.report.dossier.words import Words

_ENTRIES = 400  # of custody; all stand in custody.json


def report_pdf(facts: ReportFacts) -> bytes:
    """Return the report as PDF/A-2b, in the language of `facts`; the same facts give the same bytes.

    Raises InputError for files that cannot be read, or a language or zone that is not known.
    """
    words = Words(facts.language, facts.time_zone)
    pictures = Pictures(words)
    blocks = [*_ladder(facts, words)]
    for place, part in enumerate(facts.captures, 1):
        blocks += [{"kind": "break"}, *capture_blocks(part, words), *pictures.blocks(part, place)]
    blocks += [{"kind": "break"}, *_custody(facts, words), *_check(words)]
    title = words.say("report_title", number=facts.number)
    fields = {
        **cover(facts, words),
        "title": title,
        "kind": words.say("report_kind"),
        "note": words.say("cover_note"),
        "blocks": blocks,
    }
    return typeset("dossier", fields, pictures.files, language=facts.language, made_at=facts.made_at)


def cover(facts: ReportFacts, words: Words) -> dict[str, object]:
    """Return what stands on the cover of the report and of the packet."""
    return {
        "author": facts.brand,
        "head": facts.brand,
        "foot": words.instant(facts.made_at),
        "cover": [
            [words.say("brand"), facts.brand],
            [words.say("made_at"), words.instant(facts.made_at)],
            [words.say("made_by"), facts.made_by],
            [words.say("captures"), str(len(facts.captures))],
            [words.say("log_name"), facts.log.name],
            [words.say("log_key"), facts.log.fingerprint],
        ],
    }


def _ladder(facts: ReportFacts, words: Words) -> Iterator[Block]:
    here = {"1": "", "2": "", "3": "", "4": "", "5": ""} | _levels(facts, words)
    rows = [[*row, here[row[0]]] for row in words.items("ladder_rows")]
    yield heading(words.say("ladder"), 2)
    yield table([0.6, 3, 5, 1.2], words.items("ladder_head"), rows)
    yield {"kind": "note", "text": words.say("advice")}
    yield heading(words.say("not_proven"), 3)
    yield from ({"kind": "text", "text": f"– {text}"} for text in words.items("not_proven_items"))
    yield {"kind": "note", "text": words.say("sworn")}


def _levels(facts: ReportFacts, words: Words) -> dict[str, str]:
    """Return which levels the whole dossier has reached: no higher than its weakest capture."""
    reached, partly = words.say("ladder_here"), words.say("ladder_partly")
    robots = [part.by_robot for part in facts.captures]
    if not any(robots):
        return {"1": reached}
    strong = [_is_strong(part) for part in facts.captures]
    found = {"2": reached if all(robots) else partly}
    if all(robots) and all(strong) and facts.published:
        return found | {"3": reached}
    some = any(part.seal.tokens for part in facts.captures) or facts.published
    return found | {"3": partly if some else ""}


def _is_strong(part: CapturePart) -> bool:
    return any(token.qualified and token.anchored for token in part.seal.tokens)


def _custody(facts: ReportFacts, words: Words) -> Iterator[Block]:
    yield heading(words.say("custody"), 2)
    rows = [
        [str(one.index), words.instant(one.entry.at), _kind(one.entry.kind, words), one.entry.who, one.entry.number]
        for one in facts.custody[-_ENTRIES:]
    ]
    if len(facts.custody) > _ENTRIES:
        yield {"kind": "text", "text": f"… {len(facts.custody) - _ENTRIES} · log/custody.json"}
    if rows:
        yield table([0.8, 3.4, 1.8, 1.6, 1.8], words.items("custody_head"), rows)
    head = facts.checkpoint
    size, root = (str(head.size), head.root.hex()) if head else ("0", words.say("none"))
    yield {"kind": "facts", "rows": [[words.say("checkpoint_size"), size], [words.say("checkpoint"), root]]}
    published = words.say("checkpoint_out" if facts.published else "checkpoint_in")
    yield {"kind": "text" if facts.published else "note", "text": published}


def _kind(kind: EntryKind, words: Words) -> str:
    return words.name("entries", kind.value)


def _check(words: Words) -> Iterator[Block]:
    yield heading(words.say("check"), 2)
    yield from ({"kind": "text", "text": f"– {text}"} for text in words.items("check_items"))
