"""What a commissaire de justice needs to establish the same facts himself: addresses, steps, passages, digests."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.report.document import typeset
from tocsin.report.dossier.capture import Block, heading, passage_blocks, table
from tocsin.report.dossier.report import cover
from tocsin.report.dossier.values import CapturePart, ReportFacts
from tocsin.report.dossier.words import Words, read_instant

_MOVES = ("opened", "redirected")


def packet_pdf(facts: ReportFacts) -> bytes:
    """Return the packet as PDF/A-2b, in the language of `facts`; the same facts give the same bytes.

    Addresses stand once, newest capture of each first told. Raises InputError as `report_pdf` does.
    """
    words = Words(facts.language, facts.time_zone)
    robots = [part for part in facts.captures if part.by_robot]
    blocks = [
        *_addresses(robots, words),
        *_steps(robots, words),
        *_passages(robots, words),
        *_digests(facts.captures, words),
    ]
    fields = {
        **cover(facts, words),
        "title": words.say("packet_title", number=facts.number),
        "kind": words.say("packet_kind"),
        "note": words.say("packet_note"),
        "blocks": blocks,
    }
    return typeset("dossier", fields, language=facts.language, made_at=facts.made_at)


def _addresses(parts: list[CapturePart], words: Words) -> Iterator[Block]:
    newest: dict[str, CapturePart] = {}
    for part in sorted(parts, key=lambda one: str(one.told["instants"]["started_at"])):
        newest[part.told["urls"]["asked"]] = part
    yield heading(words.say("packet_urls"), 2)
    rows = []
    for number, (url, part) in enumerate(newest.items(), 1):
        seen = words.instant(read_instant(part.told["instants"]["started_at"]))
        rows.append([str(number), url, seen, words.name("outcomes", part.told["outcome"])])
    yield table([0.5, 4.5, 2.6, 2], words.items("packet_urls_head"), rows)
    for url, part in newest.items():
        if part.told["outcome"] == "gone":
            yield {"kind": "trap", "text": f"{words.say('packet_urgent')} {url}"}


def _steps(parts: list[CapturePart], words: Words) -> Iterator[Block]:
    yield heading(words.say("packet_steps"), 2)
    for number, text in enumerate(words.items("packet_steps_items"), 1):
        yield {"kind": "text", "text": f"{number}. {text}"}
    accounts = sorted({part.told["account"] for part in parts if part.told["account"]})
    said = words.say("packet_account", account=", ".join(accounts)) if accounts else words.say("packet_account_none")
    yield {"kind": "note", "text": said}
    rows = [
        [part.manifest.number, one["detail"]]
        for part in parts
        for one in part.read("net.json").get("steps", ())
        if one["kind"] in _MOVES
    ]
    if rows:
        yield heading(words.say("packet_path"), 3)
        yield table([1.4, 6], words.items("packet_path_head"), rows)


def _passages(parts: list[CapturePart], words: Words) -> Iterator[Block]:
    """Yield the passages quoted of each capture; where none was, there is nothing to look for but the page."""
    quoted = [part for part in parts if part.passages]
    if quoted:
        yield heading(words.say("packet_passages"), 2)
    for part in quoted:
        yield {"kind": "text", "text": f"{part.manifest.number} · {part.told['urls']['final']}"}
        yield from list(passage_blocks(part, words))[1:-2]  # without its heading, and the counts of the whole page


def _digests(parts: tuple[CapturePart, ...], words: Words) -> Iterator[Block]:
    yield heading(words.say("packet_hashes"), 2)
    rows = []
    for part in parts:
        rows.append([part.manifest.number, "manifest.json", part.manifest.digest])
        rows += [["", one.path, one.sha256] for one in part.manifest.sums if one.path == "capture.wacz"]
    yield table([1.4, 1.6, 5], words.items("packet_hashes_head"), rows)
