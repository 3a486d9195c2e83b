from __future__ import annotations

import random
import sys
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.story.posts import ALBA, CHAIRS, LEAK, PARCELS, START, changed, posts
from tocsin.base.time import minute_start
from tocsin.story.compiled import CompiledIndex, kernel
from tocsin.story.evidence import EvidenceIndex
from tocsin.story.group import Grouper
from tocsin.story.index import COMMON, CROWDED
from tocsin.story.live import KEPT_TERMS, MOST_TERMS, LiveStory

MODULE = sys.modules["tocsin.story.compiled.kernel"]  # its own name stands for the function in the package
WORDS = [f"mot{number}" for number in range(14)] + ["été", "漢字", "bonjour", "merci", "jour"]
words = st.lists(st.sampled_from(WORDS), unique=True, max_size=9).map(tuple)


def compiled() -> CompiledIndex:
    built = kernel()
    if built is None:
        pytest.skip("no C compiler built the index of stories on this machine")
    return CompiledIndex(built)


class Twin:
    """A plain and a compiled index to which all is told alike, each with live stories of its own."""

    def __init__(self) -> None:
        self.indexes: tuple[EvidenceIndex, ...] = (EvidenceIndex(), compiled())
        self.lives: list[tuple[LiveStory, ...]] = []
        self._begun = 0

    def begin(self, terms: tuple[str, ...], bands: tuple[int, ...] = ()) -> None:
        self._begun += 1
        post = changed(posts(["x"], name=f"s{self._begun}")[0], bands=bands)
        pair = tuple(LiveStory.found(post, ("maison-alba", "live"), terms) for _ in self.indexes)
        for index, live in zip(self.indexes, pair, strict=True):
            index.add(live)
        self.lives.append(pair)

    def learn(self, number: int, terms: tuple[str, ...]) -> None:
        for index, live in zip(self.indexes, self.lives[number], strict=True):
            index.learn(live, terms)
            if live.is_full:
                index.fade(live)

    def fade(self, number: int) -> None:
        for index, live in zip(self.indexes, self.lives[number], strict=True):
            index.fade(live)

    def drop(self, number: int) -> None:
        for index, live in zip(self.indexes, self.lives.pop(number), strict=True):
            index.drop(live)

    def check(self, terms: tuple[str, ...], answered: int | None) -> None:
        """Every answer is the same, to the last digit where Python sums digit for digit as C does."""
        said = []
        for side, index in enumerate(self.indexes):
            lives = [pair[side] for pair in self.lives]
            tied = None if answered is None else lives[answered]
            likely = [(live.id, evidence) for live, evidence in index.likely(terms, tied)]
            told = [index.telling(live, 5) for live in lives]
            shared = [[one.id for one in index.sharers(term[:3], live)] for term, live in zip(told, lives, strict=True)]
            like = [round(one, 6) for one in index.likenesses(lives[:7])] if lives else []
            evidence = [index.evidence(one, other) for one, other in pairwise(lives)]
            rows = [live.terms.copy() for live in lives]
            masses = [live.mass for live in lives]
            said.append((likely, told, shared, like, evidence, rows, [list(row) for row in rows], masses))
        assert said[0] == said[1]


steps = st.lists(
    st.tuples(
        st.sampled_from(["begin", "begin", "learn", "learn", "learn", "fade", "drop"]), words, st.integers(0, 99)
    ),
    max_size=60,
)


@given(steps=steps, asked=words)
def test_both_indexes_answer_the_same_whatever_was_told_to_them(
    steps: list[tuple[str, tuple[str, ...], int]], asked: tuple[str, ...]
) -> None:
    twin = Twin()
    for step, terms, number in steps:
        if step == "begin" or not twin.lives:
            twin.begin(terms)
        elif step == "learn":
            twin.learn(number % len(twin.lives), terms)
        else:
            getattr(twin, step)(number % len(twin.lives))
        twin.check(asked, number % len(twin.lives) if number % 3 == 0 and twin.lives else None)


def test_both_answer_the_same_where_words_are_crowded_led_and_left_out() -> None:
    draw = random.Random(11)
    twin = Twin()
    many = [f"sujet{number}" for number in range(400)]
    for number in range(3 * CROWDED):
        twin.begin(tuple(draw.sample(many, 6)) + (("rappel",) if number % 2 else ()))
    for _ in range(600):
        twin.learn(draw.choice((0, 1, 2, 3, 50)), ("rappel", "chaise", *draw.sample(many, 4)))
        if draw.random() < 0.05:
            twin.check((*draw.sample(many, 4), "rappel", "chaise"), None)
    assert max(len(live.terms.copy()) for _, live in twin.lives) > KEPT_TERMS
    assert all(len(live.terms.copy()) <= MOST_TERMS for _, live in twin.lives)
    assert COMMON < 1.0
    while twin.lives:
        twin.drop(draw.randrange(len(twin.lives)))
        twin.check(("rappel", "chaise", "sujet7"), None)


bands = st.lists(st.integers(0, 3), min_size=12, max_size=32).map(tuple)


@given(texts=st.lists(st.tuples(bands, st.integers(0, 99)), max_size=40), asked=st.lists(bands, max_size=5))
def test_both_find_the_same_copies(texts: list[tuple[tuple[int, ...], int]], asked: list[tuple[int, ...]]) -> None:
    twin = Twin()
    for values, number in texts:
        if number % 4 == 0 and len(twin.lives) > 2:
            twin.drop(number % len(twin.lives))
        elif number % 2 and twin.lives:
            for index, live in zip(twin.indexes, twin.lives[number % len(twin.lives)], strict=True):
                index.remember(live, number, values)
        else:
            twin.begin((), values)
        for one in [values, *asked, tuple(2**63 + value for value in values)]:
            plain, built = (index.copied(-1, one) for index in twin.indexes)
            assert (plain and plain.id) == (built and built.id)


def test_a_grouper_without_the_compiled_index_makes_the_same_stories(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled()
    draw = random.Random(3)
    talk = [f"sujet{draw.randrange(40)} mot{draw.randrange(90)} divers{draw.randrange(9)} alba" for _ in range(400)]
    texts = [text for four in zip(CHAIRS * 70, PARCELS * 70, LEAK * 70, talk, strict=False) for text in four]
    draw.shuffle(texts)
    mentions = posts(texts, step=3)
    results = []
    for opened in (compiled, EvidenceIndex):
        monkeypatch.setattr("tocsin.story.group.open_index", opened)
        grouper = Grouper(ALBA, "live", ())
        placed, pairs, rows = [], [], {}
        for start in range(0, len(mentions), 50):
            placed += grouper.place(mentions[start : start + 50])
            pairs += grouper.settle()
            rows |= {row.id: row for row in grouper.changed()}
        results.append((placed, pairs, rows, {row.id: list(row.terms) for row in rows.values()}))
    assert results[0] == results[1]


def test_a_library_built_from_another_source_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled()
    monkeypatch.setattr(MODULE, "source_number", lambda: 1)
    assert kernel.__wrapped__() is None


def test_what_the_compiled_index_does_not_know_is_refused() -> None:
    index = compiled()
    (post,) = posts(["x"])
    stranger = LiveStory.found(post, ("maison-alba", "live"), ("mot",))
    with pytest.raises(KeyError):
        index.telling(stranger, 5)
    index.add(stranger)
    index.drop(stranger)
    assert stranger.terms == {"mot": 1.0}
    for ask in (lambda: index.learn(stranger, ("mot",)), lambda: index.likely(("mot",), stranger)):
        with pytest.raises(KeyError):
            ask()
    with pytest.raises(TypeError):
        index.likely(7, None)  # type: ignore[arg-type]


def test_a_grouper_that_ends_leaves_no_story_in_memory() -> None:
    compiled()
    grouper = Grouper(ALBA, "live", ())
    grouper.place(posts(CHAIRS, minute=START))
    live = next(iter(grouper._stories.values()))
    held = sys.getrefcount(live)
    grouper._pass_time(minute_start(START) + timedelta(days=30))
    assert sys.getrefcount(live) < held
    assert sys.getrefcount(live) == 2
