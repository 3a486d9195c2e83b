"""Stories in short rows: lists, hours, posts, shares, copies; each bounded, whatever the story's size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec

from tocsin.base.errors import NotFoundError
from tocsin.base.post import Audience
from tocsin.base.seam import world_of
from tocsin.base.story import StoryState
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.affairs.levels import world_timelines
from tocsin.store.affairs.rearrange import TITLE_LABEL
from tocsin.store.affairs.rows import Copy, PostLine, Shares, StoryFilter, StoryLine, Trail
from tocsin.store.database import Database, Row, marks
from tocsin.store.map import RestBody, unpack_bands
from tocsin.store.write.counts import HOUR

_EXCERPT = 600
_OPEN = (Audience.PUBLIC, Audience.UNLISTED)
_MOST_READ = 3_000
_LINE = (
    "select s.id, s.name, s.title, s.keywords, s.first_platform, s.first_native_id, s.first_ms, s.last_ms, s.posts,"
    " s.copies, s.negative, s.severity, s.state, s.kind, s.platforms, s.languages, b.slug, t.name"
    " from store_story s join store_brand b on b.id = s.brand_id join store_timeline t on t.id = s.timeline_id"
)
_POST = (
    "select m.id, m.minute, p.created_ms, p.platform, p.native_id, p.kind, p.url, p.title, substr(p.text, 1, %s),"
    " coalesce(a.handle, ''), coalesce(a.name, ''), a.followers, m.tone, m.severity, m.kinds, m.language, m.exact,"
    " m.source, m.own, p.rest from store_mention m join store_post p on p.id = m.post_id"
    " left join store_author a on a.id = p.author_id"
)
_TRAIL = (
    "select m.id, p.created_ms, p.seen_ms, p.platform, p.native_id, p.kind, p.audience, p.url,"
    " coalesce(p.author_id, 0), coalesce(a.handle, ''), coalesce(a.name, ''), a.followers, a.created_ms, m.exact,"
    " m.bands, length(p.text), m.source, m.own, p.rest from store_mention m join store_post p on p.id = m.post_id"
    " left join store_author a on a.id = p.author_id where m.story_id = %s"
)
_strings = msgspec.json.Decoder(tuple[str, ...])
_rest = msgspec.json.Decoder(RestBody)


def find_stories(db: Database, brand: str, world: str, wanted: StoryFilter) -> list[StoryLine]:
    """Return the stories of two posts or more that fit, the one that moved last first, or the largest."""
    where, params = ["s.posts >= 2"], []  # type: tuple[list[str], list[Any]]
    for clause, instant in (("s.last_ms >= %s", wanted.since), ("s.last_ms < %s", wanted.before)):
        if instant is not None:
            where.append(clause)
            params.append(to_ms(instant))
    if wanted.kinds:
        where.append(f"s.kind in ({marks(len(wanted.kinds))})")
        params.extend(wanted.kinds)
    if wanted.states:
        clause, values = _in_state(wanted)
        where.append(clause)
        params.extend(values)
    for word in wanted.words:
        where.append("lower(s.title) like %s escape '!'")
        params.append(f"%{_plain(word.lower())}%")
    order = "s.posts desc" if wanted.largest_first else "s.last_ms desc"
    rows: list[Row] = []
    for timeline in world_timelines(db, world):
        rows += db.rows(
            f"{_LINE} where s.brand_id = %s and s.timeline_id = %s and {' and '.join(where)} order by {order} limit %s",
            [db.names.brand(brand), timeline, *params, wanted.limit],
        )
    lines = sorted(_titled(db, [_line(row) for row in rows]), key=attrgetter("last_at"), reverse=True)
    if wanted.largest_first:
        lines.sort(key=attrgetter("posts"), reverse=True)
    return lines[: wanted.limit]


def story_line(db: Database, brand: str, world: str, name: str) -> StoryLine:
    """Return a story of a brand by its id. Raises NotFoundError, for one of another brand too."""
    timelines = world_timelines(db, world)
    rows = db.rows(
        f"{_LINE} where s.name = %s and s.brand_id = %s and s.timeline_id in ({marks(len(timelines)) or 'null'})",
        [name, db.names.brand(brand), *timelines],
    )
    if not rows:
        raise NotFoundError("There is no story {id!r}. Take its id from the list of stories.", id=name)
    lines = [_line(row) for row in rows]
    return _titled(db, [max(lines, key=lambda line: (line.timeline == world, line.posts))])[0]


def earlier_lines(db: Database, line: StoryLine, since: int, bounds: tuple[int, int]) -> list[StoryLine]:
    """Return the stories of the world that were over before this one began, the largest first.

    since: the earliest of their last posts, in ms. bounds: of how many of the largest stories of each timeline, and of
    how many posts at least.
    """
    most, fewest = bounds
    rows: list[Row] = []
    for timeline in world_timelines(db, world_of(line.timeline)):
        rows += db.rows(
            f"{_LINE} where s.id in (select id from store_story where brand_id = %s and timeline_id = %s"
            " and posts >= %s order by posts desc limit %s) and s.last_ms >= %s and s.last_ms < %s",
            [db.names.brand(line.brand), timeline, fewest, most, since, to_ms(line.first_at)],
        )
    lines = [other for other in map(_line, rows) if other.id != line.id]
    return _titled(db, sorted(lines, key=lambda other: (-other.posts, other.id)))


def titles(db: Database, names: Sequence[str]) -> dict[str, str]:
    """Return the titles that people gave to stories, by id; the others are left out."""
    given: dict[str, str] = {}
    for chunk in bulk.chunks(sorted(set(names))):
        for subject, note in db.rows(
            "select subject, note from store_label where subject_kind = 'story' and label = %s"
            f" and subject in ({marks(len(chunk))}) order by id",
            [TITLE_LABEL, *chunk],
        ):
            given[subject] = note
    return {name: title for name, title in given.items() if title}


def own_titles(db: Database, brand: str, world: str, names: Sequence[str]) -> dict[str, str]:
    """Return what stories are called, by id: as people named them, or as their posts do. Those put elsewhere too."""
    timelines = world_timelines(db, world)
    found: dict[str, str] = {}
    for chunk in bulk.chunks(sorted(set(names))):
        sql = (
            f"select name, title from store_story where timeline_id in ({marks(len(timelines)) or 'null'})"
            f" and name in ({marks(len(chunk))}) and brand_id = %s order by posts"
        )
        found |= dict(db.rows(sql, [*timelines, *chunk, db.names.brand(brand)]))
    return found | titles(db, names)


def hours(db: Database, numbers: Sequence[int], since: int, until: int) -> dict[int, dict[int, int]]:
    """Return the posts of stories in each hour (its first minute) from `since` and before `until`, by number."""
    found: dict[int, dict[int, int]] = {number: {} for number in numbers}
    for chunk in bulk.chunks(list(numbers)):
        for story, start, posts in db.rows(
            "select story_id, start, posts from store_storycount"
            f" where story_id in ({marks(len(chunk))}) and span = %s and start >= %s and start < %s",
            [*chunk, HOUR, since, until],
        ):
            found[story][start] = int(posts)
    return found


def first_lines(db: Database, number: int, limit: int) -> list[PostLine]:
    """Return the earliest posts of a story."""
    return _lines(db, "where m.story_id = %s order by m.minute, m.id limit %s", [number, limit])


def last_lines(db: Database, number: int, limit: int) -> list[PostLine]:
    """Return the newest posts of a story, newest first."""
    return _lines(db, "where m.story_id = %s order by m.minute desc, m.id desc limit %s", [number, limit])


def trail(db: Database, number: int, limit: int) -> list[Trail]:
    """Return what tells how a story spread, oldest first: of its earliest posts, and of half as many newest."""
    newest = limit // 3
    rows = db.rows(f"{_TRAIL} order by m.minute, m.id limit %s", [number, limit - newest])
    if len(rows) == limit - newest:
        rows += db.rows(f"{_TRAIL} order by m.minute desc, m.id desc limit %s", [number, newest])
    found = {row[0]: _trail(db, row) for row in rows}
    return sorted(found.values(), key=attrgetter("at_ms", "row"))


def loud_lines(db: Database, number: int, limit: int) -> list[PostLine]:
    """Return those of the first 3,000 posts of a story whose authors most people follow, the largest reach first."""
    rows = db.rows(
        "select n.id from (select m.id, m.post_id from store_mention m where m.story_id = %s order by m.minute, m.id"
        " limit %s) n join store_post p on p.id = n.post_id join store_author a on a.id = p.author_id"
        " where a.followers is not null order by a.followers desc, n.id limit %s",
        [number, _MOST_READ, limit],
    )
    return lines_of(db, [row for (row,) in rows])


def lines_of(db: Database, rows: Sequence[int]) -> list[PostLine]:
    """Return posts by the rows of their mentions, in that order."""
    found: dict[int, PostLine] = {}
    for chunk in bulk.chunks(list(rows)):
        found |= {line.row: line for line in _lines(db, f"where m.id in ({marks(len(chunk))})", list(chunk))}
    return [found[row] for row in rows if row in found]


def lines_in(db: Database, number: int, rows: Sequence[int]) -> list[PostLine]:
    """Return those of these posts that a story holds, newest first."""
    found: list[PostLine] = []
    for chunk in bulk.chunks(list(rows)):
        found += _lines(db, f"where m.story_id = %s and m.id in ({marks(len(chunk))})", [number, *chunk])
    return sorted(found, key=attrgetter("minute", "row"), reverse=True)


def window_lines(db: Database, brand: str, world: str, span: tuple[int, int], limit: int) -> list[PostLine]:
    """Return the most severe of a brand's posts from one minute to another, both included, of the newest 3,000."""
    rows = db.rows(
        "select n.id from (select m.id, m.severity from store_mention m where m.lead and m.brand_id = %s"
        " and m.world_id = %s and m.minute >= %s and m.minute <= %s order by m.minute desc, m.id desc limit %s) n"
        " order by n.severity desc, n.id limit %s",
        [db.names.brand(brand), db.names.find_timeline(world), *span, _MOST_READ, limit],
    )
    return lines_of(db, [row for (row,) in rows])


def shares(db: Database, number: int) -> Shares:
    """Return how the newest 3,000 posts of a story fall."""
    places: Counter[tuple[str, str]] = Counter()
    languages, tones, kinds = Counter[str](), Counter[str](), Counter[str]()
    sources: set[int] = set()
    for platform, kind, language, tone, names, source, posts in db.rows(
        "select p.platform, p.kind, n.language, n.tone, n.kinds, n.source, count(*) from ("
        "select m.post_id, m.language, m.tone, m.kinds, m.source from store_mention m where m.story_id = %s"
        " order by m.minute desc, m.id desc limit %s) n join store_post p on p.id = n.post_id"
        " group by p.platform, p.kind, n.language, n.tone, n.kinds, n.source",
        [number, _MOST_READ],
    ):
        places[(platform, kind)] += posts
        languages[language] += posts
        tones[tone] += posts
        sources.add(source)
        for name in names.split():
            kinds[name] += posts
    return Shares(
        read=sum(tones.values()),
        places=dict(places),
        languages=dict(languages.most_common()),
        tones=dict(tones),
        kinds=dict(kinds.most_common()),
        sources=len(sources),
    )


def denials(db: Database, number: int) -> int:
    """Return how many of the newest 3,000 posts of a story deny something, as the first reading found."""
    return int(
        db.value(
            "select count(*) from (select m.reading from store_mention m where m.story_id = %s"
            " order by m.minute desc, m.id desc limit %s) n where n.reading like %s",
            [number, _MOST_READ, '%"code":"denial"%'],
        )
    )


def copies(db: Database, number: int, limit: int) -> list[Copy]:
    """Return the texts that most posts of a story repeat, of its newest 3,000."""
    rows = db.rows(
        "select n.exact, count(*), min(n.id) from (select m.id, m.exact from store_mention m where m.story_id = %s"
        " order by m.minute desc, m.id desc limit %s) n group by n.exact having count(*) > 1"
        " order by count(*) desc, n.exact limit %s",
        [number, _MOST_READ, limit],
    )
    firsts = {line.row: line for line in lines_of(db, [first for _, _, first in rows])}
    return [Copy(first=firsts[first], posts=posts) for _, posts, first in rows if first in firsts]


def _lines(db: Database, where: str, params: Sequence[Any]) -> list[PostLine]:
    return [_post(db, row) for row in db.rows(f"{_POST} {where}", [_EXCERPT, *params])]


def _post(db: Database, row: Row) -> PostLine:
    rest = _rest.decode(row[19])
    return PostLine(
        row=row[0],
        minute=row[1],
        at=from_ms(row[2]),
        platform=row[3],
        native_id=row[4],
        kind=row[5],
        url=row[6],
        title=row[7],
        text=row[8],
        handle=row[9],
        name=row[10],
        followers=row[11],
        tone=row[12],
        severity=row[13],
        kinds=tuple(row[14].split()),
        language=row[15],
        exact=row[16],
        source=db.names.name_of("source", row[17]),
        own=bool(row[18]),
        parent_id=rest.parent_id,
        root_id=rest.root_id,
        shared_id=rest.shared_id,
    )


def _trail(db: Database, row: Row) -> Trail:
    rest = _rest.decode(row[18])
    return Trail(
        row=row[0],
        at_ms=row[1],
        seen_ms=row[2],
        platform=row[3],
        native_id=row[4],
        kind=row[5],
        is_public=row[6] in _OPEN,
        url=row[7],
        author=row[8],
        handle=row[9],
        name=row[10],
        followers=row[11],
        joined_ms=row[12],
        exact=row[13],
        bands=unpack_bands(row[14]),
        length=row[15],
        source=db.names.name_of("source", row[16]),
        own=bool(row[17]),
        parent_id=rest.parent_id,
        root_id=rest.root_id,
        shared_id=rest.shared_id,
        links=rest.links,
    )


def _line(row: Row) -> StoryLine:
    return StoryLine(
        number=row[0],
        id=row[1],
        title=row[2],
        own_title=row[2],
        keywords=_strings.decode(row[3]),
        first_post=(row[4], row[5]),
        first_at=from_ms(row[6]),
        last_at=from_ms(row[7]),
        posts=row[8],
        copies=row[9],
        negative=row[10],
        severity=row[11],
        state=StoryState(row[12]),
        kind=row[13],
        platforms=_strings.decode(row[14]),
        languages=_strings.decode(row[15]),
        brand=row[16],
        timeline=row[17],
    )


def _titled(db: Database, lines: Sequence[StoryLine]) -> list[StoryLine]:
    given = titles(db, [line.id for line in lines])
    return [msgspec.structs.replace(line, title=given[line.id]) if line.id in given else line for line in lines]


def _in_state(wanted: StoryFilter) -> tuple[str, list[Any]]:
    """A story that fell silent is calm, though nothing was closed since that could have said so."""
    states = [state.value for state in wanted.states]
    stored = f"s.state in ({marks(len(states))})"
    if wanted.calm_before is None:
        return stored, states
    silent = to_ms(wanted.calm_before)
    if StoryState.CALM in wanted.states:
        return f"({stored} or s.last_ms <= %s)", [*states, silent]
    return f"({stored} and s.last_ms > %s)", [*states, silent]


def _plain(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def moved_since(db: Database, brand: str, world: str, at: datetime, limit: int) -> list[StoryLine]:
    """Return the largest stories among those that moved since an instant."""
    recent = find_stories(db, brand, world, StoryFilter(since=at, limit=200))
    return sorted(recent, key=attrgetter("posts"), reverse=True)[:limit]
