"""Accounts from the command line: the first owner, invitations, links, leaving."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.cli.run import tocsin


def test_the_owner_is_made_at_init_and_people_follow(tmp_path: Path) -> None:
    made = tocsin("init", "--brand", "Maison Alba", "--owner", "alice@example.org", "--name", "Alice", data=tmp_path)
    assert made.code == 0
    (link,) = [line.strip() for line in made.out.splitlines() if "/join/" in line]
    with sqlite3.connect(tmp_path / "tocsin.sqlite3") as database:
        assert link.rpartition("/")[2] not in str(database.execute("select * from store_onetimelink").fetchall())
    invited = tocsin(
        "people", "invite", "bruno@example.org", "--brand", "Maison Alba", "--role", "manager",
        data=tmp_path, env={"TOCSIN_WEB_ADDRESS": "https://tocsin.example.org"},
    )  # fmt: skip
    assert invited.out.startswith("https://tocsin.example.org/join/")
    assert tocsin("people", "list", data=tmp_path).rows == []


def test_mistakes_are_said_in_one_sentence(tmp_path: Path) -> None:
    tocsin("init", "--brand", "Maison Alba", data=tmp_path)
    for arguments, said in (
        (("invite", "bruno@example.org"), "--brand"),
        (("invite", "bruno", "--owner"), "not a mail address"),
        (("invite", "bruno@example.org", "--brand", "Ailleurs"), "Ailleurs"),
        (("password", "bruno@example.org"), "tocsin people list"),
        (("disable", "bruno@example.org"), "tocsin people list"),
    ):
        ran = tocsin("people", *arguments, data=tmp_path)
        assert (ran.code, ran.err.count("\n")) == (1, 1), ran.err
        assert said in ran.err
    assert tocsin("people", "invite", "b@example.org", "--role", "emperor", data=tmp_path).code == 2
