"""First steps: four forms that lose nothing, store nothing before they are told to, and take any file one sends."""

from __future__ import annotations

import gzip
import io
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.web.world import World

START, WORDS, LOOK, FILE = "/welcome", "/welcome/words", "/welcome/look", "/files/new"
ANSWERS = {
    "name": "Petit Moulin",
    "site": "https://www.petitmoulin.example/",
    "handles": "@petitmoulin",
    "languages": ["fr"],
    "time_zone": "Europe/Paris",
    "calendar": "FR",
}
CSV = "date,auteur,texte\n2026-03-01 10:00,lea,Le Petit Moulin est parfait\n2026-03-01 11:00,tom,Rien\n"


def _send(browser: Client, name: str, content: bytes) -> str:
    answer = browser.post(FILE, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def _wait(browser: Client, address: str) -> str:
    for _ in range(50):
        page = browser.get(address, headers={"HX-Request": "true"}).content.decode()
        if "hx-get" not in page:
            return page
        time.sleep(0.02)
    raise AssertionError("the import did not end")


def test_each_step_leads_to_the_next_and_nothing_is_stored_before_saving(web: World, alice: Client) -> None:
    answer = alice.post(START, ANSWERS)
    assert answer["Location"] == WORDS
    page = alice.get(WORDS).content.decode()
    assert "&quot;Petit Moulin&quot;" in page
    assert "#PetitMoulin" in page
    assert "@petitmoulin" in page
    assert "petitmoulin.example" in page
    answer = alice.post(WORDS, {"mode": "text", "query": '"Petit Moulin" NOT film', "next": "1"})
    assert answer["Location"] == LOOK
    assert "petit-moulin" not in {brand.slug for brand in web.store.brands()}
    answer = alice.post(LOOK, {"mode": "text", "query": '"Petit Moulin" NOT film', "save": "1"})
    assert answer["Location"] == "/welcome/petit-moulin/sources"
    assert web.store.brand("petit-moulin").languages == ("fr",)
    watch = web.store.watches("petit-moulin")[0]
    assert watch.query == '"Petit Moulin" NOT film'
    assert watch.own_accounts == ("petitmoulin",)
    assert {entry.action for entry in web.store.audit()} == {"brand.add", "watch.save"}
    assert alice.get(answer["Location"]).status_code == 200


def test_a_reload_and_a_step_back_lose_nothing(alice: Client) -> None:
    alice.post(START, ANSWERS)
    alice.post(WORDS, {"mode": "text", "query": '"Petit Moulin" NOT film', "show": "1"})
    assert 'value="Petit Moulin"' in alice.get(START).content.decode()
    assert "film" in alice.get(WORDS).content.decode()
    alice.post(START, ANSWERS)
    assert "film" in alice.get(WORDS).content.decode()


def test_a_step_out_of_turn_leads_to_the_first(alice: Client) -> None:
    assert alice.get(WORDS)["Location"] == START
    assert alice.get(LOOK)["Location"] == START


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "…"),
        ("name", "Maison Alba"),
        ("time_zone", "Mars/Nord"),
        ("time_zone", "../etc"),
        ("calendar", "France"),
        ("languages", []),
    ],
)
def test_a_wrong_answer_is_said_where_it_was_given(alice: Client, field: str, value: str) -> None:
    answer = alice.post(START, ANSWERS | {field: value})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_an_ordinary_word_is_asked_for_with_its_capital_and_a_warning(alice: Client) -> None:
    alice.post(START, ANSWERS | {"name": "Orange", "site": "", "handles": ""})
    page = alice.get(WORDS).content.decode()
    assert "note bronze-n" in page
    assert "=&quot;Orange&quot; NEAR/12" in page


def test_without_anything_to_look_in_the_page_says_how_long_to_wait(alice: Client) -> None:
    alice.post(START, ANSWERS)
    page = alice.get(LOOK).content.decode()
    assert FILE in page
    assert "tocsin demo" in page


def test_only_the_owner_begins(web: World) -> None:
    for name in ("bruno", "chloe", "carla", "remi", "denis"):
        for address in (START, WORDS, LOOK, FILE, "/files/x", "/files/x/progress"):
            assert web.as_(name).get(address).status_code == 404


def test_a_file_is_looked_in_before_saving_and_imported_with_the_brand(web: World, alice: Client) -> None:
    alice.post(START, ANSWERS)
    plan = _send(alice, "avis.csv", CSV.encode())
    assert "Le Petit Moulin est parfait" in alice.get(plan).content.decode()
    assert alice.post(plan, {"use": "1"})["Location"] == LOOK
    page = alice.get(LOOK).content.decode()
    assert "<mark>Petit Moulin</mark>" in page
    alice.post(LOOK, {"mode": "text", "query": '"Petit Moulin"', "save": "1"})
    page = _wait(alice, plan + "/progress")
    assert [mention.post.text for mention in web.store.latest_mentions("petit-moulin")] == [
        "Le Petit Moulin est parfait"
    ]
    assert web.store.imports()[0].posts == 1


def test_columns_are_put_right_by_hand(alice: Client) -> None:
    content = "quand,a,b\n2026-03-01 10:00,Ceci est un long texte de publication,Ceci en est un autre bien plus long\n"
    plan = _send(alice, "x.csv", content.encode())
    form = {"show": "1"}
    for place, (column, field) in enumerate((("quand", "created_at"), ("a", "text"), ("b", ""))):
        form |= {f"column-{place}": column, f"field-{place}": field}
    page = alice.post(plan, form).content.decode()
    assert '<p class="clip-3">Ceci est un long texte de publication</p>' in page


def test_a_hostile_file_name_is_shown_as_text_and_never_reaches_the_disk(web: World, alice: Client) -> None:
    plan = _send(alice, "<img src=x onerror=alert(1)>.csv", CSV.encode())
    page = alice.get(plan).content.decode()
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;.csv" in page
    names = {path.name for path in (web.engine.settings.data_dir / "uploads").rglob("*.csv")}
    assert names == {"img-src-x-onerror-alert-1.csv"}


@pytest.mark.parametrize("token", ["..", "x", "A" * 22, "%2e%2e%2fweb.key"])
def test_an_unknown_file_is_not_found(alice: Client, token: str) -> None:
    assert alice.get(f"/files/{token}").status_code == 404


def test_an_archive_that_unpacks_without_end_is_refused(alice: Client) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(210):
                part.write(bytes(1 << 20))
    plan = _send(alice, "bombe.xlsx", packed.getvalue())
    answer = alice.get(plan)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_what_is_no_table_is_refused_in_one_sentence(alice: Client) -> None:
    plan = _send(alice, "photo.csv", bytes(range(256)) * 40)
    assert alice.get(plan).status_code == 400
    plan = _send(alice, "vide.csv.gz", gzip.compress(b""))
    assert alice.get(plan).status_code == 400


def test_an_empty_upload_is_refused(alice: Client) -> None:
    assert alice.post(FILE, {"file": SimpleUploadedFile("a.csv", b"")}).status_code == 400
    assert alice.post(FILE).status_code == 400


def test_rows_that_cannot_be_read_are_listed(web: World, alice: Client) -> None:
    alice.post(START, ANSWERS)
    alice.post(LOOK, {"mode": "text", "query": "moulin", "save": "1"})
    plan = _send(alice, "avis.csv", (CSV + "2026-13-45 99:00,x,\n").encode())
    assert alice.post(plan, {"use": "1"})["Location"] == plan + "/progress"
    page = _wait(alice, plan + "/progress")
    assert "2026-13-45" in page or "<dd" in page


def test_an_import_that_is_not_running_says_so(alice: Client) -> None:
    plan = _send(alice, "avis.csv", CSV.encode())
    assert alice.get(plan + "/progress").status_code == 200
