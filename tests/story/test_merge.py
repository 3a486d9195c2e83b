from __future__ import annotations

import msgspec
import pytest

from tests.story.posts import ALBA, CHAIRS, PARCELS, START, posts
from tocsin.base.story import Story
from tocsin.story.group import Grouper
from tocsin.story.merge import have_converged, likeness, merge


def _story(texts: tuple[str, ...], minute: int, name: str) -> Story:
    grouper = Grouper(ALBA, "live", ())
    grouper.place(posts(texts, minute=minute, name=name))
    return max(grouper.changed(), key=lambda row: row.posts)


def test_two_halves_of_an_affair_converge_and_two_affairs_do_not() -> None:
    one, other = _story(CHAIRS, START, "a"), _story(CHAIRS[::-1], START + 30, "b")
    assert have_converged(one, other)
    assert likeness(one, _story(PARCELS, START, "c")) < 0.3


def test_a_merged_story_bears_the_earlier_name_and_all_counts_in_either_order() -> None:
    one, other = _story(CHAIRS, START, "a"), _story(PARCELS, START + 30, "b")
    both = merge(one, other)
    assert both == merge(other, one)
    assert both.id == one.id
    assert both.first_post == one.first_post
    assert both.posts == one.posts + other.posts
    assert both.last_at == other.last_at


def test_stories_of_two_brands_do_not_merge() -> None:
    one = _story(CHAIRS, START, "a")
    with pytest.raises(ValueError, match="not of one brand"):
        merge(one, msgspec.structs.replace(one, brand="other"))
