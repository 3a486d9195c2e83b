from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tocsin.base.errors import InputError
from tocsin.base.post import PostKind
from tocsin.collect.scenario import (
    Played,
    Ring,
    Scenario,
    builtin_scenario,
    builtin_scenarios,
    expected_between,
    play,
    play_labelled,
    reread,
    scenario_watches,
)
from tocsin.collect.scenario.affair import step_count

PARIS = ZoneInfo("Europe/Paris")
END = datetime(2026, 11, 24, 18, 0, tzinfo=PARIS)


@cache
def alba() -> Scenario:
    return builtin_scenario("maison_alba")


@cache
def whole() -> tuple[Played, ...]:
    return tuple(play_labelled(alba(), 7, END))


@cache
def small() -> tuple[Played, ...]:
    return tuple(play_labelled(alba(), 7, END, scale=0.15))


def test_the_same_seed_gives_the_same_posts() -> None:
    assert list(play(alba(), 3, END, scale=0.1)) == list(play(alba(), 3, END, scale=0.1))


def test_the_same_play_is_the_same_on_every_machine() -> None:
    first = next(iter(play(alba(), 1, END, days=1, scale=0.05)))
    again = next(iter(play(alba(), 1, END.astimezone(UTC), days=1, scale=0.05)))
    assert first == again
    assert first.native_id == again.native_id


def test_another_seed_gives_other_posts() -> None:
    ours = {post.native_id for post in play(alba(), 3, END, scale=0.1)}
    theirs = {post.native_id for post in play(alba(), 4, END, scale=0.1)}
    assert not ours & theirs


def test_the_last_days_are_the_same_however_many_days_are_played() -> None:
    since = END - timedelta(days=2)
    last = {post.native_id: post.text for post in play(alba(), 7, END, days=2) if not post.parent_id}
    ten = {one.post.native_id: one.post.text for one in whole() if one.post.created_at >= since}
    assert last.items() <= ten.items()


def test_posts_come_in_the_order_of_their_time_within_the_ten_days() -> None:
    times = [one.post.created_at for one in whole()]
    assert all(before <= after for before, after in pairwise(times))
    assert END - timedelta(days=10) <= times[0]
    assert times[-1] <= END


def test_every_post_is_seen_after_it_is_made_and_by_the_end() -> None:
    assert all(one.post.created_at <= one.post.seen_at <= END for one in whole())


def test_nothing_is_there_twice() -> None:
    assert max(Counter(one.post.key for one in whole()).values()) == 1


def test_no_account_is_younger_than_its_posts() -> None:
    for one in whole():
        author = one.post.author
        assert author is not None
        assert author.created_at is None or author.created_at < one.post.created_at, one.track


def test_about_six_thousand_posts_of_which_four_thousand_are_about_the_brand() -> None:
    assert 5_600 <= len(whole()) <= 6_800
    assert sum(one.about for one in whole()) >= 4_000
    assert sum(not one.about for one in whole()) >= 800


def test_every_slot_is_filled() -> None:
    for one in whole():
        assert not set("{}|\\") & set(one.post.text + one.post.title), one.post.text
        assert one.post.text.strip()


def test_every_source_and_every_kind_of_post_is_there() -> None:
    assert {one.source for one in whole()} == set(alba().sources)
    assert {one.post.kind for one in whole()} == set(PostKind)


def test_about_one_post_in_seven_is_english() -> None:
    def in_english(families: dict[str, float]) -> bool:
        return any(alba().templates[family].language == "en" for family in families)

    english = {name for name, talk in alba().chatter.items() if in_english(talk.templates)}
    for name, affair in alba().affairs.items():
        english |= {f"{name}.{step.name}" for step in affair.steps if in_english(step.templates)}
    assert 0.12 <= sum(one.track in english for one in whole()) / len(whole()) <= 0.18


def test_texts_seldom_repeat_where_no_copy_is_meant() -> None:
    free = [one.post.text for one in whole() if not one.copied]
    assert len(set(free)) / len(free) >= 0.95
    assert len({text for family in alba().templates.values() for text in family.texts}) >= 250


def test_each_phase_has_its_share() -> None:
    def count(since_days: float, until_days: float) -> int:
        since, until = END - timedelta(days=since_days), END - timedelta(days=until_days)
        return sum(since <= one.post.created_at < until for one in whole())

    quiet_day = count(9, 8)
    assert 250 <= quiet_day <= 600
    assert count(7.5, 6.5) > 1.5 * quiet_day
    assert count(1, 0) > 2.5 * quiet_day


def test_the_rumour_climbs_to_the_end() -> None:
    def told(since_h: float, until_h: float) -> int:
        since, until = END - timedelta(hours=since_h), END - timedelta(hours=until_h)
        return sum(one.affair == "rumeur" and since < one.post.created_at <= until for one in whole())

    assert told(8, 6) < told(6, 4) < told(4, 2) < told(2, 0)
    assert told(1 / 6, 0) >= 60


@pytest.mark.parametrize("played", [whole, small], ids=["whole", "small"])
def test_every_step_of_every_affair_is_there_at_any_scale(played) -> None:  # type: ignore[no-untyped-def]
    scale = 1.0 if played is whole else 0.15
    counts = Counter(one.track for one in played())
    for name, affair in alba().affairs.items():
        for step in affair.steps:
            track = f"{name}.{step.name}"
            assert 1 <= counts[track] <= step_count(step, scale), track
            assert counts[track] >= 0.75 * min(step.at_least, step.count), track


def test_the_small_version_is_small() -> None:
    assert 700 <= len(small()) <= 1_400


def test_the_pushed_text_is_the_same_within_seconds_by_new_accounts() -> None:
    seeds = [one.post for one in whole() if one.track == "rumeur.semis"]
    assert len({post.text for post in seeds}) == 1
    assert seeds[-1].created_at - seeds[0].created_at < timedelta(seconds=20)
    assert len({post.author.handle for post in seeds if post.author}) == len(seeds)
    assert all(
        post.author and post.author.created_at and END - post.author.created_at < timedelta(days=6) for post in seeds
    )


def test_false_reviews_have_one_star_and_the_same_words() -> None:
    burst = [one.post for one in whole() if one.track == "faux_avis.rafale"]
    assert {(post.stars, post.stars_max) for post in burst} == {(1.0, 5.0)}
    assert len({post.text for post in burst}) == 1


def test_answers_and_shares_point_to_an_earlier_post_of_their_platform() -> None:
    by_key = {one.post.key: one.post for one in whole()}
    for one in whole():
        post = one.post
        for other in (post.parent_id, post.shared_id):
            if other and (parent := by_key.get((post.platform, other))):
                assert parent.created_at < post.created_at, one.track
        if post.kind in (PostKind.REPLY, PostKind.COMMENT):
            assert post.parent_id, one.track
            assert post.root_id, one.track
        if post.kind in (PostKind.SHARE, PostKind.QUOTE):
            assert post.shared_id, one.track


def test_a_share_carries_the_words_it_shares() -> None:
    by_key = {one.post.key: one.post for one in whole()}
    shares = [one.post for one in whole() if one.post.kind is PostKind.SHARE]
    assert shares
    assert all(by_key[(post.platform, str(post.shared_id))].text == post.text for post in shares)


def test_counts_grow_between_two_readings() -> None:
    posts = [one.post for one in small()]
    later = list(reread(posts, END + timedelta(hours=3)))
    assert [post.key for post in later] == [post.key for post in posts]
    grown = 0
    for before, after in zip(posts, later, strict=True):
        if before.engagement is None:
            assert after.engagement is None
            continue
        assert after.engagement is not None
        assert (before.engagement.likes or 0) <= (after.engagement.likes or 0)
        assert (before.engagement.shares or 0) <= (after.engagement.shares or 0)
        grown += (before.engagement.likes or 0) < (after.engagement.likes or 0)
    assert grown > len(posts) / 4


def test_what_should_ring_is_told_on_the_clock_of_the_play() -> None:
    expected = expected_between(alba(), END)
    assert {one.ring for one in expected} == set(Ring)
    for one in expected:
        assert one.since < one.until <= END
        if one.affair:
            first = min(played.post.created_at for played in whole() if played.affair == one.affair)
            assert first - timedelta(minutes=15) <= one.since
    leak = next(one for one in expected if one.affair == "fuite")
    posted = next(one.post for one in whole() if one.track == "fuite.annonce")
    assert leak.since <= posted.created_at <= leak.until
    assert leak.until - posted.created_at >= timedelta(minutes=2)


def test_the_watches_are_those_of_its_brand() -> None:
    watches = scenario_watches(alba())
    assert {watch.brand for watch in watches} == {"maison-alba"}
    handles = {one.post.author.handle for one in whole() if one.post.author and one.post.author.name == "Maison Alba"}
    assert handles <= {handle for watch in watches for handle in watch.own_accounts}


def test_no_address_leads_to_a_real_place() -> None:
    for one in whole():
        for url in (one.post.url or "", *one.post.links):
            host = url.partition("://")[2].partition("/")[0]
            assert host == "" or host.endswith((".example", "example.org")), url


@pytest.mark.parametrize("hour", [0, 3, 9, 15])
def test_it_can_end_at_any_hour(hour: int) -> None:
    end = datetime(2026, 3, 30, hour, 5, tzinfo=PARIS)  # the night before had 23 hours
    played = play_labelled(alba(), 2, end, days=2, scale=0.15)
    last = [one for one in played if one.affair == "rumeur" and one.post.created_at > end - timedelta(minutes=10)]
    assert len(last) >= 12
    assert played[-1].post.created_at <= end


def test_more_days_than_it_has_begin_with_more_of_its_first_phase() -> None:
    long = play_labelled(alba(), 7, END, days=20, scale=0.1)
    early = [one for one in long if one.post.created_at < END - timedelta(days=10)]
    assert len(early) > 100
    assert {one.affair for one in early} == {""}


def test_an_end_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        play(alba(), 1, datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(("days", "scale"), [(0, 1), (-1, 1), (401, 1), (1, 0), (1, -2), (1, 101)])
def test_days_and_scale_out_of_range_are_refused(days: float, scale: float) -> None:
    with pytest.raises(InputError, match="cannot be played"):
        play(alba(), 1, END, days=days, scale=scale)


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    assert builtin_scenarios() == ["maison_alba"]
    with pytest.raises(InputError, match="Choose one of: maison_alba"):
        builtin_scenario("nobody")
