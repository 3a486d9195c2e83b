"""The stream: pages of mentions under filters, read in bounded stretches, so that they cost the same at any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from tocsin.base.seam import LIVE
from tocsin.screen.query import Query
from tocsin.store.database import Database, marks
from tocsin.store.queries.search import search, search_stretches

ASKING_SEVERITY = 25  # from here on a mention asks for somebody; so does a question. The indexes of 0003 hold the same.
COUNTED = 200  # counts stop here: "200+"
STRETCH = 2_500
EXAMINED = 20_000  # mentions looked at for one page; then the reader is asked whether to look further back
_SEARCHED = 60
_AT_ONCE = 500
_PROPOSED = 10_000  # those that search proposes for one page
_LOOKED_AT = 2_000  # mentions looked at for the counts beside the views

# The very words of the partial indexes, which the planners compare.
_ASKS = f"not m.own and (m.severity >= {ASKING_SEVERITY} or m.kinds like '%%question%%' escape '\\')"
_TAKEN = "exists (select 1 from store_workstate w where w.mention = m.id and {})"

Mark = tuple[int, ...]


class State(StrEnum):
    """Which mentions a list holds: those that ask for somebody and are not done, the done ones, or all."""

    TODO = "todo"
    DONE = "done"
    ALL = "all"


class Order(StrEnum):
    """Newest first, or the most severe first."""

    NEWEST = "newest"
    GRAVEST = "gravest"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A list of mentions. Empty values ask for nothing; all that are given must hold.

    severity: at least. assignee: number of a person, 0 for nobody, None for whoever. unsure: the tone is to be checked.
    since, until: minutes since 1970 on the clock of the timeline; `until` is excluded. watch, story, sources: names.
    """

    brand: str
    world: str = LIVE
    query: Query | None = None
    state: State = State.ALL
    order: Order = Order.NEWEST
    tones: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    watch: str = ""
    story: str = ""
    severity: int = 0
    assignee: int | None = None
    unsure: bool = False
    personal: bool = False
    since: int | None = None
    until: int | None = None


class Found(NamedTuple):
    """A page. rows: numbers of mentions in order. after: where the next page begins, None at the end.

    is_cut: the page ends because enough was looked at, not because it is full: there may be more further back.
    """

    rows: list[int]
    after: Mark | None
    is_cut: bool = False


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many mentions wait, each at most `COUNTED`, of which the newest `_LOOKED_AT` were looked at."""

    todo: int = 0
    severe: int = 0
    unassigned: int = 0
    unsure: int = 0


class _Where(NamedTuple):
    """A condition on `m`, and its parameters."""

    sql: str
    params: list[object]

    def both(self, other: _Where) -> _Where:
        return _Where(f"{self.sql} and {other.sql}", [*self.params, *other.params])


def page(db: Database, ask: Ask, after: Mark | None, limit: int) -> Found:
    """Return a page of a list; after: what `Found.after` of the page before said. Raises NotFoundError on the brand."""
    if db.names.find_timeline(ask.world) is None:
        return Found([], None)
    if ask.query is not None:
        return _by_words(db, ask, after, limit)
    if ask.order is Order.GRAVEST:
        return _by_severity(db, ask, after, limit)
    if (ask.assignee or ask.state is State.DONE) and not ask.story:
        return _by_work(db, ask, after, limit)
    return _scan(db, (_driver(db, ask), _filters(db, ask)), after, limit, EXAMINED)


def newer(db: Database, ask: Ask, row: int) -> int:
    """Return how many mentions of a list came in after a row, at most `COUNTED`."""
    if db.names.find_timeline(ask.world) is None:
        return 0
    where = _place(db, ask).both(_period(ask)).both(_filters(db, ask))
    # A cross join keeps its order: the newest rows first, then what they are.
    fresh_rows = f"(select id from store_mention where id > %s order by id desc limit {_LOOKED_AT}) y"
    rows = db.rows(
        f"select m.id from {fresh_rows} cross join store_mention m where m.id = y.id and {where.sql} limit %s",
        [row, *where.params, COUNTED],
    )
    if ask.query is None or not rows:
        return len(rows)
    fresh = search(db, ask.brand, ask.query, world=ask.world, limit=_SEARCHED)
    return len({found for (found,) in rows} & {found.row for found in fresh})


def newest(db: Database, brand: str, world: str) -> int:
    """Return the number of the mention of a brand that came in last, 0 if there is none."""
    number = db.names.find_timeline(world)
    sql = "select max(id) from (select id, brand_id, world_id, lead from store_mention order by id desc limit 500) m"
    return int(db.value(f"{sql} where m.brand_id = %s and m.world_id = %s", [db.names.brand(brand), number]) or 0)


def waiting(db: Database, brand: str, world: str, since: int) -> Waiting:
    """Return what waits for somebody among the newest mentions that came from minute `since` on."""
    number = db.names.find_timeline(world)
    if number is None:
        return Waiting()
    rows = db.rows(
        "select x.severity, coalesce(w.assignee, 0), x.unsure from ("
        f"select m.id, m.severity, m.reading like %s as unsure from store_mention m where m.lead and {_ASKS}"
        " and m.brand_id = %s and m.world_id = %s and m.minute >= %s order by m.minute desc, m.id desc limit %s) x"
        " left join store_workstate w on w.mention = x.id where w.done is null or not w.done",
        [_UNSURE, db.names.brand(brand), number, since, _LOOKED_AT],
    )
    return Waiting(
        todo=min(COUNTED, len(rows)),
        severe=min(COUNTED, sum(severity >= 75 for severity, _, _ in rows)),
        unassigned=min(COUNTED, sum(not assignee for _, assignee, _ in rows)),
        unsure=min(COUNTED, sum(bool(unsure) for _, _, unsure in rows)),
    )


def _scan(db: Database, asked: tuple[_Where, _Where], after: Mark | None, limit: int, most: int) -> Found:
    """Walk back from `after` in stretches of the driving index until the page is full or enough was looked at."""
    driver, filters = asked
    found: list[int] = []
    for examined in range(0, most, STRETCH):
        start = driver if after is None else driver.both(_Where("(m.minute, m.id) < (%s, %s)", list(after)))
        order = "order by m.minute desc, m.id desc limit %s"
        end = db.row(
            f"select m.minute, m.id from store_mention m where {start.sql} {order} offset %s",
            [*start.params, 1, min(STRETCH, most - examined) - 1],
        )
        within = start if end is None else start.both(_Where("(m.minute, m.id) >= (%s, %s)", list(end)))
        both = within.both(filters)
        rows = db.rows(
            f"select m.minute, m.id from store_mention m where {both.sql} {order}",
            [*both.params, limit - len(found) + 1],
        )
        room = limit - len(found)
        found.extend(row for _, row in rows[:room])
        if len(rows) > room:
            return Found(found, (rows[room - 1][0], rows[room - 1][1]) if room else after)
        if end is None:
            return Found(found, None)
        after = (end[0], end[1])
    return Found(found, after, is_cut=True)


def _by_severity(db: Database, ask: Ask, after: Mark | None, limit: int) -> Found:
    """The gravest first: one short walk of the index for each score from the top on."""
    lowest = max(ask.severity, ASKING_SEVERITY)
    top = 100 if after is None else after[0]
    filters = _filters(db, ask)
    found: list[int] = []
    for score in range(top, lowest - 1, -1):
        grave = _Where(f"m.severity >= {ASKING_SEVERITY} and m.severity = %s", [score])
        driver = _place(db, ask).both(grave).both(_period(ask))
        start = after[1:] if after is not None and score == after[0] else None
        part = _scan(db, (driver, filters), start, limit - len(found), EXAMINED // 4)
        found.extend(part.rows)
        if part.after is not None:
            return Found(found, (score, *part.after), part.is_cut)
    return Found(found, None)


def _by_words(db: Database, ask: Ask, after: Mark | None, limit: int) -> Found:
    """Search proposes, the other filters decide; the last to come in first."""
    if ask.query is None:
        return Found([], None)
    # The index holds lead mentions of the brand alone; to name the brand again would tempt the planner to walk it all.
    filters = _period(ask).both(_filters(db, ask))
    looked_at = 0

    def keep(rows: list[int]) -> list[int]:
        nonlocal looked_at
        looked_at += len(rows)
        kept = _kept(db, filters, rows)
        return [row for row in rows if row in kept]

    before = after[0] if after else None
    found: list[int] = []
    stretches = search_stretches(db, ask.brand, ask.query, world=ask.world, limit=limit + 1, before=before, keep=keep)
    for last, rows in stretches:
        found.extend(row.row for row in rows)
        if len(found) > limit:
            return Found(found[:limit], (found[limit - 1],))
        if looked_at >= _PROPOSED:
            return Found(found, (last,), is_cut=True)
    return Found(found, None)


def _by_work(db: Database, ask: Ask, after: Mark | None, limit: int) -> Found:
    """What somebody has, or what is done: read from the states, of which there are few, then filtered."""
    held = "w.assignee > 0 and w.assignee = %s" if ask.assignee else "w.done"
    place: list[object] = [db.names.brand(ask.brand), db.names.find_timeline(ask.world)]
    if ask.assignee:
        place.append(ask.assignee)
    filters = _period(ask).both(_filters(db, ask))
    found: list[int] = []
    for _ in range(0, EXAMINED // 2, _AT_ONCE):
        before = "" if after is None else " and (w.minute, w.mention) < (%s, %s)"
        states = db.rows(
            f"select w.minute, w.mention from store_workstate w where w.brand = %s and w.world = %s and {held}{before}"
            " order by w.minute desc, w.mention desc limit %s",
            [*place, *(after or ()), _AT_ONCE],
        )
        kept = _kept(db, filters, [row for _, row in states])
        for minute, row in states:
            if row in kept and len(found) == limit:
                return Found(found, after)
            if row in kept:
                found.append(row)
            after = (minute, row)
        if len(states) < _AT_ONCE:
            return Found(found, None)
    return Found(found, after, is_cut=True)


def _kept(db: Database, filters: _Where, rows: Sequence[int]) -> set[int]:
    """Which of some mentions pass; found by their numbers alone."""
    if not rows:
        return set()
    sql = f"select m.id from store_mention m where m.id in ({marks(len(rows))}) and {filters.sql}"
    return {row for (row,) in db.rows(sql, [*rows, *filters.params])}


def _place(db: Database, ask: Ask) -> _Where:
    number = db.names.find_timeline(ask.world)
    return _Where("m.lead and m.brand_id = %s and m.world_id = %s", [db.names.brand(ask.brand), number])


def _period(ask: Ask) -> _Where:
    parts, params = ["true"], []  # type: tuple[list[str], list[object]]
    if ask.since is not None:
        parts.append("m.minute >= %s")
        params.append(ask.since)
    if ask.until is not None:
        parts.append("m.minute < %s")
        params.append(ask.until)
    return _Where(" and ".join(parts), params)


def _driver(db: Database, ask: Ask) -> _Where:
    """What an index finds in order: the asking ones, those of a story, or all."""
    place = _place(db, ask).both(_period(ask))
    if ask.story:
        stories = "m.story_id in (select id from store_story where name = %s and brand_id = %s)"
        return place.both(_Where(stories, [ask.story, db.names.brand(ask.brand)]))
    if ask.state is State.TODO or ask.severity >= ASKING_SEVERITY:
        return place.both(_Where(_ASKS, []))
    return place


_UNSURE = '%"sure":false%'
_PERSONAL = '%"personal":[{%'


def _filters(db: Database, ask: Ask) -> _Where:
    parts, params = ["true"], []  # type: tuple[list[str], list[object]]
    for sql, given in _conditions(db, ask):
        parts.append(sql)
        params.extend(given)
    return _Where(" and ".join(parts), params)


def _conditions(db: Database, ask: Ask) -> Iterator[tuple[str, Sequence[object]]]:
    if ask.state is State.TODO:
        yield _ASKS, ()
        yield f"not {_TAKEN.format('w.done')}", ()
    elif ask.state is State.DONE:
        yield _TAKEN.format("w.done"), ()
    if ask.assignee == 0:
        yield f"not {_TAKEN.format('w.assignee > 0')}", ()
    elif ask.assignee is not None:
        yield _TAKEN.format("w.assignee = %s"), (ask.assignee,)
    if ask.severity:
        yield "m.severity >= %s", (ask.severity,)
    for column, values in (("tone", ask.tones), ("language", ask.languages)):
        if values:
            yield f"m.{column} in ({marks(len(values))})", values
    if ask.kinds:
        yield f"({' or '.join(['m.kinds like %s'] * len(ask.kinds))})", [f"%{kind}%" for kind in ask.kinds]
    if ask.sources:
        yield f"m.source in ({marks(len(ask.sources))})", [db.names.find_source(name) for name in ask.sources]
    if ask.story:
        yield "m.story_id in (select id from store_story where name = %s)", (ask.story,)
    if ask.unsure:
        yield "m.reading like %s", (_UNSURE,)
    if ask.personal:
        yield "m.reading like %s", (_PERSONAL,)
    if ask.platforms:
        posts = f"select 1 from store_post p where p.id = m.post_id and p.platform in ({marks(len(ask.platforms))})"
        yield f"exists ({posts})", ask.platforms
    if ask.watch:
        others = "select 1 from store_mention o where o.post_id = m.post_id and o.watch_id = %s"
        yield f"exists ({others})", (db.names.watch(ask.brand, ask.watch),)
