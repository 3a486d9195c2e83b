"""What the page of a story says of how far it may go, and when it says nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils.translation import override

from tests.web.affair import post, tell
from tests.web.world import BRAND, World
from tocsin.base.brand import Watch
from tocsin.base.seam import LIVE
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Source, Upsert
from tocsin.flows.close import close_timeline
from tocsin.flows.ingest import Place, ingest_page
from tocsin.flows.stories.forecast import Silence, StoryForecast, past_checks, story_forecast
from tocsin.store.affairs.rows import StoryFilter, StoryLine
from tocsin.web.templatetags.forecast import forecast_bar, likelihood


@pytest.fixture
def told(web: World) -> World:
    tell(web)
    return web


def _line(world: World) -> StoryLine:
    return world.store.affairs.stories(BRAND, StoryFilter(words=("plastique",), largest_first=True))[0]


def _after(world: World, **time: float) -> StoryForecast:
    brand = next(brand for brand in world.store.brands() if brand.slug == BRAND)
    line = _line(world)
    return story_forecast(world.engine, brand, line, line.first_at + timedelta(**time))


def test_a_young_story_shows_its_chance_its_range_and_what_it_rests_on(told: World) -> None:
    page = told.as_("alice").get(f"/b/{BRAND}/stories/{_line(told).id}/").content.decode()
    part = page.split('aria-labelledby="forecast"')[1].split("</section>")[0]
    for mark in ('class="figure-m"', 'class="fore-range"', "forecast-rest"):
        assert mark in part
    assert re.search(r"<b>42</b>|<b>43</b>", part)
    assert "style=" not in part


def test_the_first_post_counts_in_the_sizes(told: World) -> None:
    found = _after(told, minutes=50)
    assert found.told is not None and found.posts == found.told.seen == _line(told).posts
    assert found.told.size is not None and found.told.size >= found.told.seen


def test_it_says_why_it_says_nothing(told: World) -> None:
    assert _after(told, minutes=5).silence is Silence.TOO_YOUNG
    assert _after(told, hours=20).silence is Silence.CALM
    assert _after(told, hours=30).silence is Silence.TOO_OLD


def test_the_bar_ends_where_the_range_does(told: World) -> None:
    found = _after(told, minutes=50).told
    assert found is not None
    bar = forecast_bar(found)
    assert float(bar.low) + float(bar.span) == pytest.approx(100, abs=0.02)
    assert 0 < float(bar.seen) <= float(bar.low) <= float(bar.size)


def test_a_chance_is_told_in_a_word() -> None:
    with override("en"):
        said = [likelihood(chance) for chance in (0.9, 0.7, 0.5, 0.3, 0.1)]
    assert said == [
        "very likely",
        "likely",
        "as likely as not",
        "unlikely",
        "very unlikely",
    ]


def test_past_stories_say_how_such_forecasts_would_have_fared(web: World) -> None:
    web.store.save_watch(Watch(brand=BRAND, name="main", query='"Maison Alba"'))
    web.store.save_source(Source(name="fil", adapter="feed", options={"url": "https://example.org/f"}))
    began = web.now - timedelta(days=4)
    posts = [
        post(
            number, began + timedelta(minutes=number**1.5 / 4), "Maison Alba : la grève des ateliers est votée ce matin"
        )
        for number in range(70)
    ]
    ingest_page(
        web.engine, Place("fil", LIVE), Page(items=[Upsert(post=one) for one in posts], next_cursor="1"), web.now
    )
    web.store.note_good("fil", web.now, web.now + timedelta(minutes=5))
    close_timeline(web.engine, LIVE, minute_of(web.now) - 1, web.now)
    brand = next(brand for brand in web.store.brands() if brand.slug == BRAND)
    checks = past_checks(web.engine, brand, web.now)
    assert (checks.stories, checks.held in (0, 1), checks.foretold in (0, 1)) == (1, True, True)
    assert past_checks(web.engine, brand, began + timedelta(days=1)).stories == 0
