"""Write what people put right: the verdict as shown, its counts and its place in the index, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tocsin.base.errors import NotFoundError
from tocsin.base.mention import Verdict
from tocsin.base.person import MARK
from tocsin.base.time import from_ms, to_ms
from tocsin.screen.correct import Act, Change, Correction, corrected_by_all, parse_change
from tocsin.store import bulk
from tocsin.store.affairs.moves import moves_for
from tocsin.store.affairs.rearrange import Who, move_back, set_apart
from tocsin.store.database import Database, marks
from tocsin.store.map import READING_COLUMNS, pack_bands, reading_row, unpack_bands
from tocsin.store.queries.mentions import mentions_of
from tocsin.store.rows import MentionRow
from tocsin.store.write.counts import CountKey, KindKey, add_counts
from tocsin.store.write.index import add_documents, remove_documents, stored_documents

VALID = 2_000  # the newest that hold for posts to come


class CorrectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A correction that holds. mention: the one looked at. by: number of a person."""

    id: int
    mention: int
    change: Change
    by: int
    at: datetime


class _Original(msgspec.Struct, frozen=True, kw_only=True):
    """What was read before anybody corrected it."""

    verdict: Verdict


_original = msgspec.json.Decoder(_Original)


def correct(
    db: Database, row: MentionRow, change: Change, also: Sequence[int], *, by: int, at: datetime
) -> CorrectionRow:
    """Put a reading right, and that of the mentions `also`; return the correction."""
    place = db.row("select brand_id, world_id from store_mention where id = %s", [row.row])
    if place is None:
        raise NotFoundError("There is no mention {row}. Its post was deleted or erased.", row=row.row)
    brand, world = place
    keys = row.verdict.keys
    with db.transaction():
        db.one_writer(f"world {world}")
        number = bulk.reserve(db, "store_correction", 1)[0]
        values = (number, brand, world, row.row, change.label, keys.exact, pack_bands(keys.bands), by, to_ms(at))
        columns = ("id", "brand", "world", "mention", "label", "exact", "bands", "by", "at_ms")
        bulk.insert(db, "store_correction", columns, [values])
        rows = sorted({row.row, *also})
        bulk.insert(db, "store_corrected", ("mention", "correction"), [(one, number) for one in rows])
        _read_anew(db, brand, rows, newest=number)
        if change.act is Act.OTHER_STORY:
            _set_apart(db, row, rows, Who(f"{MARK}{by}", at, number))
    return CorrectionRow(id=number, mention=row.row, change=change, by=by, at=at)


def undo(db: Database, number: int, at: datetime) -> list[int]:
    """Take a correction back, on all that it changed; return these mentions. none if it was taken back already."""
    place = db.row("select brand, world from store_correction where id = %s", [number])
    if place is None:
        return []
    brand, world = place
    with db.transaction():
        db.one_writer(f"world {world}")
        sql = "update store_correction set undone_ms = %s where id = %s and undone_ms is null"
        if not db.run(sql, [to_ms(at), number]):
            return []
        rows = [row for (row,) in db.rows("select mention from store_corrected where correction = %s", [number])]
        _read_anew(db, brand, rows)
        for move in moves_for(db, brand, number):
            move_back(db, db.names.name_of("brand", brand), move.id, Who(move.by, at))
    return rows


def replace_verdicts(db: Database, brand: str, verdicts: Mapping[int, Verdict]) -> None:
    """Write other verdicts on lead mentions, those read again after a correction was taken back."""
    if not verdicts:
        return
    number = db.names.brand(brand)
    world = db.value("select world_id from store_mention where id = %s", [min(verdicts)])
    with db.transaction():
        db.one_writer(f"world {world}")
        _write(db, number, verdicts)


def valid(db: Database) -> list[Correction]:
    """Return the corrections that hold for posts to come, oldest first; of stories, grouping learns from the moves."""
    rows = db.rows(
        "select b.slug, c.label, c.exact, c.bands from (select * from store_correction where undone_ms is null"
        " order by id desc limit %s) c join store_brand b on b.id = c.brand order by c.id",
        [VALID],
    )
    found = [
        Correction(brand=slug, change=parse_change(label), exact=exact, bands=unpack_bands(bands))
        for slug, label, exact, bands in rows
    ]
    return [one for one in found if one.change.act is not Act.OTHER_STORY]


def generation(db: Database) -> tuple[int, int]:
    """Return a value that changes whenever `valid` would."""
    row = db.row("select coalesce(max(id), 0), count(*) from store_correction where undone_ms is null")
    return (0, 0) if row is None else (row[0], row[1])


def of_mention(db: Database, row: int) -> list[CorrectionRow]:
    """Return the corrections that hold on a mention, oldest first."""
    rows = db.rows(
        'select c.id, c.mention, c.label, c."by", c.at_ms from store_corrected d'
        " join store_correction c on c.id = d.correction where d.mention = %s and c.undone_ms is null order by c.id",
        [row],
    )
    return [
        CorrectionRow(id=one[0], mention=one[1], change=parse_change(one[2]), by=one[3], at=from_ms(one[4]))
        for one in rows
    ]


class _Row(NamedTuple):
    """A mention of a post that is put right: itself, and the lead one of the brand, which people look at."""

    row: int
    lead: int
    exact: int


def _set_apart(db: Database, row: MentionRow, rows: Sequence[int], who: Who) -> None:
    """Put mentions into a story of their own, those that stand in the same one as the mention that was looked at."""
    story = db.value("select story_id from store_mention where id = %s", [row.row])
    if story is not None:
        set_apart(db, row.brand, story, rows, who)


def _read_anew(db: Database, brand: int, leads: Sequence[int], newest: int = 0) -> None:
    """Let each mention say what was read first, under all the corrections that hold on it now.

    newest: the correction that was just given; all others end on a post whose words were changed since.
    """
    for chunk in bulk.chunks(list(leads), 200):
        rows = [
            _Row(*found)
            for found in db.rows(
                "select o.id, m.id, o.exact from store_mention m join store_mention o"
                f" on o.post_id = m.post_id and o.brand_id = m.brand_id where m.id in ({marks(len(chunk))})"
                " and m.brand_id = %s order by o.id",
                [*chunk, brand],
            )
        ]
        known = _originals(db, rows, newest)
        said = _said(db, chunk)
        _write(db, brand, {one.row: corrected_by_all(known[one.row].verdict, said[one.lead]) for one in rows})
        free = [(one.row,) for one in rows if not said[one.lead]]
        bulk.update(db, "delete from store_original where mention = %s", free)


def _originals(db: Database, rows: Sequence[_Row], newest: int) -> dict[int, _Original]:
    """What was read first in each mention: as it was kept, or what stands there now, which is then kept."""
    among = f"in ({marks(len(rows))})"
    sql = f"select mention, body from store_original where mention {among}"
    kept = {row: _original.decode(body) for row, body in db.rows(sql, [one.row for one in rows])}
    stale = [one for one in rows if one.row in kept and kept[one.row].verdict.keys.exact != one.exact]
    for one in stale:
        del kept[one.row]
        db.run("delete from store_original where mention = %s", [one.row])
        db.run("delete from store_corrected where mention = %s and correction <> %s", [one.lead, newest])
    fresh = mentions_of(db, [one.row for one in rows if one.row not in kept])
    made = {one.row: _Original(verdict=one.verdict) for one in fresh}
    bodies = [(row, msgspec.json.encode(one).decode()) for row, one in made.items()]
    bulk.insert(db, "store_original", ("mention", "body"), bodies)
    return kept | made


def _said(db: Database, leads: Sequence[int]) -> dict[int, list[Change]]:
    """The changes that hold on each lead mention, in the order in which they were given."""
    said: dict[int, list[Change]] = {row: [] for row in leads}
    for row, label in db.rows(
        "select d.mention, c.label from store_corrected d join store_correction c on c.id = d.correction"
        f" where c.undone_ms is null and d.mention in ({marks(len(leads))}) order by c.id",
        list(leads),
    ):
        said[row].append(parse_change(label))
    return said


def _write(db: Database, brand: int, verdicts: Mapping[int, Verdict]) -> None:
    """Write verdicts on mentions; correct the counts, the index and the stories."""
    rows = db.rows(
        "select m.id, m.watch_id, m.timeline_id, m.minute, m.lead, p.platform, m.language, m.tone, m.kinds, m.story_id"
        f" from store_mention m join store_post p on p.id = m.post_id where m.id in ({marks(len(verdicts))})",
        sorted(verdicts),
    )
    stored = {one.row: one for one in mentions_of(db, [row[0] for row in rows])}
    leads = [row[0] for row in rows if row[4]]
    where = f"m.id in ({marks(len(leads))})"
    remove_documents(db, stored_documents(db, where, leads))
    updates: list[tuple[object, ...]] = []
    counts: dict[int, Counter[CountKey]] = {}
    kinds: dict[int, Counter[KindKey]] = {}
    negative: Counter[int] = Counter()
    for row, watch, timeline, minute, lead, platform, language, tone, had, story in rows:
        read = reading_row(msgspec.structs.replace(stored[row].mention, verdict=verdicts[row]))
        updates.append((*read, row))
        count, kind = counts.setdefault(timeline, Counter()), kinds.setdefault(timeline, Counter())
        for which in (watch, 0) if lead else (watch,):
            count[(brand, which, minute, platform, language, tone)] -= 1
            count[(brand, which, minute, platform, read[1], read[2])] += 1
        if lead:
            kind.subtract((brand, minute, name) for name in had.split())
            kind.update((brand, minute, name) for name in read[4].split())
            if story is not None and not stored[row].mention.own:
                negative[story] += (read[2] == "negative") - (tone == "negative")
    sets = ", ".join(f"{column} = %s" for column in READING_COLUMNS)
    bulk.update(db, f"update store_mention set {sets} where id = %s", updates)
    add_documents(db, stored_documents(db, where, leads))
    for timeline in sorted(counts):
        add_counts(db, timeline, counts[timeline], kinds[timeline])
    sql = "update store_story set negative = negative + %s where id = %s"
    bulk.update(db, sql, [(number, story) for story, number in sorted(negative.items()) if number])
