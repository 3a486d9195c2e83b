"""Say what was kept out of the surge tests, and why, so that a silence is never a riddle."""

from __future__ import annotations

from datetime import datetime

from tocsin.base.brand import Brand
from tocsin.base.time import minute_of, minute_start
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_
from tocsin.flows.moments import Reader
from tocsin.surge.expect import read_excluded
from tocsin.surge.fold import SurgeFold
from tocsin.surge.plumbing.excluded import Excluded, Why

_RANG = N_("A rise among them was told as one of that time.")
_SILENT = N_("Nothing rang.")
_STRETCHES = {
    Why.INTERRUPTED: N_("Nothing was heard from {since} to {until}; what is usual stands there until it is known."),
    Why.CLOCK: N_("The clock of this machine ran ahead until {since} and was set back; no test rang meanwhile."),
}


def excluded(engine: Engine, brand: Brand, since: datetime, until: datetime, reader: Reader) -> tuple[str, ...]:
    """Return in sentences what the live tests of a brand left out of what was heard between two instants."""
    state = engine.store.affairs.memory(brand.slug, SurgeFold.version)
    if state is None:
        return ()
    return tuple(sentence(entry, reader) for entry in read_excluded(state, minute_of(since), minute_of(until)))


def sentence(entry: Excluded, reader: Reader) -> str:
    """Return one entry in words of the reader's language and zone."""
    t = reader.t
    since, until = (reader.day_and_clock(minute_start(minute)) for minute in (entry.since, entry.until))
    if entry.why in _STRETCHES:
        return t.text(_STRETCHES[entry.why], since=since, until=until)
    said = _posts_said(entry, reader, since, until)
    return f"{said} {t.text(_RANG if entry.rang else _SILENT)}"


def _posts_said(entry: Excluded, reader: Reader, since: str, until: str) -> str:
    t, posts, count = reader.t, entry.posts, reader.count(entry.posts)
    if entry.why is Why.DAY_ONLY:
        return t.plural(
            "{count} post of {source} came late and tells the day alone: it is shown, and no test counts it.",
            "{count} posts of {source} came late and tell the day alone: they are shown, and no test counts them.",
            posts,
            count=count,
            source=entry.source,
        )
    if entry.why is Why.CAUGHT_UP:
        return t.plural(
            "{count} post came at once after an interruption and is taken for what was missed.",
            "{count} posts came at once after an interruption and are taken for what was missed.",
            posts,
            count=count,
        )
    values = {"count": count, "source": entry.source, "since": since, "until": until}
    if entry.why is Why.NEW_SOURCE:
        return t.plural(
            "{count} post of {source}, new here, was written {since}, and counts at that time.",
            "{count} posts of {source}, new here, were written from {since} to {until}, and count at that time.",
            posts,
            **values,
        )
    return t.plural(
        "{count} post of {source} was heard late: it was written {since}, and counts at that time.",
        "{count} posts of {source} were heard late: they were written from {since} to {until}, and count at that time.",
        posts,
        **values,
    )
