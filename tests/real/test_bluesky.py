"""A real Bluesky network: what is written there by the official client is read by the worker, whatever breaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real.household import Household
from tests.real.jetstream import Jetstream, to_events
from tests.real.network import Citizen, network, relayed
from tocsin.base.post import PostKind
from tocsin.collect.adapter import Source


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with network() as address:
        yield address


def written(*people: Citizen) -> dict[str, str]:
    """Return what the server holds of some people."""
    return {uri: text for one in people for uri, text in one.posts().items()}


def stream(jetstream: Jetstream, path: str = "") -> Source:
    options = {"mode": "stream", "words": "Maison Alba", "stream": jetstream.address + path}
    return Source(name="sky", adapter="bluesky", options=options)


@pytest.mark.parametrize("is_new", [False, True], ids=["v1", "v2"])
def test_nothing_is_lost_over_a_cut_and_a_kill(server: str, household: Household, *, is_new: bool) -> None:
    number = int(is_new)
    alice, bruno = Citizen(server, f"alice{number}"), Citizen(server, f"bruno{number}")
    ours = {alice.did, bruno.did}
    with Jetstream(is_new=is_new) as jetstream:

        def tell(message: object) -> None:
            jetstream.say([event for event in to_events(message) if event["did"] in ours])

        with relayed(server, tell):
            household.add(stream(jetstream), {})
            household.start()
            household.until(lambda: bool(jetstream.asked), "the stream is listened to")
            first = alice.says("Maison Alba : la porte est fermée")
            second = bruno.says("Rien reçu de Maison Alba depuis trois semaines")
            bruno.says("Une file de deux heures")
            third = alice.says("Maison Alba, deux heures d’attente")
            household.until(lambda: household.posts().keys() == {first, second, third}, "three posts came")
            assert household.texts() == {uri: text for uri, text in written(alice, bruno).items() if "Alba" in text}

            # While the network is cut: a post more, one that reads otherwise, one that is gone.
            jetstream.cut()
            fourth = bruno.says("Maison Alba a répondu")
            alice.changes(first, "Maison Alba : la porte est ouverte")
            alice.deletes(third)
            jetstream.mend()
            household.until(lambda: household.posts().keys() == {first, second, fourth}, "the cut was caught up on")
            household.until(lambda: "ouverte" in household.texts()[first], "the change came")
            assert household.posts()[first].edited_at is not None

            # While the worker is dead: killed with a post on its way.
            alice.says("Maison Alba rembourse tout le monde")
            household.kill()
            bruno.says("Maison Alba a remboursé")
            alice.deletes(first)
            household.start()
            wanted = {uri: text for uri, text in written(alice, bruno).items() if "Alba" in text}
            household.until(lambda: household.texts() == wanted, "what came while it was dead was caught up on")
            assert len(wanted) == 4

            # An account that leaves takes its posts along.
            bruno.leaves()
            household.until(lambda: household.posts().keys() == alice.posts().keys(), "the account's posts went")
            assert household.engine.store.doctor() == []
    cursors = [path for path in jetstream.asked if "cursor=" in path]
    assert len(cursors) >= 3
    assert all(("/subscribe?" in path) is not is_new for path in jetstream.asked)


def test_answers_quotes_and_what_is_shared_keep_their_ties(server: str, household: Household) -> None:
    alice, bruno = Citizen(server, "alicetie"), Citizen(server, "brunotie")
    ours = {alice.did, bruno.did}
    with Jetstream() as jetstream:

        def tell(message: object) -> None:
            jetstream.say([event for event in to_events(message) if event["did"] in ours])

        household.add(stream(jetstream, "/subscribe"), {})
        household.start()
        household.until(lambda: bool(jetstream.asked), "the stream is listened to")
        with relayed(server, tell):
            root = alice._client.send_post("Maison Alba ne répond pas", langs=["fr"])
            models = pytest.importorskip("atproto").models
            ref = models.create_strong_ref(root)
            tie = models.AppBskyFeedPost.ReplyRef(parent=ref, root=ref)
            answer = bruno.says("Pareil avec Maison Alba", reply_to=tie)
            quote = bruno.says("Maison Alba, encore", embed=models.AppBskyEmbedRecord.Main(record=ref))
            bruno.passes_on(root.uri, root.cid)
            household.until(lambda: household.posts().keys() >= {root.uri, answer, quote}, "three posts came")
    posts = household.posts()
    assert (posts[answer].kind, posts[answer].parent_id, posts[answer].root_id) == (PostKind.REPLY, root.uri, root.uri)
    assert (posts[quote].kind, posts[quote].shared_id) == (PostKind.QUOTE, root.uri)
    assert posts[root.uri].lang_claimed == "fr" and posts[root.uri].url == (
        f"https://bsky.app/profile/{alice.did}/post/{root.uri.rpartition('/')[2]}"
    )


def test_a_stream_that_has_forgotten_leaves_a_gap_for_people_to_see(server: str, household: Household) -> None:
    alice = Citizen(server, "alicegap")
    with Jetstream() as jetstream:

        def tell(message: object) -> None:
            jetstream.say([event for event in to_events(message) if event["did"] == alice.did])

        with relayed(server, tell):
            jetstream.behind_s = 120.0
            household.add(stream(jetstream), {})
            household.start()
            household.until(lambda: bool(jetstream.asked), "the stream is listened to")
            first = alice.says("Maison Alba : un")
            household.until(lambda: household.posts().keys() == {first}, "the first post came")
            household.kill()
            told = jetstream.count
            alice.says("Maison Alba : deux")
            household.until(lambda: jetstream.count > told, "the second post was told to nobody")
            # A stream looks a day and a half back; here it takes two minutes to forget.
            jetstream.forget()
            jetstream.behind_s = 0.0
            third = alice.says("Maison Alba : trois")
            household.start()
            household.until(lambda: third in household.posts(), "the third post came")
            household.until(lambda: bool(household.gaps("sky")), "the gap was told")
