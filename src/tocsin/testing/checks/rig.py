"""What every check works on: an adapter, its script, and the undisturbed play of the one against the other."""

from __future__ import annotations

from functools import cached_property

import msgspec

from tocsin.collect.adapter import Adapter, Delete, Page, Upsert
from tocsin.testing.play import Key, Run, Way, play
from tocsin.testing.script import Script, StoryPost

CURSOR_BYTES = 64 * 1024
_LARGEST = 2**63 - 1


class Rig:
    """An adapter on its script. `run` is the undisturbed play, made once.

    kills: pages after which a play is killed, spread over all of them; as many as there are pages for every checkpoint.
    """

    def __init__(self, adapter: Adapter, script: Script, *, kills: int = 10) -> None:
        self.adapter, self.script, self.kills = adapter, script, kills

    @cached_property
    def run(self) -> Run:
        """The undisturbed play."""
        return play(self.adapter, self.script)

    def play(self, way: Way) -> Run:
        """Return the play of the script in another way, by the adapter made anew."""
        return play(type(self.adapter)(), self.script, way)

    def ids(self) -> dict[str, StoryPost]:
        """Return the posts of the story that the source shows, by the native id that each must get."""
        found = {self.script.native_id(post): post for post in self.script.story}
        return {name: post for name, post in found.items() if name is not None}

    def lasting(self) -> set[str]:
        """Return the native ids that must stand at the end of an undisturbed play: shown, and never removed."""
        return {
            name
            for name, post in self.ids().items()
            if post.gone_at is None
            and post.at < self.script.ends - 2 * self.script.every
            and (self.script.keeps_past or post.at >= self.script.begins)
        }


def same_rows(rig: Rig, run: Run, how: str) -> None:
    """Assert that a play gave the rows of the undisturbed one, but for posts removed, which it may have missed."""
    lasting = rig.lasting()
    wanted = {key: said for key, said in rig.run.rows.said().items() if key[1] in lasting}
    given = {key: said for key, said in run.rows.said().items() if key[1] in lasting}
    assert given.keys() == wanted.keys(), f"{how}: {_difference(set(wanted), set(given))}"
    for key, said in wanted.items():
        assert given[key] == said, f"{how}: {key[1]} reads {given[key]!r}, not {said!r}"
    strange = {key[1] for key in (*run.rows.posts, *run.rows.gone)} - set(rig.ids())
    assert not strange, f"{how}: ids that no post of the script has: {sorted(strange)[:5]}"
    if rig.script.sees_deletes:
        back = {key for key in run.rows.posts if key in rig.run.rows.gone}
        assert not back, f"{how}: posts removed that stand again: {sorted(back)[:5]}"


def check_page(page: Page, how: str) -> None:
    """Assert that what a page holds can be stored: writable texts, aware times that are not of the future."""
    check_cursor(page.next_cursor, how)
    try:
        msgspec.json.encode(page)
    except (UnicodeEncodeError, OverflowError, TypeError, msgspec.MsgspecError) as error:
        raise AssertionError(f"{how}: the page cannot be written as JSON ({type(error).__name__}: {error})") from None
    for item in page.items:
        if isinstance(item, Delete):
            assert item.native_id and item.platform, f"{how}: a removal without an id"
        if not isinstance(item, Upsert):
            continue
        post = item.post
        assert post.native_id and post.platform, f"{how}: a post without an id"
        for name in ("created_at", "seen_at", "edited_at"):
            at = getattr(post, name)
            assert at is None or at.utcoffset() is not None, f"{how}: {name} of {post.native_id!r} has no zone"
        assert post.created_at <= post.seen_at, f"{how}: {post.native_id!r} is of the future; set its time_doubt"
        counts = msgspec.structs.asdict(post.engagement).values() if post.engagement else ()
        for count in (*counts, post.author.followers if post.author else None):
            assert count is None or 0 <= count <= _LARGEST, f"{how}: a count of {count!r} cannot be stored"
    assert page.next_at is None or page.next_at.utcoffset() is not None, f"{how}: next_at has no zone"
    assert all(isinstance(count, int) and count > 0 for count in page.notes.values()), f"{how}: notes count from 1"


def check_cursor(cursor: str, how: str) -> None:
    """Assert that a cursor can be stored: text of less than 64 kB that UTF-8 and JSON can carry."""
    try:
        size = len(cursor.encode())
    except UnicodeEncodeError as error:
        raise AssertionError(f"{how}: the cursor holds what UTF-8 cannot ({error})") from None
    assert size < CURSOR_BYTES, f"{how}: the cursor has {size} bytes, {CURSOR_BYTES} at most"
    assert "\x00" not in cursor, f"{how}: the cursor holds a null character, which PostgreSQL refuses"


def _difference(wanted: set[Key], given: set[Key]) -> str:
    lost, more = sorted(key[1] for key in wanted - given), sorted(key[1] for key in given - wanted)
    return f"{len(lost)} posts lost {lost[:4]}, {len(more)} too many {more[:4]}"
