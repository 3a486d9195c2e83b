"""The contract against ill will: bent replies, cursors and options of another world, junk among the posts."""

from __future__ import annotations

import json
from datetime import datetime

import msgspec

from tocsin.base.errors import InputError, SourceError
from tocsin.collect.adapter import Answer, Delete, Page, Rechecks, Reject, Reply, Upsert
from tocsin.testing.checks.contract import asked_again
from tocsin.testing.checks.rig import Rig, check_cursor, check_page
from tocsin.testing.hostile import bent, bodies_of, with_junk
from tocsin.testing.play import Key, Way, source_of

_WALL = b"<!doctype html><title>Just a moment</title><p>Please wait while we check your connection."
_BENT: tuple[object, ...] = (None, True, -1, "", "\ud800", [], {}, [None], {"": {}})
_CURSORS = (
    "{",
    "null",
    "[]",
    "{}",
    '{"v":999}',
    '{"v":1}',
    "text",
    "\x00",
    "9" * 5_000,
    "[" * 100_000,
    '{"v":"1","at":[]}',
)


def bent_replies_raise_source_errors_alone(rig: Rig) -> None:
    """Whatever a server answers, parse gives a page that can be kept or raises SourceError; so does parse_check."""
    seen: set[str] = set()
    for step in rig.run.steps:
        for what, reply in bent(step.reply, seen):
            _read(rig, step.cursor, reply, step.now, what)
    for key, _, answer in asked_again(rig):
        for what, bent_answer in bent(answer, seen):
            if isinstance(bent_answer, Answer):
                _check(rig, key, bent_answer, what)


def a_page_in_its_place_removes_nothing(rig: Rig) -> None:
    """A page of somebody else in the place of one post (a wall, a sign-in, a notice) does not tell that it is gone."""
    for key, plan, answer in asked_again(rig):
        for status in {200, 401, 403, 503} & {200, *plan.reads_status}:
            other = msgspec.structs.replace(
                answer, status=status, body=_WALL, headers={**answer.headers, "content-type": "text/html"}
            )
            found = _check(rig, key, other, f"a page in its place, status {status}")
            assert not isinstance(found, Delete), f"a page of somebody else, status {status}, removed {key[1]}"


def strange_cursors_are_borne(rig: Rig) -> None:
    """A cursor that cannot be read, or of another version, begins anew or raises SourceError."""
    source = source_of(rig.script, Way())
    first = rig.run.steps[0]
    for cursor in (*_CURSORS, *_bent_cursors(rig)):
        try:
            rig.adapter.plan(source, cursor, first.now)
            check_cursor(rig.adapter.parse(source, cursor, first.reply, first.now).next_cursor, f"from {cursor[:40]!r}")
        except SourceError:
            continue
        except AssertionError:
            raise
        except Exception as error:
            raise AssertionError(f"the cursor {cursor[:80]!r}: {type(error).__name__}: {error}") from error


def strange_options_are_told(rig: Rig) -> None:
    """An option that cannot be is told by a SourceError with a sentence; nothing else is raised."""
    source, first = rig.script.source, rig.run.steps[0]
    cases = [{**source.options, "no_such_option": "x"}, {}]
    for field in rig.adapter.about.fields:
        for value in ("", "\x00", "ftp://example.org", "http://[", "-1", "9" * 400, "../..", "a\nb", "😡" * 500):
            cases.append({**source.options, field.name: value})
    for options in cases:
        try:
            rig.adapter.plan(msgspec.structs.replace(source, options=options), "", first.now)
        except (SourceError, InputError) as error:
            assert str(error), f"options {options} are refused without a sentence"
        except Exception as error:
            raise AssertionError(f"options {options}: {type(error).__name__}: {error}") from error


def junk_is_counted(rig: Rig) -> None:
    """Something that is no post amid the posts is rejected or counted, and the posts around it are read."""
    for step in rig.run.steps:
        if not step.page.posts or (isinstance(step.reply, Answer) and not step.page.posts):
            continue
        reply = with_junk(step.reply)
        if reply is None:
            continue
        page = rig.adapter.parse(source_of(rig.script, Way()), step.cursor, reply, step.now)
        lost = {post.key for post in step.page.posts} - {post.key for post in page.posts}
        assert not lost, f"with junk amid its list, {sorted(lost)[:3]} were not read"
        assert _told(page) > _told(step.page), "junk amid the list was dropped without a count in notes or a Reject"


def _told(page: msgspec.Struct) -> int:
    rejects = sum(isinstance(item, Reject) for item in page.items)  # type: ignore[attr-defined]
    return rejects + sum(page.notes.values())  # type: ignore[attr-defined]


def _check(rig: Rig, key: Key, answer: Answer, what: str) -> Upsert | Delete | None:
    """Return what the check of one post gives. Raises AssertionError where it raises anything but SourceError."""
    assert isinstance(rig.adapter, Rechecks)
    try:
        found = rig.adapter.parse_check(source_of(rig.script, Way()), key[1], answer, rig.script.ends)
    except SourceError:
        return None
    except Exception as error:
        raise AssertionError(f"parse_check on {what}: {type(error).__name__}: {error}") from error
    if found is not None:
        check_page(Page(items=[found], next_cursor=""), f"parse_check on {what}")
    return found


def _read(rig: Rig, cursor: str, reply: Reply, now: datetime, what: str) -> None:
    try:
        page = rig.adapter.parse(source_of(rig.script, Way()), cursor, reply, now)
    except SourceError as error:
        assert str(error), f"{what}: a SourceError without a sentence"
        return
    except Exception as error:
        start = bodies_of(reply)[:1]
        raise AssertionError(f"{what}: {type(error).__name__}: {error} on {start!r:.200}") from error
    check_page(page, what)
    try:
        rig.adapter.plan(source_of(rig.script, Way()), page.next_cursor, now)
    except SourceError:
        return
    except Exception as error:
        raise AssertionError(f"planning after {what}: {type(error).__name__}: {error}") from error


def _bent_cursors(rig: Rig) -> list[str]:
    """Return cursors of the play with each of their values replaced in turn, and cut."""
    found = []
    last = rig.run.steps[-1].page.next_cursor
    try:
        value = json.loads(last)
    except ValueError:
        return [last[: len(last) // 2]]
    if isinstance(value, dict):
        for name in value:
            found += [json.dumps({**value, name: other}) for other in _BENT]
    return [*found, last[: len(last) // 2], last + "}"]
