"""Find an account and say what is held of it; everything through indexes, but for one pass over the accounts."""

from __future__ import annotations

from collections import Counter

from tocsin.base.errors import NotFoundError
from tocsin.base.time import from_ms
from tocsin.store.database import Database, Row, marks
from tocsin.store.map import at_or_none
from tocsin.store.personal.rows import FoundAuthor, Holding
from tocsin.store.write.tombstone import author_tombstone

_KINDS_READ = 5_000
_AUTHOR = "select a.id, a.platform, a.handle, coalesce(a.name, ''), a.followers from store_author a"
_OF_BRAND = (
    "exists (select 1 from store_post p join store_mention m on m.post_id = p.id"
    " where p.author_id = a.id and m.brand_id = %s)"
)


def find_authors(db: Database, brand: str, words: str, platform: str = "", limit: int = 50) -> list[FoundAuthor]:
    """Return the accounts whose handle or name holds the words and who were heard of the brand, the nearest first."""
    wanted = " ".join(words.split()).removeprefix("@")
    if not wanted:
        return []
    like, exact_case = _inside(wanted.lower()), _inside(wanted)  # SQLite lowers ASCII alone
    where, params = "", []  # type: tuple[str, list[object]]
    if platform:
        where, params = " and a.platform = %s", [platform]
    number = db.names.brand(brand)
    rows = db.rows(
        f"{_AUTHOR} where (lower(a.handle) like %s escape '!' or lower(a.name) like %s escape '!' or a.name like %s"
        f" escape '!'){where} and {_OF_BRAND}"
        " order by case when lower(a.handle) = %s then 0 else 1 end, length(a.handle), a.handle, a.platform limit %s",
        [like, like, exact_case, *params, number, wanted.lower(), limit],
    )
    return [_found(db, row, number) for row in rows]


def author(db: Database, brand: str, number: int) -> FoundAuthor:
    """Return an account heard of the brand. Raises NotFoundError, for one heard of other brands alone too."""
    known = db.names.brand(brand)
    row = db.row(f"{_AUTHOR} where a.id = %s and {_OF_BRAND}", [number, known])
    if row is None:
        raise NotFoundError("There is no author {number} here. They were erased, or never heard of.", number=number)
    return _found(db, row, known)


def holding(db: Database, brand: str, number: int) -> Holding:
    """Return what is held of an account. Raises NotFoundError."""
    found = author(db, brand, number)
    posts = "select p.id from store_post p where p.author_id = %s"
    span = db.row("select count(*), min(created_ms), max(created_ms) from store_post where author_id = %s", [number])
    assert span is not None
    rows = db.rows(f"select id, brand_id, source from store_mention where post_id in ({posts})", [number])
    mentions = [row[0] for row in rows]
    return Holding(
        author=found,
        posts=span[0],
        mentions=len(rows),
        revisions=db.value(f"select count(*) from store_revision where post_id in ({posts})", [number]),
        sightings=db.value(f"select count(*) from store_sighting where post_id in ({posts})", [number]),
        labels=_labels(db, mentions),
        corrections=_among(db, "select count(*) from store_correction where mention in ({})", mentions),
        stories=_stories(db, number),
        ring=db.value("select count(*) from store_unmatched where author = %s", [number]),
        brands=tuple(sorted({db.names.name_of("brand", row[1]) for row in rows})),
        sources=tuple(sorted({db.names.name_of("source", row[2]) for row in rows})),
        kinds=_kinds(db, brand, number),
        first_at=at_or_none(span[1]),
        last_at=at_or_none(span[2]),
        is_out=_is_out(db, found.platform, found.handle),
    )


def rows_of(db: Database, brand: str, number: int, limit: int) -> list[int]:
    """Return the numbers of the newest mentions of the brand by an account."""
    rows = db.rows(
        "select m.id from store_post p join store_mention m on m.post_id = p.id where p.author_id = %s"
        " and m.brand_id = %s and m.lead order by m.minute desc, m.id desc limit %s",
        [number, db.names.brand(brand), limit],
    )
    return [row for (row,) in rows]


def platforms(db: Database) -> list[str]:
    """Return the platforms of the accounts that are known, sorted."""
    return [name for (name,) in db.rows("select distinct platform from store_author order by platform")]


def _inside(words: str) -> str:
    return "%" + words.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"


def _found(db: Database, row: Row, brand: int) -> FoundAuthor:
    said = db.row(
        "select count(*), max(p.created_ms) from store_post p join store_mention m on m.post_id = p.id"
        " where p.author_id = %s and m.brand_id = %s and m.lead",
        [row[0], brand],
    )
    posts, last = said or (0, None)
    return FoundAuthor(
        number=row[0],
        platform=row[1],
        handle=row[2],
        name=row[3],
        followers=row[4],
        posts=posts,
        last_at=None if last is None else from_ms(last),
    )


def _kinds(db: Database, brand: str, number: int) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for (names,) in db.rows(
        "select m.kinds from store_post p join store_mention m on m.post_id = p.id"
        " where p.author_id = %s and m.brand_id = %s and m.lead limit %s",
        [number, db.names.brand(brand), _KINDS_READ],
    ):
        counted.update(names.split())
    return dict(counted.most_common())


def _labels(db: Database, mentions: list[int]) -> int:
    sql = "select count(*) from store_label where subject_kind = 'mention' and subject in ({})"
    return _among(db, sql, [str(row) for row in mentions])


def _stories(db: Database, number: int) -> int:
    return int(
        db.value(
            "select count(*) from store_story s where s.id in (select m.story_id from store_post p"
            " join store_mention m on m.post_id = p.id where p.author_id = %s and m.story_id is not null"
            " and p.native_id = s.first_native_id and p.platform = s.first_platform)",
            [number],
        )
    )


def _among(db: Database, sql: str, values: list[int] | list[str]) -> int:
    found = 0
    for start in range(0, len(values), 500):
        chunk = values[start : start + 500]
        found += db.value(sql.format(marks(len(chunk))), list(chunk))
    return found


def _is_out(db: Database, platform: str, handle: str) -> bool:
    digests = [author_tombstone(db, one, handle) for one in (platform, "")]
    return db.value("select 1 from store_tombstone where digest in (%s, %s)", digests) is not None
