"""The commands one after another, as on a first day."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from tests.cli.run import tocsin
from tests.scenarios.make import write_posts


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    assert tocsin("init", "--brand", "Maison Alba", data=folder).code == 0
    ran = tocsin(
        "watch", "add", "--brand", "Maison Alba", "--query", '"Maison Alba"', "--own", "@MaisonAlba", data=folder
    )
    assert ran.code == 0, ran.err
    posts = write_posts(folder / "posts.jsonl", 600, seed=3, prefix="n")
    with posts.open("a", encoding="utf-8") as stream:
        stream.write("{broken\n")
        grave = {
            "id": "grave",
            "created_at": "2026-03-02T12:00:00Z",
            "author": "denis",
            "text": "Fuite de données chez Maison Alba : la base clients complète est à vendre, mots de passe compris.",
        }
        stream.write(json.dumps(grave) + "\n")
    ran = tocsin("import", posts, data=folder)
    assert ran.code == 0, ran.err
    assert ran.rows[0]["rejects"] == 1
    return folder


def test_a_rejected_line_stands_in_a_file_with_its_number_and_reason(data: Path) -> None:
    (line,) = (data / "posts.jsonl.rejects.jsonl").read_text(encoding="utf-8").splitlines()
    reject = json.loads(line)
    assert reject["line"] == 601
    assert "JSON" in reject["why"]


def test_one_dangerous_post_rings_and_can_be_called_false(data: Path) -> None:
    alerts = tocsin("alerts", data=data).rows
    (leak,) = [alert for alert in alerts if alert["cause"] == "danger"]
    assert "base clients" in leak["title"]
    assert tocsin("alerts", "false", leak["id"], "--note", "exercice", data=data).code == 0
    (again,) = [alert for alert in tocsin("alerts", data=data).rows if alert["id"] == leak["id"]]
    assert (again["state"], again["note"]) == ("false", "exercice")


def test_an_alert_that_is_not_there_is_said_in_one_sentence(data: Path) -> None:
    ran = tocsin("alerts", "ack", "nothing", data=data)
    assert ran.code == 1
    assert len(ran.err.strip().splitlines()) == 1


def test_a_gzip_bomb_ends_with_one_sentence_and_what_came_before_it_stays(data: Path, tmp_path: Path) -> None:
    good = {"id": "avant", "created_at": "2026-03-02T12:00:00Z", "text": "Maison Alba, avant le vide"}
    bomb = tmp_path / "bombe.jsonl.gz"
    bomb.write_bytes(gzip.compress((json.dumps(good) + "\n" + (" " * 1000 + "\n") * 3_000).encode()))
    ran = tocsin("import", bomb, data=data, env={"TOCSIN_UNPACKED_MB": "1"})
    assert ran.code == 1
    assert len(ran.err.strip().splitlines()[-1:]) == 1
    assert "bombe.jsonl.gz unpacks to more than 1 MB" in ran.err.strip().splitlines()[-1]
    assert [row["id"] for row in tocsin("search", "vide", data=data).rows] == ["avant"]


def test_what_was_imported_is_found_and_counted(data: Path) -> None:
    found = tocsin("search", '"base clients"', data=data).rows
    assert [row["id"] for row in found] == ["grave"]
    assert found[0]["severity"] >= 80
    assert "leak" in found[0]["kinds"]
    assert tocsin("stories", "--limit", "3", data=data).rows


def test_the_past_is_replayed(data: Path) -> None:
    ran = tocsin("backtest", "--brand", "Maison Alba", "--budget", "2", data=data)
    assert ran.code == 0, ran.err
    assert re.match(r"40\d posts from ", ran.err)  # other tests bring one or two more


def test_a_backup_comes_back_with_the_same_digest(data: Path, tmp_path: Path) -> None:
    made = tocsin("backup", tmp_path / "b.zip", data=data)
    assert made.code == 0, made.err
    back = tocsin("restore", tmp_path / "b.zip", data=tmp_path / "other")
    assert back.code == 0, back.err
    assert back.out == made.out
    assert tocsin("search", '"base clients"', data=tmp_path / "other").rows


def test_an_export_is_readable_and_comes_back(data: Path, tmp_path: Path) -> None:
    assert tocsin("export", tmp_path / "open", data=data).code == 0
    assert (tmp_path / "open" / "README.txt").is_file()
    back = tocsin("restore", tmp_path / "open", data=tmp_path / "third")
    assert back.code == 0, back.err
    assert tocsin("search", '"base clients"', data=tmp_path / "third").rows


def test_the_posts_of_an_export_can_be_imported_elsewhere_under_the_same_ids(data: Path, tmp_path: Path) -> None:
    assert tocsin("export", tmp_path / "open", data=data).code == 0
    other = tmp_path / "fourth"
    assert tocsin("init", data=other).code == 0
    assert tocsin("watch", "add", "--brand", "Maison Alba", "--query", '"Maison Alba"', data=other).code == 0
    ran = tocsin("import", tmp_path / "open" / "posts.jsonl", data=other)
    assert ran.code == 0, ran.err
    assert ran.rows[0]["rejects"] == 0
    (found,) = tocsin("search", '"base clients"', data=other).rows
    assert (found["id"], found["author"]) == ("grave", "denis")


def test_a_watch_cannot_ask_for_what_is_only_read_later(data: Path) -> None:
    ran = tocsin("watch", "add", "--brand", "Maison Alba", "--name", "x", "--query", "kind:complaint alba", data=data)
    assert ran.code == 1
    assert len(ran.err.strip().splitlines()) == 1


def test_an_author_is_erased_only_with_a_yes(data: Path, tmp_path: Path) -> None:
    made = tocsin("backup", tmp_path / "b.zip", data=data)
    assert made.code == 0
    copy = tmp_path / "copy"
    assert tocsin("restore", tmp_path / "b.zip", data=copy).code == 0
    assert tocsin("erase", "denis", data=copy).code == 1
    ran = tocsin("erase", "denis", "--yes", data=copy)
    assert ran.code == 0, ran.err
    assert tocsin("search", '"base clients"', data=copy).rows == []


def test_the_doctor_finds_nothing_grave(data: Path) -> None:
    ran = tocsin("doctor", data=data)
    assert ran.code == 0
    assert not any(row["grave"] for row in ran.rows)


def test_a_preview_stores_nothing_and_names_missing_handles(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    lines = [{"id": f"h{number}", "text": f"@maisonalba merci {number}"} for number in range(50)]
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    ran = tocsin("watch", "preview", "--brand", "Maison Alba", "--query", '"sablés Alba"', "--file", file, data=data)
    assert ran.code == 0, ran.err
    assert "@maisonalba" in ran.err
    assert tocsin("search", "merci AND h1", data=data).rows == []


def test_a_worker_does_one_turn_and_stops(data: Path) -> None:
    ran = tocsin("work", "--once", data=data)
    assert ran.code == 0, ran.err


@pytest.mark.parametrize("language", ["fr", "en"])
def test_help_is_told_in_both_languages(data: Path, language: str) -> None:
    ran = tocsin("--help", data=data, language=language)
    assert ran.code == 0
    assert ("recherche" in ran.out or "mentions d’une marque" in ran.out) == (language == "fr")
