"""`tocsin screen`: lines in, lines out."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.run import Ran, tocsin

QUERY = '"Maison Alba"'


def screen(lines: list[object], data: Path, *, query: str = QUERY, language: str = "en") -> Ran:
    raw = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return tocsin("screen", "--query", query, "--brand", "Maison Alba", data=data, stdin=raw + b"\n", language=language)


def test_a_mention_comes_back_with_its_reading_and_its_id(tmp_path: Path) -> None:
    ran = screen(
        [{"id": 12345678901234567890, "text": "Maison Alba, service lamentable, je veux un remboursement"}], tmp_path
    )
    assert ran.code == 0, ran.err
    (row,) = ran.rows
    assert row["id"] == 12345678901234567890
    assert row["brand"] == "Maison Alba"
    assert row["spans"] == [{"field": "text", "start": 0, "end": 11}]
    assert row["language"] == "fr"
    assert row["sentiment"]["label"] == "negative"
    assert "complaint" in {kind["kind"] for kind in row["kinds"]}
    assert 0 < row["severity"]["score"] <= 100


def test_a_post_about_something_else_gives_no_line(tmp_path: Path) -> None:
    ran = screen([{"id": "a", "text": "Une maison blanche à Alba"}], tmp_path)
    assert (ran.code, ran.out) == (0, "")


def test_unknown_keys_come_back_as_they_came(tmp_path: Path) -> None:
    ran = screen([{"id": "a", "text": "maison alba", "mine": {"deep": [1, 2.50]}, "n": None}], tmp_path)
    assert ran.rows[0]["mine"] == {"deep": [1, 2.5]}
    assert ran.rows[0]["n"] is None


def test_bad_lines_are_named_with_their_number_and_the_rest_is_done(tmp_path: Path) -> None:
    ran = screen(
        [{"id": 1, "text": "maison alba"}, b"{broken", {"id": 3}, b"", {"id": 5, "text": "maison alba"}], tmp_path
    )
    assert ran.code == 1
    assert [row["id"] for row in ran.rows] == [1, 5]
    assert len(ran.err.splitlines()) == 2
    assert "2" in ran.err.splitlines()[0] and "3" in ran.err.splitlines()[1]


def test_a_wrong_query_says_where_it_is_wrong(tmp_path: Path) -> None:
    ran = screen([{"id": 1, "text": "x"}], tmp_path, query='"Maison Alba" AND (livraison')
    assert ran.code == 1
    assert len(ran.err.strip().splitlines()) == 1
    assert "Traceback" not in ran.err


def test_a_title_counts_and_its_span_says_so(tmp_path: Path) -> None:
    ran = screen([{"id": 1, "title": "La Maison Alba ferme", "text": "Rien de plus."}], tmp_path)
    assert ran.rows[0]["spans"] == [{"field": "title", "start": 3, "end": 14}]


def test_nasty_texts_pass_through(tmp_path: Path) -> None:
    lines = [
        {"id": 1, "text": "\u0000maison\u0000alba\u0000"},
        {"id": 2, "text": "🥐" * 50},
        {"id": 3, "text": "x " * 32_000 + "maison alba"},
        {"id": 4, "text": "<script>alert(1)</script> maison alba"},
    ]
    ran = screen(lines, tmp_path)
    assert ran.code == 0, ran.err
    assert [row["id"] for row in ran.rows] == [1, 3, 4]


def test_the_sentences_are_french_unless_said_otherwise(tmp_path: Path) -> None:
    ran = screen([b"{broken"], tmp_path, language="fr")
    assert "ligne" in ran.err.lower()
