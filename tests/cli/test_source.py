"""Sources of every kind from the command line: looked at, kept, their keys and their past."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import tocsin
from tests.feed_server import FeedServer, feed

__all__ = ["feed"]
ENV = {"TOCSIN_ALLOW_HOSTS": "127.0.0.1"}
UNIT = "unit=46d6a890000064000500e0c3"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    assert tocsin("init", "--brand", "Maison Alba", data=tmp_path).code == 0
    return tmp_path


def _names(data: Path) -> list[str]:
    return [row["name"] for row in tocsin("source", "list", data=data).rows]


def test_a_feed_is_shown_and_then_kept(data: Path, feed: FeedServer) -> None:
    url = f"http://127.0.0.1:{feed.server_port}/feed"
    looked = tocsin("source", "check", url, data=data, env=ENV)
    assert looked.code == 0 and looked.rows and _names(data) == []
    added = tocsin("source", "add", url, "--name", "Gazette", data=data, env=ENV)
    assert added.code == 0 and _names(data) == ["Gazette"]


def test_each_kind_says_what_it_asks(data: Path) -> None:
    kinds = [row["kind"] for row in tocsin("source", "kinds", data=data).rows]
    assert kinds[0] == "feed" and "x" in kinds
    asked = {row["name"]: row for row in tocsin("source", "kinds", "trustpilot", data=data).rows}
    assert asked["key"]["secret"] and asked["unit"]["required"]
    unknown = tocsin("source", "kinds", "minitel", data=data)
    assert unknown.code == 1 and "minitel" in unknown.err


def test_a_source_with_a_key_is_kept_with_it_sealed(data: Path) -> None:
    given = ("source", "add", "trustpilot", "-o", UNIT, "--secrets", "-", "--unseen", "--name", "Avis")
    assert tocsin(*given, data=data, stdin=b"key=c4nary-of-alice\n").code == 0
    assert _names(data) == ["Avis"]
    assert all(b"c4nary" not in path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert tocsin("source", "key", "Avis", "key", "--ends", "2030-01-01", data=data, stdin=b"an0ther\n").code == 0
    turned = tocsin("source", "rotate", data=data)
    assert turned.code == 0 and "1 secret is sealed anew." in turned.err
    assert tocsin("source", "key", "Avis", "key", "--forget", data=data).code == 0
    assert tocsin("source", "key", "Avis", "key", "--forget", data=data).code == 1


def test_what_lacks_or_is_badly_written_is_named_and_nothing_is_kept(data: Path) -> None:
    lacks = tocsin("source", "add", "trustpilot", "--unseen", data=data)
    assert lacks.code == 1 and "unit" in lacks.err
    bad = tocsin("source", "add", "trustpilot", "-o", "unit", data=data)
    assert bad.code == 1 and "NAME=VALUE" in bad.err
    assert _names(data) == []


def test_the_past_of_a_source_is_begun_told_and_stopped(data: Path) -> None:
    assert tocsin("source", "add", "app_store", "-o", "app=123", "--unseen", "--name", "Appli", data=data).code == 0
    begun = tocsin("source", "past", "Appli", "--since", "2026-01-01", data=data)
    assert begun.code == 0 and begun.rows[0]["state"] == "running"
    stopped = tocsin("source", "past", "Appli", "--stop", data=data)
    assert stopped.rows[0]["state"] == "stopped"
    wrong = tocsin("source", "past", "Appli", "--since", "demain", data=data)
    assert wrong.code == 1 and "demain" in wrong.err
