"""From a closed minute to the mail in a mailbox: told once, under one Message-ID, and tried again when it fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from tests.net.test_send import smtp_server
from tocsin.base.brand import Brand, Watch
from tocsin.base.post import Author, Post
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Upsert
from tocsin.flows.close import close_timeline
from tocsin.flows.deliver import deliver
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.ingest import Place, ingest_page

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEAK = "Fuite de données chez Maison Alba : la base clients complète est à vendre, mots de passe compris."


def engine_with_a_leak(settings: Settings, timeline: str = LIVE) -> Engine:
    engine = open_engine(settings, migrate=True)
    engine.store.save_brand(Brand(slug="maison-alba", name="Maison Alba"))
    engine.store.save_watch(Watch(brand="maison-alba", name="alba", query='"Maison Alba"'))
    engine.store.ensure_timeline(timeline)
    post = Post(
        platform="forum",
        native_id="1",
        created_at=NOON,
        seen_at=NOON,
        text=LEAK,
        url="https://example.org/1",
        author=Author(platform="forum", handle="denis"),
    )
    ingest_page(engine, Place("essai", timeline), Page(items=[Upsert(post=post)], next_cursor="1"), NOON)
    close_timeline(engine, timeline, minute_of(NOON), NOON)
    return engine


def with_mail(settings: Settings, data: Path) -> Settings:
    return msgspec.structs.replace(
        settings, data_dir=data, mail_to=("alice@example.org",), mail_from="tocsin@example.org"
    )


def test_a_dangerous_post_reaches_the_mailbox_once_in_french(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_with_a_leak(with_mail(settings, tmp_path))
        assert deliver(engine, NOON).done == 1
        assert deliver(engine, NOON + timedelta(hours=1)).done == 0
        engine.store.close()
    (mail,) = mails
    assert b"Message-ID: <alert." in mail
    assert b"Maison Alba" in mail


def test_a_mail_server_that_is_down_is_tried_again_later(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_with_a_leak(msgspec.structs.replace(with_mail(settings, tmp_path), smtp_port=1))
        assert deliver(engine, NOON).failed == 1
        assert deliver(engine, NOON + timedelta(seconds=1)).failed == 0
        engine.settings = with_mail(settings, tmp_path)
        assert deliver(engine, NOON + timedelta(hours=1)).done == 1
        engine.store.close()
    assert len(mails) == 1


def test_a_back_fill_tells_nobody(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_with_a_leak(with_mail(settings, tmp_path), "backfill:essai")
        assert engine.store.alerts(brand="maison-alba")
        assert deliver(engine, NOON).done == 0
        engine.store.close()
    assert mails == []
