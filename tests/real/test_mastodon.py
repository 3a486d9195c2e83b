"""A server of Mastodon's API: what its usual client writes is read by the worker, whatever breaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.household import Household
from tests.real.mastodon import Server, mastodon
from tocsin.base.post import PostKind
from tocsin.collect.adapter import Source


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with mastodon(tmp_path) as one:
        yield one


def source(server: Server, **options: str) -> Source:
    given = {"server": server.url, "hashtags": "maisonalba", "signed_in": "yes", **options}
    return Source(name="toot", adapter="mastodon", options=given)


def test_nothing_is_lost_over_a_cut_and_a_kill(server: Server, household: Household) -> None:
    alice, bruno = server.client("alice"), server.client("bruno")
    before = alice.status_post("Maison Alba ouvre jeudi #MaisonAlba", language="fr")
    household.add(source(server, live="yes"), {"token": "denis-token"})
    household.start()
    household.until(lambda: household.posts().keys() == {before.uri}, "what was there before came")

    # As it comes: posts, a change, a deletion.
    first = alice.status_post("Maison Alba : porte close #MaisonAlba", spoiler_text="Attente")
    second = bruno.status_post("Maison Alba ne répond pas #maisonalba")
    bruno.status_post("Maison Alba sans le mot-dièse")
    household.until(lambda: household.posts().keys() == {before.uri, first.uri, second.uri}, "two posts came")
    assert household.posts()[first.uri].title == "Attente"
    alice.status_update(first.id, "Maison Alba : porte ouverte #MaisonAlba")
    household.until(lambda: "ouverte" in household.texts()[first.uri], "the change came")
    assert household.posts()[first.uri].edited_at is not None
    bruno.status_delete(second.id)
    household.until(lambda: second.uri not in household.posts(), "the deletion came")

    # While the worker is dead.
    third = bruno.status_post("Maison Alba rembourse #MaisonAlba")
    household.kill()
    fourth = bruno.status_post("Maison Alba a remboursé #MaisonAlba", in_reply_to_id=third.id)
    household.start()
    wanted = {before.uri, first.uri, third.uri, fourth.uri}
    household.until(lambda: household.posts().keys() == wanted, "what came while it was dead was caught up on")
    answer = household.posts()[fourth.uri]
    assert (answer.kind, answer.parent_id) == (PostKind.REPLY, third.uri)

    # While the server is gone, and back with more than it had.
    server.stop()
    server.start()
    household.ask_again("toot")
    fifth = alice.status_post("Maison Alba, suite #MaisonAlba")
    household.until(lambda: household.posts().keys() == wanted | {fifth.uri}, "what came after the cut came")
    bruno.status_delete(fourth.id)
    household.until(lambda: fourth.uri not in household.posts(), "a deletion after the cut came")
    assert household.engine.store.doctor() == []


def test_a_page_is_read_on_from_the_last_id_and_each_post_once(server: Server, household: Household) -> None:
    alice = server.client("alice")
    household.add(source(server, signed_in="no", every_minutes="1"), {})
    written = {alice.status_post(f"Maison Alba, avis {number} #MaisonAlba").uri for number in range(60)}
    household.start()
    # The first read shows the newest forty, as a back-fill; what is older is for one of its own.
    household.until(lambda: len(household.posts()) == 40, "the newest came")
    assert household.posts().keys() <= written
    assert household.engine.store.doctor() == []
