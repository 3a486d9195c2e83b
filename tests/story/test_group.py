from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.story.posts import ALBA, CHAIRS, DAY, LEAK, PARCELS, START, changed, posts
from tocsin.base.story import MentionDigest, Story, StoryState
from tocsin.base.time import minute_start
from tocsin.story.group import Grouper
from tocsin.story.live import MOST_KEYS, MOST_TERMS

TIMELINE = "live"


def _grouper(stories: tuple[Story, ...] = ()) -> Grouper:
    return Grouper(ALBA, TIMELINE, stories)


def _mixed() -> list[MentionDigest]:
    texts = [text for three in zip(CHAIRS, PARCELS, LEAK, strict=True) for text in three]
    return posts(texts, step=7)


def test_three_affairs_at_once_are_told_apart() -> None:
    mentions = _mixed()
    placed = _grouper().place(mentions)
    for affair in range(3):
        most, count = Counter(placed[affair::3]).most_common(1)[0]
        assert count >= 5, [mention.text for mention in mentions[affair::3]]
        assert most not in placed[(affair + 1) % 3 :: 3] + placed[(affair + 2) % 3 :: 3]


def test_every_mention_gets_a_story_even_without_words() -> None:
    placed = _grouper().place(posts(["https://example.org/1", "https://example.org/2", "merci", "merci"]))
    assert len(set(placed)) == 4


def test_copies_and_near_copies_join_one_story_and_are_counted_as_copies() -> None:
    text = "Scandale chez Maison Alba : les coussins bio seraient traités avec un produit interdit depuis dix ans"
    texts = [text, f"RT @bruno: {text}", f"{text} https://example.org/a", text.replace("dix ans", "des années")]
    grouper = _grouper()
    assert len(set(grouper.place(posts(texts)))) == 1
    (story,) = grouper.changed()
    assert (story.posts, story.copies) == (4, 3)


def test_the_order_within_a_minute_does_not_matter() -> None:
    mentions = [changed(mention, minute=START, at=_mixed()[0].at) for mention in _mixed()]
    one, other = _grouper(), _grouper()
    straight = dict(zip((m.native_id for m in mentions), one.place(mentions), strict=True))
    shuffled = list(mentions)
    random.Random(3).shuffle(shuffled)
    assert straight == dict(zip((m.native_id for m in shuffled), other.place(shuffled), strict=True))
    assert one.changed() == other.changed()


@given(cuts=st.lists(st.integers(1, 17), max_size=6))
def test_a_grouper_built_anew_from_its_rows_goes_on_the_same(cuts: list[int]) -> None:
    mentions = _mixed()
    whole = _grouper()
    expected = whole.place(mentions)
    rows: dict[str, Story] = {}
    placed: list[str] = []
    for start, stop in zip([0, *sorted(set(cuts))], [*sorted(set(cuts)), len(mentions)], strict=True):
        grouper = _grouper(tuple(reversed(rows.values())))
        placed += grouper.place(mentions[start:stop])
        rows |= {story.id: story for story in grouper.changed()}
    assert placed == expected
    assert sorted(rows.values(), key=lambda row: row.id) == whole.changed()


@given(
    gaps=st.lists(st.sampled_from((1, 40, 700, DAY, 2 * DAY)), min_size=18, max_size=18),
    cuts=st.sets(st.integers(1, 17), max_size=4),
)
def test_weeks_of_calm_and_return_are_the_same_for_a_grouper_built_anew(gaps: list[int], cuts: set[int]) -> None:
    minutes = list(accumulate(gaps, initial=START))
    mentions = [
        changed(mention, minute=minute, at=minute_start(minute))
        for mention, minute in zip(_mixed(), minutes, strict=False)
    ]
    whole: dict[str, Story] = {}
    grouper = _grouper()
    for mention in mentions:
        grouper.place([mention])
        whole |= {story.id: story for story in grouper.changed()}
    rows: dict[str, Story] = {}
    for at, mention in enumerate(mentions):
        if at == 0 or at in cuts:
            grouper = _grouper(tuple(rows.values()))
        grouper.place([mention])
        rows |= {story.id: story for story in grouper.changed()}
    assert {name: row.state for name, row in rows.items()} == {name: row.state for name, row in whole.items()}


def test_an_affair_that_came_back_falls_calm_a_day_later() -> None:
    grouper = _grouper()
    story = grouper.place(posts(CHAIRS))[0]
    grouper.place(posts(["Bonjour"], minute=START + 2 * DAY, name="r"))
    grouper.place(posts(CHAIRS[:3], minute=START + 3 * DAY, name="t"))
    assert _row(grouper, story).state is StoryState.BACK
    grouper.place(posts(["Bonsoir"], minute=START + 4 * DAY + 5, name="u"))
    assert _row(grouper, story).state is StoryState.CALM


def test_a_late_post_joins_and_becomes_the_first_post() -> None:
    grouper = _grouper()
    story = grouper.place(posts(CHAIRS))[0]
    late = posts(["Pied de chaise fendu chez Maison Alba, chaise cassée"], minute=START - 60, name="late")
    assert grouper.place(late) == [story]
    row = next(row for row in grouper.changed() if row.id == story)
    assert row.first_post == ("mastodon", "late-0000")
    assert row.posts == len(CHAIRS) + 1


def test_a_story_grows_falls_calm_and_comes_back() -> None:
    grouper = _grouper()
    story = grouper.place(posts(CHAIRS[:1]))[0]
    assert _row(grouper, story).state is StoryState.NEW
    grouper.place(posts(CHAIRS[1:], minute=START + 10, name="q"))
    assert _row(grouper, story).state is StoryState.GROWING
    grouper.place(posts(["Bonjour"], minute=START + 2 * DAY, name="r"))
    assert _row(grouper, story).state is StoryState.CALM
    assert grouper.place(posts([CHAIRS[1]], minute=START + 3 * DAY, name="s")) == [story]
    assert _row(grouper, story).state is StoryState.CALM  # one post does not bring an affair back
    assert set(grouper.place(posts(CHAIRS[:3], minute=START + 3 * DAY + 30, name="t"))) == {story}
    assert _row(grouper, story).state is StoryState.BACK


def test_a_story_silent_for_a_week_is_over() -> None:
    grouper = _grouper()
    story = grouper.place(posts(CHAIRS))[0]
    again = grouper.place(posts([CHAIRS[0]], minute=START + 9 * DAY, name="q"))
    assert again != [story]


def test_severity_tone_and_kind_of_a_story_are_those_of_its_worst() -> None:
    mentions = posts(CHAIRS[:3])
    mentions[1] = changed(mentions[1], severity=90, kinds=("threat",), negative=True)
    grouper = _grouper()
    story = grouper.place(mentions)[0]
    row = _row(grouper, story)
    assert (row.severity, row.kind, row.negative) == (90, "threat", 1)


def test_the_memory_of_a_story_is_capped() -> None:
    draw = random.Random(1)
    words = [f"mot{number}" for number in range(2000)]
    texts = [f"chaise fendue pied cassé {' '.join(draw.sample(words, 8))}" for _ in range(300)]
    talk = [" ".join(f"divers{draw.randrange(3000)}" for _ in range(5)) for _ in range(300)]
    grouper = _grouper()
    grouper.place(posts(talk, minute=START - 300, name="talk"))
    grouper.place(posts(texts))
    rows = grouper.changed()
    assert max(row.posts for row in rows) > 200
    assert all(len(row.terms) <= MOST_TERMS for row in rows)
    assert all(max(len(row.exacts), len(row.bands)) <= MOST_KEYS for row in rows)
    assert {"pied", "cass"} <= max(rows, key=lambda row: row.posts).terms.keys()


def test_ids_name_the_brand_and_the_first_post_in_the_world_of_the_timeline() -> None:
    mentions = posts(CHAIRS[:1])
    live, filled, drill = (
        Grouper(ALBA, timeline, ()).place(mentions) for timeline in ("live", "backfill:may", "drill:1")
    )
    assert live == filled
    assert live != drill


def _row(grouper: Grouper, story: str) -> Story:
    return next(row for row in grouper.changed() if row.id == story)


def test_a_post_of_the_brand_begins_no_story_and_words_none() -> None:
    answers = [
        changed(answer, own=True, kinds=("impersonation",), severity=95)
        for answer in posts(
            ["Bonjour Bruno, merci de nous écrire, donnez votre numéro de commande", "Nous contrôlons vos chaises"],
            minute=START + 60,
            name="own",
        )
    ]
    grouper = _grouper()
    assert grouper.place(answers) == ["", ""]
    assert grouper.changed() == []
    story = grouper.place(posts(CHAIRS))[0]
    before = _row(grouper, story)
    copy = changed(posts([CHAIRS[0]], minute=START + 90, name="copy")[0], own=True, kinds=("threat",), severity=95)
    assert grouper.place([copy]) == [story]
    assert (before.posts, before.kind, before.severity) == (len(CHAIRS), "complaint", 20)
    after = {row.id: row for row in grouper.changed()}.get(story, before)
    assert (after.posts, after.kind, after.severity, after.title) == (
        before.posts,
        before.kind,
        before.severity,
        before.title,
    )


def test_a_rising_affair_takes_in_short_posts_that_share_one_telling_word() -> None:
    draw = random.Random(5)
    talk = [f"sujet{number} mot{draw.randrange(400)} mot{draw.randrange(400)} divers" for number in range(300)]
    words = [f"mot{number}" for number in range(60)]
    affair = [f"plastique bleu rappel {' '.join(draw.sample(words, 4))}" for number in range(30)]
    grouper = _grouper()
    grouper.place(posts(talk, minute=START - 5 * DAY, step=20, name="talk"))
    story = grouper.place(posts(affair, step=3, name="affair"))[0]
    short = posts([f"plastique encore truc{number}" for number in range(10)], minute=START + 200, name="short")
    assert Counter(grouper.place(short)).most_common(1)[0] == (story, 10)


def test_a_grumble_does_not_make_a_story_of_praise_a_complaint() -> None:
    mentions = [changed(mention, kinds=("praise",), severity=2) for mention in posts(CHAIRS)]
    mentions[4] = changed(mentions[4], kinds=("complaint",), severity=30, negative=True)
    grouper = _grouper()
    story = grouper.place(mentions)[0]
    assert _row(grouper, story).kind == "praise"


def test_no_story_misses_its_turn_to_fall_calm_or_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(3)
    talk = [f"sujet{draw.randrange(30)} mot{draw.randrange(60)} divers{draw.randrange(60)}" for _ in range(60)]
    texts = [*CHAIRS, *PARCELS, *LEAK, *talk] * 3
    draw.shuffle(texts)
    minutes = list(accumulate(draw.choice((1, 5, 40, 300, DAY // 2)) for _ in texts))
    mentions = [
        changed(mention, minute=START + minute, at=minute_start(START + minute) + timedelta(seconds=draw.randrange(60)))
        for mention, minute in zip(posts(texts), minutes, strict=True)
    ]

    def told(grouper: Grouper) -> list[object]:
        found: list[object] = []
        for mention in mentions:
            found += [grouper.place([mention]), grouper.settle(), grouper.changed(), grouper.size]
        return found

    quick = told(_grouper())
    monkeypatch.setattr(Grouper, "_pass_minute", lambda self, minute: self._pass_time(minute_start(minute)))
    assert told(_grouper()) == quick
