"""Find an account and say what is held of it, through indexes; all accounts are passed over only when asked for."""

from __future__ import annotations

from collections import Counter

from tocsin.base.errors import NotFoundError
from tocsin.base.time import from_ms
from tocsin.store.database import Database, Row, marks
from tocsin.store.map import at_or_none
from tocsin.store.personal.rows import COUNTED_POSTS, FoundAuthor, Holding
from tocsin.store.write.tombstone import author_tombstone

FEW = 20_000  # accounts: up to here all are looked at for each question, within some twenty milliseconds
HELD_POSTS = 2_500  # looked at to say what is held of one account: beyond it, a newspaper or a machine
_TRIED = 4
_LAST = "\U0010ffff"  # sorts after whatever a handle goes on with
_KINDS_READ = 2_500
_AUTHOR = "select a.id, a.platform, a.handle, coalesce(a.name, ''), a.followers from store_author a"
_OF_BRAND = (
    "exists (select 1 from store_post p join store_mention m on m.post_id = p.id"
    " where p.author_id = a.id and m.brand_id = %s)"
)
_NEWEST = f"(select id, created_ms from store_post where author_id = %s order by id desc limit {COUNTED_POSTS}) p"
_HEARD = "+m.brand_id = %s and m.lead"  # the sign keeps the planner from walking all mentions of the brand


def find_authors(
    db: Database, brand: str, words: str, platform: str = "", limit: int = 50, *, inside: bool = False
) -> list[FoundAuthor]:
    """Return the accounts heard of the brand whose handle or name begins with the words, the nearest first.

    inside: also those that hold the words further on, which looks at every account.
    """
    wanted = " ".join(words.split()).removeprefix("@")
    if not wanted:
        return []
    number = db.names.brand(brand)
    rows = _beginning(db, wanted, platform, number, limit * _TRIED)
    if inside and len(rows) < limit:
        known = {row[0] for row in rows}
        rows += [row for row in _inside_of(db, wanted, platform, number, limit) if row[0] not in known]
    rows.sort(key=lambda row: (row[2].lower() != wanted.lower(), len(row[2]), row[2], row[1]))
    return [_found(db, row, number) for row in rows[:limit]]


def has_few(db: Database) -> bool:
    """Return whether the accounts are so few that all can be looked at for each question."""
    return db.row(f"select 1 from store_author limit 1 offset {FEW}") is None


def author(db: Database, brand: str, number: int) -> FoundAuthor:
    """Return an account heard of the brand. Raises NotFoundError, for one heard of other brands alone too."""
    known = db.names.brand(brand)
    row = db.row(f"{_AUTHOR} where a.id = %s and {_OF_BRAND}", [number, known])
    if row is None:
        raise NotFoundError("There is no author {number} here. They were erased, or never heard of.", number=number)
    return _found(db, row, known)


def holding(db: Database, brand: str, number: int) -> Holding:
    """Return what is held of an account, of its newest `HELD_POSTS` posts when it has more. Raises NotFoundError."""
    found = author(db, brand, number)
    of_account = "from store_post p where p.author_id = %s"
    held = f"select x.id from (select p.id {of_account} order by p.id desc limit {HELD_POSTS}) x"
    ends = [
        db.row(
            f"select min(x.at), max(x.at) from (select p.created_ms as at {of_account} {order} limit 1000) x", [number]
        )
        for order in ("order by p.id", "order by p.id desc")
    ]
    moments = [at for end in ends for at in end or () if at is not None]
    rows = db.rows(f"select id, source from store_mention where post_id in ({held})", [number])
    mentions = [row[0] for row in rows]
    posts = db.value(f"select count(*) from ({held}) y", [number])
    return Holding(
        author=found,
        posts=posts,
        mentions=len(rows),
        revisions=db.value(f"select count(*) from store_revision where post_id in ({held})", [number]),
        sightings=db.value(f"select count(*) from store_sighting where post_id in ({held})", [number]),
        labels=_labels(db, mentions),
        corrections=_among(db, "select count(*) from store_correction where mention in ({})", mentions),
        stories=_stories(db, number, held),
        ring=db.value("select count(*) from store_unmatched where author = %s", [number]),
        brands=_brands(db, number),
        sources=tuple(sorted({db.names.name_of("source", row[1]) for row in rows})),
        kinds=_kinds(db, brand, number),
        first_at=at_or_none(min(moments, default=None)),
        last_at=at_or_none(max(moments, default=None)),
        is_out=_is_out(db, found.platform, found.handle),
        is_more=posts == HELD_POSTS,
    )


def rows_of(db: Database, brand: str, number: int, limit: int) -> list[int]:
    """Return the numbers of the newest mentions of the brand by an account, among its last posts to come in."""
    rows = db.rows(
        f"select m.id from {_NEWEST} cross join store_mention m where m.post_id = p.id and {_HEARD}"
        " order by m.minute desc, m.id desc limit %s",
        [number, db.names.brand(brand), limit],
    )
    return [row for (row,) in rows]


def platforms(db: Database) -> list[str]:
    """Return the platforms of the accounts that are known, sorted; the index leads from one to the next."""
    return [
        name
        for (name,) in db.rows(
            "with recursive known (name) as (select min(platform) from store_author union all"
            " select (select min(a.platform) from store_author a where a.platform > known.name) from known"
            " where known.name is not null) select name from known where name is not null order by name"
        )
    ]


def _beginning(db: Database, wanted: str, platform: str, brand: int, limit: int) -> list[Row]:
    """Accounts whose handle, then those whose name, begins so: both read from an index, in its order."""
    places = [platform] if platform else platforms(db)
    if not places:
        return []
    found: dict[int, Row] = {}
    for column in ("a.handle", "a.name"):
        for begin in _spellings(wanted):
            begins, params = _begins(db, f"lower({column})", begin)
            # A stretch of the index for each platform, so that none is read to its end to be sorted.
            each = (
                f"select * from ({_AUTHOR} where a.platform = %s and {begins} and {_OF_BRAND}"
                f" order by lower({column}) limit %s) x"
            )
            asked = [value for place in places for value in (place, *params, brand, limit)]
            for row in db.rows(" union all ".join([each] * len(places)), asked):
                found.setdefault(row[0], row)
    return list(found.values())


def _spellings(wanted: str) -> list[str]:
    """What the database's lower() may have made of the words: SQLite lowers ASCII letters alone."""
    return sorted({_lower_ascii(form) for form in (wanted, wanted.lower(), wanted.title(), wanted.upper())})


def _lower_ascii(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _begins(db: Database, column: str, begin: str) -> tuple[str, list[object]]:
    if not db.is_sqlite:
        return f"{column} like %s", [begin.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"]
    return f"{column} >= %s and {column} < %s", [begin, begin + _LAST]


def _inside_of(db: Database, wanted: str, platform: str, brand: int, limit: int) -> list[Row]:
    """Accounts that hold the words anywhere: one pass over them all."""
    like, exact_case = _inside(wanted.lower()), _inside(wanted)
    where, params = ("and a.platform = %s", [platform]) if platform else ("", [])
    return db.rows(
        f"{_AUTHOR} where (lower(a.handle) like %s escape '!' or lower(a.name) like %s escape '!' or a.name like %s"
        f" escape '!') {where} and {_OF_BRAND} order by length(a.handle), a.handle, a.platform limit %s",
        [like, like, exact_case, *params, brand, limit],
    )


def _inside(words: str) -> str:
    return "%" + words.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"


def _found(db: Database, row: Row, brand: int) -> FoundAuthor:
    said = db.row(
        f"select count(*), max(p.created_ms) from {_NEWEST} cross join store_mention m"
        f" where m.post_id = p.id and {_HEARD}",
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
        "select m.kinds from store_post p cross join store_mention m where m.post_id = p.id and p.author_id = %s"
        f" and {_HEARD} limit %s",
        [number, db.names.brand(brand), _KINDS_READ],
    ):
        counted.update(names.split())
    return dict(counted.most_common())


def _labels(db: Database, mentions: list[int]) -> int:
    sql = "select count(*) from store_label where subject_kind = 'mention' and subject in ({})"
    return _among(db, sql, [str(row) for row in mentions])


def _brands(db: Database, number: int) -> tuple[str, ...]:
    """Every brand that heard the account: what may be erased hangs on it, so that nothing is left out."""
    return tuple(
        slug
        for (slug,) in db.rows(
            "select b.slug from store_brand b where exists (select 1 from store_post p join store_mention m"
            " on m.post_id = p.id where p.author_id = %s and m.brand_id = b.id) order by b.slug",
            [number],
        )
    )


def _stories(db: Database, number: int, held: str) -> int:
    """Stories begun by a post of the account, among those held."""
    return int(
        db.value(
            f"select count(distinct s.id) from ({held}) y join store_mention m on m.post_id = y.id"
            " join store_story s on s.id = m.story_id join store_post p on p.id = y.id"
            " where p.native_id = s.first_native_id and p.platform = s.first_platform",
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
