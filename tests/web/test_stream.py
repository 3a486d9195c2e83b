"""The stream as people use it: lists, filters, one mention, corrections, work and its way back, who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.web.conftest import NOON
from tests.web.world import BRAND, OTHER, World, make_world
from tocsin.base.brand import Watch
from tocsin.base.post import Author, Media, Post
from tocsin.collect.adapter import Page, Upsert
from tocsin.flows.ingest import Place, ingest_page

LIST = f"/b/{BRAND}/stream/"
TEXTS = (
    "Honte à Maison Alba, une arnaque : ma commande n’est jamais arrivée et le service client se moque de nous.",
    "Maison Alba rappellerait sa couverture Nuage, un bébé se serait étouffé. Partagez, vérifiez chez vous.",
    "Franchement ravie de ma parure en lin Maison Alba, trois lavages et toujours impeccable, merci.",
    "Bonjour Maison Alba, est-ce que la boutique de Lyon est ouverte dimanche ?",
    "Maison Alba <script>alert(1)</script> un service lamentable, remboursez-moi, c’est une honte.",
)


def post(number: int, text: str, **fields: object) -> Post:
    at = NOON - timedelta(minutes=60 - number)
    given: dict[str, object] = {
        "platform": "mastodon",
        "native_id": f"https://example.org/p/{number}",
        "url": f"https://example.org/p/{number}",
        "created_at": at,
        "seen_at": at,
        "author": Author(platform="mastodon", handle=f"voisin{number}", name=f"Voisin {number}", followers=1930),
    }
    return Post(text=text, **(given | fields))  # type: ignore[arg-type]


def bring(world: World, posts: list[Post]) -> None:
    for one in posts:
        page = Page(items=[Upsert(post=one)], next_cursor="")
        ingest_page(world.engine, Place("mastodon", "live"), page, world.now)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[World]:
    world = make_world(tmp_path, NOON)
    world.store.save_watch(Watch(brand=BRAND, name="marque", query='"maison alba"'))
    bring(world, [post(number, text) for number, text in enumerate(TEXTS)])
    yield world
    world.close()


def row_of(world: World, number: int) -> int:
    rows = world.store.latest_mentions(BRAND, limit=100)
    return next(row.row for row in rows if row.post.native_id.endswith(f"/{number}"))


def page_of(world: World, who: str = "bruno", address: str = "", path: str = LIST) -> str:
    answer = world.as_(who).get(f"{path}?{address}")
    assert answer.status_code == 200, (path, address, answer.status_code)
    return answer.content.decode()


def authors(page: str) -> list[str]:
    return re.findall(r'data-key="Enter">([^<]*)<', page)


def test_the_list_opens_on_what_asks_for_somebody(web: World) -> None:
    page = page_of(web)
    assert "Voisin 1" in authors(page)
    assert "Voisin 2" not in authors(page)
    assert "<mark>Maison Alba</mark>" in page
    assert "&lt;script&gt;alert(1)" in page_of(web, address="state=all")
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("state=all", ["Voisin 4", "Voisin 3", "Voisin 2", "Voisin 1", "Voisin 0"]),
        ("state=all&q=lin", ["Voisin 2"]),
        ("state=all&q=boutique&tone=positive", []),
        ("state=all&kind=praise", ["Voisin 2"]),
        ("state=all&platform=bluesky", []),
        ("state=all&period=between&begin=2026-03-02&end=2026-03-02&q=dimanche", ["Voisin 3"]),
        ("state=all&period=between&begin=2026-03-03", []),
        ("state=done", []),
    ],
)
def test_an_address_holds_the_whole_list(web: World, address: str, expected: list[str]) -> None:
    assert authors(page_of(web, address=address)) == expected


def test_a_wrong_query_is_shown_with_its_place(web: World) -> None:
    page = page_of(web, address="q=alba+AND+%28livraison")
    assert 'id="query-error"' in page
    assert '<mark class="alarm">' in page


@pytest.mark.parametrize(
    "address", ["severity=abc", "period=between&begin=demain", "before=x.y", "who=zz", "source=none"]
)
def test_a_broken_address_is_a_page_and_not_a_fault(web: World, address: str) -> None:
    page_of(web, address=address)


def test_a_mention_opens_with_its_reasons_and_context(web: World) -> None:
    row = row_of(web, 1)
    page = page_of(web, path=f"{LIST}{row}")
    assert 'class="why"' in page
    assert "Voisin 1" in page
    assert re.search(r'class="pts num">[+−]\d+', page)
    assert web.as_("bruno").get(f"/b/{OTHER}/stream/{row}").status_code == 404
    assert web.as_("alice").get(f"/b/{OTHER}/stream/{row}").status_code == 404
    assert web.as_("bruno").get(f"{LIST}999999").status_code == 404


def test_pictures_are_named_and_never_loaded(web: World) -> None:
    picture = Media(url="https://example.org/i.png", kind="image", alt="une affiche")
    evil = Media(url="javascript:alert(1)", kind="image")
    bring(web, [post(9, "Maison Alba, regardez cette affiche, quelle honte.", media=(picture, evil))])
    page = page_of(web, path=f"{LIST}{row_of(web, 9)}")
    assert "une affiche" in page
    assert "<img" not in page
    assert "javascript:" not in page


def test_a_correction_counts_at_once_for_copies_and_for_what_comes(web: World) -> None:
    bring(web, [post(10, TEXTS[1])])
    first, copy = row_of(web, 1), row_of(web, 10)
    kinds = {score.kind.value for score in web.store.mention(first).verdict.kinds}
    assert "bad_buzz" in kinds
    bruno = web.as_("bruno")
    answer = bruno.post(f"{LIST}{first}/act", {"do": "change=not:bad_buzz", "next": f"{LIST}{first}"}, follow=True)
    page = answer.content.decode()
    assert "/stream/undo/" in page
    for row in (first, copy):
        assert "bad_buzz" not in {score.kind.value for score in web.store.mention(row).verdict.kinds}
    bring(web, [post(11, TEXTS[1])])
    late = row_of(web, 11)
    assert "bad_buzz" not in {score.kind.value for score in web.store.mention(late).verdict.kinds}
    undo = re.search(r'action="([^"]*/stream/undo/\d+)"', page)
    assert undo
    bruno.post(undo[1])
    for row in (first, copy, late):
        assert "bad_buzz" in {score.kind.value for score in web.store.mention(row).verdict.kinds}
    assert web.store.doctor() == []
    assert [label.label for label in web.store.labels()] == ["not:bad_buzz", "undone:1"]


def test_what_is_not_us_is_done_and_weighs_nothing(web: World) -> None:
    row = row_of(web, 0)
    web.as_("chloe").post(f"{LIST}{row}/act", {"do": "change=not_us"})
    assert web.store.mention(row).verdict.severity.score == 0
    assert web.store.stream.works([row])[row].done


def test_bulk_deeds_are_undone_by_the_button_in_the_message(web: World) -> None:
    rows = [row_of(web, number) for number in (0, 1)]
    bruno = web.as_("bruno")
    answer = bruno.post(f"{LIST}act", {"row": ["-".join(map(str, rows))], "do": "done"}, follow=True)
    assert all(work.done for work in web.store.stream.works(rows).values())
    undo = re.search(r'action="([^"]*/stream/undo/\d+)"', answer.content.decode())
    assert undo
    assert web.as_("chloe").post(undo[1], follow=True).status_code == 200
    assert all(work.done for work in web.store.stream.works(rows).values())
    bruno.post(undo[1])
    assert web.store.stream.works(rows) == {}


def test_somebody_else_sees_who_has_it_and_who_reads_it(web: World) -> None:
    row = row_of(web, 1)
    chloe = web.people["chloe"].id
    web.as_("bruno").post(f"{LIST}act", {"row": [row], "do": f"assign={chloe}"})
    assert "Chloé" in page_of(web)
    assert authors(page_of(web, "chloe", "state=all&who=me")) == ["Voisin 1"]
    assert web.as_("chloe").post(f"{LIST}{row}/here").status_code == 204
    assert web.as_("alice").post(f"/b/{OTHER}/stream/{row}/here").status_code == 404
    page = page_of(web, "bruno", path=f"{LIST}{row}")
    assert re.search(r"Chloé (reads this too|lit aussi)", page)


def test_a_reader_sees_and_cannot_act_and_names_are_masked(web: World) -> None:
    row = row_of(web, 1)
    remi = web.as_("remi")
    page = page_of(web, "remi", path=f"{LIST}{row}")
    assert "Voisin 1" not in page
    assert "voisin1" not in page
    assert "/act" not in page
    assert remi.post(f"{LIST}{row}/act", {"do": "done"}).status_code == 404
    assert remi.post(f"{LIST}act", {"row": [row], "do": "done"}).status_code == 404
    assert web.as_("denis").get(LIST).status_code == 404
    assert 'id="query-error"' in page_of(web, "remi", "q=author:voisin1")
    assert "Voisin 1" in page_of(web, "carla", path=f"{LIST}{row}")
    assert web.as_("carla").post(f"{LIST}{row}/act", {"do": "done"}).status_code == 404


def test_a_view_is_kept_shared_and_deleted(web: World) -> None:
    bruno = web.as_("bruno")
    answer = bruno.post(f"{LIST}views", {"name": "Livraisons", "q": "commande", "state": "all", "shared": "1"})
    assert answer["Location"] == f"{LIST}?q=commande&state=all"
    assert "Livraisons" in page_of(web, "chloe")
    number = web.store.stream.views(BRAND, 0)[0].id
    web.as_("chloe").post(f"{LIST}views/{number}", {"do": "delete"})
    assert "Livraisons" in page_of(web, "chloe")
    bruno.post(f"{LIST}views/{number}", {"do": "delete"})
    assert "Livraisons" not in page_of(web, "chloe")


def test_new_mentions_wait_behind_a_line(web: World) -> None:
    newest = web.store.stream.newest(BRAND)
    bring(web, [post(20, "Maison Alba, quelle honte, un service lamentable et une arnaque.")])
    page = page_of(web, address=f"after={newest}", path=f"{LIST}since")
    assert "arrivals" in page
    assert re.search(r">\s*1 ", page)
    assert 'class="arrivals"' not in page_of(web, address=f"after={newest + 1}", path=f"{LIST}since")


def test_near_copies_stand_on_one_line(web: World) -> None:
    bring(web, [post(number, TEXTS[1]) for number in range(30, 34)])
    page = page_of(web)
    assert len([name for name in authors(page) if name in ("Voisin 1", "Voisin 33")]) == 1
    assert re.search(r"4 (copies)", page)
    assert page_of(web, path=f"{LIST}{row_of(web, 1)}/similar").count('class="m-item') == 4


def test_a_redirect_never_leaves_the_house(web: World) -> None:
    row = row_of(web, 1)
    answer = web.as_("bruno").post(f"{LIST}{row}/act", {"do": "done", "next": "https://evil.example.net/"})
    assert answer["Location"] == f"{LIST}{row}"


def test_empty_lists_teach(web: World) -> None:
    nothing = page_of(web, address="state=all&q=introuvable")
    assert 'class="empty"' in nothing
    for number in range(5):
        web.as_("bruno").post(f"{LIST}act", {"row": [row_of(web, number)], "do": "done"})
    assert 'class="empty"' in page_of(web)
