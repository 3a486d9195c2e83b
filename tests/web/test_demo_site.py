"""The invented pages of the demonstration: open to anybody while one is played, absent everywhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.web.world import World
from tocsin.collect.scenario import builtin_scenario, play_labelled
from tocsin.flows.demo_site import DemoSite
from tocsin.web.installation import Installation, serve

END = datetime(2026, 3, 2, 16, tzinfo=UTC)


class Played:
    """A demonstration as far as the pages ask of it."""

    token = "t"
    speed = 1.0
    speeds = (1,)

    def __init__(self, site: DemoSite) -> None:
        self.site: DemoSite | None = site

    def set_speed(self, speed: float) -> None:
        """Stand still."""

    def is_over(self) -> bool:
        """Never."""
        return False


@pytest.fixture
def played(web: World) -> World:
    posts = play_labelled(builtin_scenario("maison_alba"), seed=7, end=END, scale=0.05)
    web.now = END
    serve(Installation(web.engine, lambda: web.now, Played(DemoSite(posts, "http://127.0.0.1:1/demo/site"))))
    return web


@pytest.mark.parametrize(
    ("name", "words"), [("compte", "x.example"), ("fil", "Le forum gourmand"), ("article", "Commentaires")]
)
def test_a_stranger_reads_the_invented_pages(played: World, name: str, words: str) -> None:
    answer = Client(SERVER_NAME="localhost").get(f"/demo/site/{name}")
    page = answer.content.decode()
    assert answer.status_code == 200 and words in page and "Site inventé" in page
    assert "script" not in page and "tocsin_session" not in answer.cookies
    played.now = END - timedelta(hours=21)
    assert Client(SERVER_NAME="localhost").get(f"/demo/site/{name}").status_code == 404


def test_nothing_stands_there_without_a_demonstration(web: World, stranger: Client) -> None:
    assert stranger.get("/demo/site/fil").status_code == 404
    assert web.as_("alice").get("/demo/site/no_such").status_code == 404
