"""Adding a source: its kinds, a look before, its secrets, which nobody is shown again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.flows.collecting.make import BRAND, NOON, Said, line
from tests.flows.collecting.served import Script
from tocsin.base.errors import InputError, NotFoundError, SourceError
from tocsin.collect.adapter import Source
from tocsin.flows.collect import Reach, collect_due
from tocsin.flows.collecting.life import (
    adapters,
    add,
    ending_secrets,
    preview,
    remove_secret,
    rotate,
    secrets_of,
    set_secret,
)
from tocsin.flows.collecting.secrets import Opener
from tocsin.flows.engine import Engine
from tocsin.store.collecting.rows import SealedSecret
from tocsin.store.secret.seal import Seal

CANARY = "s3cret-canary"


def source(script: Script, name: str = "script", **options: str) -> Source:
    return Source(name=name, adapter="script", options={"url": script.url, **options})


def test_files_are_no_kind_to_choose(home: Engine) -> None:
    names = [name for name, _ in adapters()]
    assert {"feed", "script"} <= set(names) and "file" not in names


def test_a_preview_shows_what_a_watch_catches_and_keeps_nothing(home: Engine, script: Script) -> None:
    script.answers = [Said(lines=[line(1), line(2, "Autre chose")])]
    seen = preview(home, source(script), {}, NOON)
    assert [post.native_id for post in seen.posts] == ["p1", "p2"]
    assert seen.wanted == seen.wanted_of(BRAND) == {"p1"} and seen.waits == ""
    assert home.store.sources() == [] and home.store.post("script", "p1") is None


def test_a_preview_follows_a_source_that_says_there_is_more(home: Engine, script: Script) -> None:
    script.answers = [Said(more=True), Said(lines=[line(1)])]
    assert len(preview(home, source(script), {}, NOON).posts) == 1


def test_a_preview_of_an_empty_source_says_why(home: Engine, script: Script) -> None:
    script.answers = [Said()]
    assert preview(home, source(script), {}, NOON).waits == "The source answers, and holds no post yet."


def test_a_preview_listens_to_a_source_that_speaks_by_itself(home: Engine, script: Script, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("tocsin.flows.collecting.life.LISTEN_S", 0.3)
    script.say(line(1), line(2))
    assert len(preview(home, source(script, wire="socket"), {}, NOON).posts) == 2
    script.lines.clear()
    assert preview(home, source(script, wire="socket"), {}, NOON).waits.startswith("The connection stands")


def test_a_source_is_not_added_with_what_cannot_be(home: Engine, script: Script) -> None:
    with pytest.raises(InputError, match="url is missing"):
        add(home, BRAND, Source(name="x", adapter="script"), {})
    with pytest.raises(SourceError, match="is no address"):
        add(home, BRAND, Source(name="x", adapter="script", options={"url": "x"}), {})
    with pytest.raises(InputError, match="is a secret"):
        add(home, BRAND, source(script, token="abc"), {})
    with pytest.raises(InputError, match="asks for no secret"):
        add(home, BRAND, source(script), {"other": "x"})
    assert home.store.sources() == []


def test_a_secret_goes_out_with_the_question_and_nowhere_else(home: Engine, script: Script, tmp_path: Path) -> None:
    script.answers = [Said(lines=[line(1)])]
    add(home, BRAND, source(script, wire="secret"), {"token": CANARY}, now=NOON)
    with Reach(home.settings) as reach:
        (read,) = collect_due(home, reach, NOON)
        assert CANARY not in repr(reach.under_way()) and read.ingested is not None
    assert script.asked[-1][1] == f"Bearer {CANARY}"
    home.store.backup(tmp_path / "backup.zip")
    home.store.export(tmp_path / "export")
    home.store.close()
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes(), file


def test_a_missing_secret_stops_the_source_until_it_is_given(home: Engine, script: Script) -> None:
    script.answers = [Said(lines=[line(1)])]
    add(home, BRAND, source(script, wire="secret"), {}, now=NOON)
    with Reach(home.settings) as reach:
        (read,) = collect_due(home, reach, NOON)
        assert read.error is not None and read.error.permanent and script.asked == []
        set_secret(home, "script", "token", CANARY, NOON + timedelta(days=90), now=NOON)
        (read,) = collect_due(home, reach, NOON)
    assert read.error is None and script.asked[-1][1] == f"Bearer {CANARY}"


def test_a_secret_is_told_by_its_name_and_dates_alone(home: Engine, script: Script) -> None:
    add(home, BRAND, source(script), {}, now=NOON)
    (unset,) = secrets_of(home, "script", NOON)
    assert (unset.name, unset.label, unset.set_at) == ("token", "Token", None)
    set_secret(home, "script", "token", CANARY, NOON + timedelta(days=20), now=NOON)
    (kept,) = secrets_of(home, "script", NOON)
    assert (kept.set_at, kept.ends_at, kept.is_ending) == (NOON, NOON + timedelta(days=20), False)
    assert ending_secrets(home, NOON) == []
    (ending,) = ending_secrets(home, NOON + timedelta(days=7))
    assert (ending.source, ending.name, ending.is_ending) == ("script", "token", True)
    remove_secret(home, "script", "token")
    with pytest.raises(NotFoundError):
        remove_secret(home, "script", "token")


def test_a_secret_that_the_source_renews_is_sealed_with_the_page_and_used_next(home: Engine, script: Script) -> None:
    ends = NOON + timedelta(days=60)
    script.answers = [Said(lines=[line(1)], token="renewed-canary", ends=ends, more=True), Said(lines=[line(2)])]
    add(home, BRAND, source(script, wire="secret"), {"token": CANARY}, now=NOON)
    with Reach(home.settings) as reach:
        collect_due(home, reach, NOON)
    assert [told for _, told in script.asked] == [f"Bearer {CANARY}", "Bearer renewed-canary"]
    (kept,) = secrets_of(home, "script", NOON)
    assert kept.ends_at == ends and home.store.cursor("script", "live") == "2"


def test_a_new_key_opens_all_that_the_old_one_sealed(home: Engine, script: Script, tmp_path: Path) -> None:
    script.answers = [Said(lines=[line(1)])]
    add(home, BRAND, source(script, wire="secret"), {"token": CANARY}, now=NOON)
    before, sealed = (tmp_path / "secret.key").read_bytes(), home.store.collecting.secrets()[0].sealed
    assert rotate(home, "person:1", NOON) == 1
    assert (tmp_path / "secret.key").read_bytes() != before
    assert home.store.collecting.secrets()[0].sealed != sealed
    with Reach(home.settings) as reach:
        collect_due(home, reach, NOON)
    assert script.asked[-1][1] == f"Bearer {CANARY}"


def test_a_change_of_key_that_was_cut_short_loses_nothing_and_goes_on(
    home: Engine, script: Script, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        add(home, BRAND, source(script, name, wire="secret"), {"token": f"{CANARY}-{name}"}, now=NOON)
    seal = Seal(tmp_path)
    seal.add_key()
    after = (tmp_path / "secret.key").read_bytes()
    first = home.store.collecting.secrets("one")[0]
    fresh = seal.anew(first.sealed, "source:one:token")
    home.store.collecting.put_secrets("one", [SealedSecret(name="token", sealed=fresh)], NOON)
    opener = Opener(home)  # the power failed here: both keys open
    assert [opener.opened(name)["token"] for name in ("one", "two")] == [f"{CANARY}-one", f"{CANARY}-two"]
    assert rotate(home, "person:1", NOON) == 1
    kept = (tmp_path / "secret.key").read_bytes()
    assert kept.split() == after.split()[:1]
    opener = Opener(home)
    assert [opener.opened(name)["token"] for name in ("one", "two")] == [f"{CANARY}-one", f"{CANARY}-two"]
