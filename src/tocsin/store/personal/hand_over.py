"""Gather all that is held of one account, as plain values, to hand it over (GDPR, articles 15 and 20)."""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.base.mention import Verdict
from tocsin.base.time import from_ms, iso
from tocsin.store.database import Database, marks
from tocsin.store.map import AUTHOR_COLUMNS, POST_COLUMNS, author_of, post_of
from tocsin.store.personal.rows import Portable
from tocsin.store.queries.mentions import mentions_of

_POSTS = ", ".join(f"p.{column}" for column in POST_COLUMNS)
_AUTHORS = ", ".join(f"a.{column}" for column in AUTHOR_COLUMNS)
_CHUNK = 500


def hand_over(db: Database, number: int) -> Portable:
    """Return the account, its posts with what they said before, and what was read in them and noted of them.

    Colleagues who labelled or corrected stand as "the team"; nothing of another account is in it but what the author
    wrote of them.
    """
    accounts = db.rows(f"select {_AUTHORS} from store_author a where a.id = %s", [number])
    posts = db.rows(
        f"select p.id, t.name, {_AUTHORS}, {_POSTS} from store_post p join store_timeline t on t.id = p.world_id"
        " join store_author a on a.id = p.author_id where p.author_id = %s order by p.id",
        [number],
    )
    cut = 2 + len(AUTHOR_COLUMNS)
    ids = [row[0] for row in posts]
    revisions, readings = _revisions(db, ids), _readings(db, ids)
    return {
        "account": _plain(author_of(accounts[0])) if accounts else None,
        "posts": [
            {
                "timeline": row[1],
                "post": _plain(post_of(row[cut:], author_of(row[2:cut]))),
                "said_before": revisions.get(row[0], []),
                "readings": readings.get(row[0], []),
            }
            for row in posts
        ],
        "posts_not_wanted": [
            msgspec.json.decode(body)
            for (body,) in db.rows("select body from store_unmatched where author = %s order by id", [number])
        ],
    }


def _revisions(db: Database, ids: list[int]) -> dict[int, list[Portable]]:
    found: dict[int, list[Portable]] = {}
    for chunk in _chunks(ids):
        for post, seen, title, text in db.rows(
            "select post_id, seen_ms, title, text from store_revision"
            f" where post_id in ({marks(len(chunk))}) order by id",
            list(chunk),
        ):
            found.setdefault(post, []).append({"changed_at": iso(from_ms(seen)), "title": title, "text": text})
    return found


def _readings(db: Database, ids: list[int]) -> dict[int, list[Portable]]:
    found: dict[int, list[Portable]] = {}
    for chunk in _chunks(ids):
        rows: dict[int, int] = dict(
            db.rows(f"select id, post_id from store_mention where post_id in ({marks(len(chunk))})", list(chunk))
        )
        labels = _labels(db, sorted(rows))
        for mention in mentions_of(db, sorted(rows)):
            reading = {
                "brand": mention.brand,
                "watch": mention.watch,
                "source": mention.source,
                "read": _verdict(mention.verdict),
                "labels": labels.get(mention.row, []),
            }
            found.setdefault(rows[mention.row], []).append(reading)
    return found


def _verdict(verdict: Verdict) -> Portable:
    return {
        "language": verdict.language,
        "tone": verdict.sentiment.label.value,
        "kinds": [kind.kind.value for kind in verdict.kinds],
        "severity": verdict.severity.score,
        "reasons": [
            {"code": reason.code, "words": list(reason.words), "weight": reason.weight}
            for reason in verdict.severity.reasons
        ],
        "version": verdict.version,
    }


def _labels(db: Database, mentions: list[int]) -> dict[int, list[Portable]]:
    found: dict[int, list[Portable]] = {}
    for chunk in _chunks(mentions):
        for subject, label, ms, note in db.rows(
            "select subject, label, at_ms, note from store_label where subject_kind = 'mention'"
            f" and subject in ({marks(len(chunk))}) order by id",
            [str(row) for row in chunk],
        ):
            said = {"label": label, "by": "the team", "at": iso(from_ms(ms)), "note": note}
            found.setdefault(int(subject), []).append(said)
        for mention, label, ms in db.rows(
            f"select mention, label, at_ms from store_correction where mention in ({marks(len(chunk))})"
            " and undone_ms is null order by id",
            list(chunk),
        ):
            found.setdefault(mention, []).append({"label": label, "by": "the team", "at": iso(from_ms(ms)), "note": ""})
    return found


def _plain(value: object) -> Any:
    return msgspec.to_builtins(value)


def _chunks(values: list[int]) -> list[list[int]]:
    return [values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK)]
