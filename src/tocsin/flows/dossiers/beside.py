"""What other rooms show of dossiers and captures: beside a mention, on the page of a story."""

from __future__ import annotations

from tocsin.base.address import check_url
from tocsin.base.errors import AddressError
from tocsin.flows.dossiers.lines import CaptureLine, capture_lines
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.request import captures_of
from tocsin.flows.moments import Reader
from tocsin.store.dossiers.rows import DossierRow
from tocsin.store.rows import MentionRow

_SHOWN_CAPTURES = 3
_SHOWN_ADDRESSES = 8
_LOOKED_AT = 200
_LONGEST_TITLE = 120


def captures_beside(engine: Engine, mention: MentionRow, reader: Reader) -> tuple[CaptureLine, ...]:
    """Return the captures of a mention's post as lines, newest first, three at most."""
    rows = captures_of(engine, [mention])[mention.row]
    return capture_lines(engine, rows[:_SHOWN_CAPTURES], reader)


def dossiers_of_story(engine: Engine, brand: str, story: str) -> list[DossierRow]:
    """Return the dossiers about a story, and about those that were merged into it, the last opened first."""
    others = [row for row in engine.store.dossiers.dossiers(brand) if row.story]
    moved = engine.store.affairs.successors(brand, sorted({row.story for row in others}))
    return [row for row in others if moved.get(row.story, row.story) == story]


def story_addresses(
    engine: Engine, brand: str, story: str, limit: int = _SHOWN_ADDRESSES
) -> list[tuple[int, str, str]]:
    """Return the pages of a story worth capturing: (row of the mention, address, how the post begins).

    The gravest posts come first, each page once; posts without an address that may be visited are left out, and so are
    our own. Of a long story the first 200 posts are weighed. A story that was merged is the one it went into.
    """
    found: dict[str, tuple[int, str, str]] = {}
    here = engine.store.affairs.successors(brand, [story]).get(story, story)
    rows = [row for row in engine.store.story_mentions(here, _LOOKED_AT) if row.brand == brand and not row.mention.own]
    for row in sorted(rows, key=lambda row: (-row.verdict.severity.score, row.row)):
        if row.post.url and row.post.url not in found and _may_be_visited(engine, row.post.url):
            found[row.post.url] = (row.row, row.post.url, _beginning(row))
        if len(found) >= limit:
            break
    return list(found.values())


def _may_be_visited(engine: Engine, url: str) -> bool:
    try:
        check_url(url, engine.settings.allow_hosts)
    except AddressError:
        return False
    return True


def _beginning(row: MentionRow) -> str:
    said = " ".join((row.post.title or row.post.text).split())
    return said if len(said) <= _LONGEST_TITLE else f"{said[: _LONGEST_TITLE - 1].rstrip()}…"
