"""What the tests left out is said in whole sentences, in the reader's zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from tocsin.flows.excluded import sentence
from tocsin.flows.i18n import translator
from tocsin.flows.moments import Reader
from tocsin.surge.plumbing.excluded import Excluded, Why, note

READER = Reader(translator("en"), ZoneInfo("UTC"))
NOON = 29_461_680  # Tuesday 6 January 2026, 12:00 UTC


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            Excluded("forum", Why.LATE, 214, NOON - 600, NOON - 180, NOON),
            "214 posts of forum were heard late: they were written from Tue 6, 2:00 to Tue 6, 9:00, and count at that "
            "time. Nothing rang.",
        ),
        (
            Excluded("forum", Why.LATE, 1, NOON - 600, NOON - 600, NOON, True),
            "1 post of forum was heard late: it was written Tue 6, 2:00, and counts at that time. "
            "A rise among them was told as one of that time.",
        ),
        (
            Excluded("", Why.INTERRUPTED, 0, NOON - 600, NOON - 1, NOON),
            "Nothing was heard from Tue 6, 2:00 to Tue 6, 11:59; what is usual stands there until it is known.",
        ),
    ],
)
def test_each_exclusion_is_a_sentence(entry: Excluded, said: str) -> None:
    assert sentence(entry, READER) == said


def test_every_reason_has_its_words() -> None:
    for why in Why:
        said = sentence(Excluded("forum", why, 2, NOON - 600, NOON - 180, NOON), READER)
        assert "{" not in said
        assert said.endswith(".")


def test_what_comes_in_pages_is_one_entry_and_old_ones_go() -> None:
    first = Excluded("forum", Why.LATE, 120, NOON - 600, NOON - 300, NOON)
    second = Excluded("forum", Why.LATE, 80, NOON - 900, NOON - 500, NOON + 2, True)
    (both,) = note(note([], first), second)
    assert (both.posts, both.since, both.until, both.heard, both.rang) == (200, NOON - 900, NOON - 300, NOON + 2, True)
    later = Excluded("forum", Why.LATE, 5, NOON + 30_000, NOON + 30_000, NOON + 30_300)
    assert note([both], later) == [later]
