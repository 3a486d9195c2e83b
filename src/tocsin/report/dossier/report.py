"""The report of a dossier: what was captured, how, what ties and seals it, and what all this proves or does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tocsin.evidence.values import EntryKind
from tocsin.legal.ladder import Proof, level_of, load_ladder
from tocsin.legal.values import Words as Text
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
    """Yield where each capture stands on the ladder of evidence, the ladder, and what no level of it proves."""
    ladder, language = load_ladder(), facts.language
    yield heading(words.say("ladder"), 2)
    for part in facts.captures:
        yield from _rung(part, words, language)
    rows = [
        [
            str(level.number),
            level.name.say(language),
            _joined(level.proves, language),
            _joined(level.not_proves, language),
        ]
        for level in ladder.levels
    ]
    yield table([0.5, 2.2, 4, 4], words.items("ladder_head"), rows)
    yield {"kind": "note", "text": words.say("advice")}
    yield heading(words.say("not_proven"), 3)
    yield from ({"kind": "text", "text": f"– {text}"} for text in words.items("not_proven_items"))
    yield heading(words.say("sworn"), 3)
    rows = [
        ["", agent.name.say(language), _joined(agent.proves, language),
         _joined((*agent.not_proves, agent.note), language)]
        for agent in ladder.agents
    ]  # fmt: skip
    yield table([0.5, 2.2, 4, 4], words.items("ladder_head"), rows)
    yield {"kind": "text", "text": words.say("ladder_checked", day=words.day(ladder.last_checked))}


def _rung(part: CapturePart, words: Words, language: str) -> Iterator[Block]:
    rung = level_of(_proof(part))
    reached = {
        "number": part.manifest.number,
        "level": rung.level.number,
        "name": rung.level.name.say(language),
        "reasons": ", ".join(one.say(language) for one in rung.reasons),
    }
    text = words.say("ladder_reached", **reached)
    if rung.lacks:
        text += " " + words.say("ladder_lacks", lacks=", ".join(one.say(language) for one in rung.lacks))
    yield {"kind": "note", "text": text}


def _proof(part: CapturePart) -> Proof:
    """Return what is known of a capture; time-stamps count where their chain ends in a root that we hold."""
    held = [token for token in part.seal.tokens if token.anchored]
    return Proof(
        by_robot=part.by_robot,
        logged=True,
        authorities=tuple(token.authority for token in held),
        qualified=tuple(token.authority for token in held if token.qualified),
        clock_measured="clock_unchecked" not in part.manifest.doubts,
        untied=sum(tie is not None and tie["strength"] == "none" for _, tie in part.ties),
    )


def _joined(texts: Iterable[Text], language: str) -> str:
    return " ".join(text.say(language) for text in texts)


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
