"""The titles of the press as this installation sees them: those that ship, and what its owners say of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from tocsin.base.errors import NotFoundError
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_
from tocsin.spread.media import Media, Title, TitleKind, read_media, read_title, shipped_media
from tocsin.spread.values import Press
from tocsin.store.affairs.media import TitleRow
from tocsin.store.rows import AuditEntry

SHOWN = 40
SCOPES = {
    "national": N_("national"),
    "local": N_("local"),
    "specialised": N_("specialised"),
    "none": N_("no press"),
}
TITLE_KINDS = {
    TitleKind.DAILY.value: N_("daily"),
    TitleKind.WEEKLY.value: N_("weekly"),
    TitleKind.MAGAZINE.value: N_("magazine"),
    TitleKind.WIRE.value: N_("news agency"),
    TitleKind.TV.value: N_("television"),
    TitleKind.RADIO.value: N_("radio"),
    TitleKind.PURE_PLAYER.value: N_("on the web alone"),
    TitleKind.TRADE.value: N_("trade press"),
    TitleKind.TECHNOLOGY.value: N_("technology"),
    TitleKind.CONSUMER.value: N_("consumers"),
}


class TitleLine(msgspec.Struct, frozen=True, kw_only=True):
    """A title as the page lists it. own: what an owner said of it, with who and when; None for one as it ships.

    is_shipped: the table that ships knows the host too.
    """

    title: Title
    own: TitleRow | None
    is_shipped: bool


class TitleBoard(msgspec.Struct, frozen=True, kw_only=True):
    """The titles that fit, those that owners changed first; found: how many fit; whole: how many there are."""

    lines: tuple[TitleLine, ...]
    found: int
    whole: int
    changed: int


def media_in_force(engine: Engine) -> Media:
    """Return the titles by the end of their host: those that ship, and over them what owners said."""
    own = engine.store.media.rows()
    return {**shipped_media(), **{row.host: _title(row) for row in own}} if own else shipped_media()


def title_board(engine: Engine, words: str = "") -> TitleBoard:
    """Return the titles whose host holds the words, or whose scope, kind, country or language they are."""
    own = {row.host: row for row in engine.store.media.rows()}
    shipped = shipped_media()
    whole = {**shipped, **{host: _title(row) for host, row in own.items()}}
    wanted = words.lower().split()
    fits = [title for title in whole.values() if all(_fits(title, word) for word in wanted)]
    fits.sort(key=lambda title: (title.host not in own, title.host))
    return TitleBoard(
        lines=tuple(
            TitleLine(title=title, own=own.get(title.host), is_shipped=title.host in shipped) for title in fits[:SHOWN]
        ),
        found=len(fits),
        whole=len(whole),
        changed=len(own),
    )


def say_title(engine: Engine, fields: Sequence[str], by: str, now: datetime) -> Title:
    """Keep what an owner says of a host: host or address, scope or none, kind, country, language. Raises InputError."""
    title = read_title(*fields)
    _keep(engine, [title], by, now, "media.said")
    return title


def hide_title(engine: Engine, host: str, by: str, now: datetime) -> Title:
    """Count a host as no press from now on. Raises NotFoundError if no table knows it."""
    title = media_in_force(engine).get(host)
    if title is None:
        raise NotFoundError("No title stands under {host}.", host=host)
    _keep(engine, [msgspec.structs.replace(title, scope=None)], by, now, "media.hidden")
    return title


def restore_title(engine: Engine, host: str, by: str, now: datetime) -> None:
    """Let the table that ships speak for a host again; one that it does not know goes. Raises NotFoundError."""
    if all(row.host != host for row in engine.store.media.rows()):
        raise NotFoundError("No title stands under {host}.", host=host)
    engine.store.media.drop(host)
    engine.store.note_audit(AuditEntry(at=now, by=by, action="media.restored", subject=host))


def read_titles(engine: Engine, lines: Iterable[str], by: str, now: datetime) -> int:
    """Keep the titles of a file that say something else than what holds; return how many. Raises InputError."""
    holds = media_in_force(engine)
    titles = [title for host, title in read_media(lines).items() if holds.get(host) != title]
    _keep(engine, titles, by, now, "media.read")
    return len(titles)


def write_titles(engine: Engine) -> str:
    """Return the titles in force as a file that `read_titles` reads."""
    rows = [
        "\t".join((one.host, one.scope.value if one.scope else "none", one.kind.value, one.country, one.language))
        for one in sorted(media_in_force(engine).values(), key=lambda title: title.host)
    ]
    return "\n".join(["# host\tscope\tkind\tcountry\tlanguage", *rows, ""])


def _keep(engine: Engine, titles: Sequence[Title], by: str, now: datetime, action: str) -> None:
    if not titles:
        return
    rows = [
        TitleRow(
            host=one.host,
            scope=one.scope.value if one.scope else "",
            kind=one.kind.value,
            country=one.country,
            language=one.language,
            by=by,
            at=now,
        )
        for one in titles
    ]
    engine.store.media.put(rows)
    subject = titles[0].host if len(titles) == 1 else str(len(titles))
    engine.store.note_audit(AuditEntry(at=now, by=by, action=action, subject=subject))


def _title(row: TitleRow) -> Title:
    return Title(
        host=row.host,
        scope=Press(row.scope) if row.scope else None,
        kind=TitleKind(row.kind),
        country=row.country,
        language=row.language,
    )


def _fits(title: Title, word: str) -> bool:
    said = (title.scope or "none", title.kind, title.country.lower(), title.language)
    return word in title.host or word in said
