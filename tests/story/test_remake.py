"""A story made anew from its posts is as if only these had ever come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.base.story import MentionDigest
from tocsin.story.merge import have_converged
from tocsin.story.remake import remake
from tocsin.story.words import key_of

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def digest(row: int, text: str, *terms: str) -> MentionDigest:
    return MentionDigest(
        row=row,
        brand="alba",
        minute=29_000_000 + row,
        platform="mastodon",
        native_id=f"p{row}",
        at=NINE + timedelta(minutes=row),
        text=text,
        language="fr",
        negative=row % 2 == 0,
        severity=row,
        kinds=("complaint",),
        source="feed",
        author=row,
        exact=hash_of(text),
        terms=terms,
    )


def hash_of(text: str) -> int:
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(text))


def test_a_story_holds_what_its_posts_hold() -> None:
    posts = [digest(1, "Le colis est perdu", "colis", "perdu"), digest(2, "Colis perdu encore", "colis", "perdu")]
    story = remake("alba", "live", list(reversed(posts)), name="kept")
    assert story.id == "kept"
    assert (story.posts, story.copies, story.negative, story.severity) == (2, 0, 1, 2)
    assert story.first_post == ("mastodon", "p1") and story.first_at == posts[0].at and story.last_at == posts[1].at
    assert set(story.terms) == {key_of("colis"), key_of("perdu")} and len(story.exacts) == 2


def test_the_same_words_again_are_copies() -> None:
    story = remake("alba", "live", [digest(row, "Le colis est perdu", "colis") for row in range(5)])
    assert (story.posts, story.copies) == (5, 4)


def test_two_halves_of_one_affair_are_seen_to_be_alike() -> None:
    one = remake("alba", "live", [digest(row, f"colis perdu {row}", "colis", "perdu") for row in (1, 2)])
    other = remake("alba", "live", [digest(row, f"colis perdu {row}", "colis", "perdu") for row in (3, 4)])
    assert have_converged(one, other)


def test_a_story_without_posts_is_refused() -> None:
    with pytest.raises(ValueError, match="posts"):
        remake("alba", "live", [])
