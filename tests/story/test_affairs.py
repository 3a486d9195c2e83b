"""Stories over time: fragments put together, weeks of traffic, what is answered, two languages."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.story.posts import ALBA, CHAIRS, DAY, LEAK, PARCELS, START, changed, posts
from tocsin.base.story import MentionDigest, Story
from tocsin.story.group import Grouper
from tocsin.story.live import MOST_KEYS, MOST_TERMS

ALARMS = (
    "Fil dénudé sur ma bouilloire, j'ai pris une décharge électrique",
    "Décharge électrique avec la bouilloire, le fil était dénudé",
    "Bouilloire dangereuse : fil dénudé, une décharge dans la main",
    "Ma bouilloire aussi, le fil est à nu, décharge électrique ce matin",
    "Décharge en touchant la bouilloire, fil électrique dénudé au socle",
)
RECALLED = (
    "Toutes les cafetières grises reviennent en magasin, socle qui chauffe",
    "Socle de cafetière grise brûlant, retour en magasin demandé",
    "Cafetière grise : le socle chauffe trop, retour en magasin",
    "Encore une cafetière grise au socle brûlant, retour demandé",
    "Retour des cafetières grises, le socle chauffe",
)
WORDS = ("un", "deux", "lundi", "Lille", "Tours", "Pau", "Metz", "Brest")


def _fragments() -> list[MentionDigest]:
    """Two ways of saying an affair, then posts that say both at once: as many as the shortest of the lists."""
    both = [
        f"{one.split(',')[0]} et {other.split(',')[0].lower()}, {word}"
        for one, other, word in zip(ALARMS * 4, RECALLED[2:] * 7, WORDS * 3, strict=False)
    ]
    return [
        *posts(ALARMS, name="a"),
        *posts(RECALLED, minute=START + 10, name="b"),
        *posts(both, minute=START + 30, name="c"),
    ]


def _settled(mentions: list[MentionDigest], grouper: Grouper) -> list[str]:
    """Return where each mention is in the end."""
    placed, joined = list[str](), dict[str, str]()
    for mention in mentions:
        placed += grouper.place([mention])
        joined |= {gone: stays for stays, gone in grouper.settle()}
    for at, story in enumerate(placed):
        while story in joined:
            story = joined[story]
        placed[at] = story
    return placed


def test_fragments_of_an_affair_are_put_together_under_the_earlier_name() -> None:
    grouper = Grouper(ALBA, "live", ())
    first = grouper.place(posts(ALARMS, name="a"))[0]
    assert set(_settled(_fragments(), Grouper(ALBA, "live", ()))) == {first}


def test_a_merge_keeps_all_counts_and_later_posts_go_to_the_story_that_stays() -> None:
    grouper = Grouper(ALBA, "live", ())
    one = grouper.place(posts(CHAIRS, name="a"))[0]
    other = grouper.place(posts(PARCELS, minute=START + 30, name="b"))[0]
    row = grouper.merge(other, one)
    assert (row.id, row.posts) == (one, len(CHAIRS) + len(PARCELS))
    assert row.heat > len(CHAIRS)
    assert [story.id for story in grouper.changed()] == [one]
    assert set(grouper.place(posts(PARCELS[1:3], minute=START + 60, name="c"))) == {one}


def test_pairs_that_were_put_together_are_told_once_and_only_of_stories_that_live() -> None:
    grouper = Grouper(ALBA, "live", ())
    grouper.place(_fragments())
    pairs = grouper.converged()
    assert pairs
    assert grouper.converged() == []
    grouper.merge(*pairs[0])
    assert all(set(pair) <= {story.id for story in grouper.changed()} for pair in grouper.converged())


@given(cuts=st.lists(st.integers(1, 24), max_size=5))
def test_a_grouper_built_anew_puts_together_the_same_stories(cuts: list[int]) -> None:
    mentions = _fragments()
    expected = _settled(mentions, Grouper(ALBA, "live", ()))
    rows: dict[str, Story] = {}
    placed, joined = list[str](), dict[str, str]()
    for start, stop in zip([0, *sorted(set(cuts))], [*sorted(set(cuts)), len(mentions)], strict=True):
        grouper = Grouper(ALBA, "live", tuple(reversed(rows.values())))
        for mention in mentions[start:stop]:
            placed += grouper.place([mention])
            for stays, gone in grouper.settle():
                joined[gone] = stays
                rows.pop(gone, None)
        rows |= {story.id: story for story in grouper.changed()}
    for at, story in enumerate(placed):
        while story in joined:
            story = joined[story]
        placed[at] = story
    assert placed == expected


def test_french_and_english_posts_of_an_affair_are_one_story() -> None:
    texts = [
        "La livraison de mon colis a encore du retard, remboursez-moi",
        "Retard de livraison, aucun remboursement du colis",
        "My parcel delivery is delayed again, I want a refund",
        "Delivery delays everywhere, no refund for my parcel",
        "Toujours pas de colis, la livraison est en retard",
        "Parcel still not delivered, delay after delay",
    ]
    assert len(set(Grouper(ALBA, "live", ()).place(posts(texts)))) == 1


def test_a_reply_of_few_words_goes_to_the_story_of_what_it_answers() -> None:
    grouper = Grouper(ALBA, "live", ())
    story = grouper.place(posts(LEAK))[0]
    rows = grouper.changed()
    reply = posts(["Et alors, vous comptez réagir"], minute=START + 20, name="reply")[0]
    first = posts(LEAK)[0].native_id
    assert Grouper(ALBA, "live", rows).place([reply]) != [story]
    assert Grouper(ALBA, "live", rows).place([changed(reply, answers=first)]) == [story]
    assert Grouper(ALBA, "live", rows).place([changed(reply, answers="p-0003", answers_story=story)]) == [story]


def test_what_else_speaks_for_a_story_can_be_told() -> None:
    grouper = Grouper(ALBA, "live", ())
    story = grouper.place(posts(LEAK))[0]
    hint = posts(["Le forum vend notre base, semble-t-il"], minute=START + 20, name="hint")
    alone = Grouper(ALBA, "live", grouper.changed())
    assert alone.place(hint, lambda mention, name: -9.0) != [story]
    again = Grouper(ALBA, "live", [alone._stories[story].row])
    assert again.place(hint, lambda mention, name: 9.0) == [story]


def test_memory_stays_flat_over_weeks_of_drifting_talk() -> None:
    draw = random.Random(4)
    grouper = Grouper(ALBA, "live", ())
    held: list[int] = []
    for day in range(28):
        topics = [f"sujet{day // 3 + at}" for at in range(12)]
        texts = [
            " ".join(
                [
                    draw.choice(topics),
                    *(f"mot{draw.randrange(4000)}" for _ in range(3)),
                    f"jour{day}x{draw.random()}"[:9],
                ]
            )
            for _ in range(150)
        ]
        grouper.place(posts(texts, minute=START + day * DAY, step=9, name=f"d{day:02}"))
        grouper.settle()
        rows = grouper.changed()
        assert all(len(row.terms) <= MOST_TERMS and len(row.bands) <= MOST_KEYS for row in rows)
        held.append(grouper.size)
    assert max(held[14:]) <= 1.25 * max(held[4:14])
    assert len(grouper._index.totals) < 28 * 150


def test_a_story_that_lives_for_weeks_follows_what_is_said_now() -> None:
    grouper = Grouper(ALBA, "live", ())
    draw = random.Random(7)
    story = ""
    for week in range(4):
        texts = [
            f"grève usine semaine{week} piquet{week} {' '.join(f'mot{draw.randrange(500)}' for _ in range(3))}"
            for _ in range(400)
        ]
        placed = grouper.place(posts(texts, minute=START + week * 4 * DAY, step=14, name=f"w{week}"))
        grouper.settle()
        story = Counter(placed).most_common(1)[0][0]
    row = next(row for row in grouper.changed() if row.id == story)
    assert max(row.terms.values()) <= 512
    assert row.terms.get("piquet3", 0.0) > row.terms.get("piquet0", 0.0)


def test_a_name_that_every_post_bears_ties_nothing_together() -> None:
    draw = random.Random(9)
    talk = [" ".join(f"divers{draw.randrange(900)}" for _ in range(5)) for _ in range(40)]
    affairs = [text for three in zip(CHAIRS, PARCELS, LEAK, strict=True) for text in three]
    grouper = Grouper(ALBA, "live", ())
    grouper.place(posts([f"{text} Kerbrat Officiel" for text in talk], minute=START - 300, name="talk"))
    placed = _settled(posts([f"{text} Kerbrat Officiel" for text in affairs], step=7), grouper)
    assert len({Counter(placed[affair::3]).most_common(1)[0][0] for affair in range(3)}) == 3
