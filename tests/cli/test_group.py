"""`tocsin group`: lines of posts in, the same lines with their story out."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.run import Ran, tocsin
from tests.story.posts import CHAIRS, PARCELS


def lines() -> list[dict[str, object]]:
    """Two affairs said in turns, a minute apart, with a key that nobody knows."""
    texts = [text for pair in zip(CHAIRS, PARCELS, strict=True) for text in pair]
    return [
        {"id": f"p{at:02}", "at": f"2026-03-02T09:{at:02}:00Z", "text": text, "mood": at}
        for at, text in enumerate(texts)
    ]


def group(posts: list[object], data: Path, *arguments: str, language: str = "en") -> Ran:
    raw = b"\n".join(post if isinstance(post, bytes) else json.dumps(post).encode() for post in posts)
    return tocsin("group", *arguments, data=data, stdin=raw + b"\n", language=language)


def test_each_line_comes_back_whole_and_in_order_with_its_story(tmp_path: Path) -> None:
    ran = group([*lines()], tmp_path, "--brand", "Maison Alba")
    assert ran.code == 0, ran.err
    assert [{key: row[key] for key in ("id", "at", "text", "mood")} for row in ran.rows] == lines()
    assert len({row["story"] for row in ran.rows[::2]}) == 1
    assert len({row["story"] for row in ran.rows[1::2]}) == 1
    assert ran.rows[0]["story"] != ran.rows[1]["story"]


def test_the_order_of_the_lines_does_not_matter_where_they_have_times(tmp_path: Path) -> None:
    straight = {row["id"]: row["story"] for row in group([*lines()], tmp_path).rows}
    turned = {row["id"]: row["story"] for row in group([*reversed(lines())], tmp_path).rows}
    assert straight == turned


def test_lines_without_times_are_taken_in_the_order_in_which_they_come(tmp_path: Path) -> None:
    rows = group([{"text": text} for text in (*CHAIRS, *PARCELS)], tmp_path, "--brand", "Maison Alba").rows
    assert len({row["story"] for row in rows[:6]}) == 1
    assert rows[0]["story"] != rows[6]["story"]


def test_live_lines_come_with_the_story_known_then(tmp_path: Path) -> None:
    ran = group([*lines()], tmp_path, "--live")
    assert ran.code == 0, ran.err
    assert [row["id"] for row in ran.rows] == [line["id"] for line in lines()]
    assert all(row["story"] for row in ran.rows)


def test_a_reply_goes_where_what_it_answers_is(tmp_path: Path) -> None:
    reply = {"id": "r", "at": "2026-03-02T10:00:00Z", "text": "Et vous comptez réagir quand", "parent_id": "p03"}
    rows = group([*lines(), reply], tmp_path).rows
    assert rows[-1]["story"] == rows[3]["story"]


def test_bad_lines_are_named_and_the_rest_is_done(tmp_path: Path) -> None:
    bad = [b"nothing", {"text": 3}, {"text": "Le colis est perdu", "at": "bientot"}]
    ran = group([*bad, *lines()], tmp_path, language="en")
    assert ran.code == 1
    assert len(ran.rows) == len(lines())
    assert [f"Line {number}" in ran.err for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert "'bientot'" in ran.err


def test_titles_list_the_stories_on_the_side(tmp_path: Path) -> None:
    ran = group([*lines()], tmp_path, "--titles")
    assert len(ran.rows) == len(lines())
    assert sum(row["story"] in ran.err for row in (ran.rows[0], ran.rows[1])) == 2


def test_nothing_in_gives_nothing_out(tmp_path: Path) -> None:
    ran = group([], tmp_path)
    assert (ran.code, ran.out) == (0, "")
