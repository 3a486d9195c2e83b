"""The mail of an alert: complete in both languages, threaded, escaped, and never lost."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.flows.test_deliver import NOON, engine_with_a_leak, with_mail
from tests.net.test_send import smtp_server
from tocsin.base.alert import Alert, AlertCause
from tocsin.base.mention import Reason
from tocsin.base.person import Person, Role
from tocsin.base.post import Author, Post
from tocsin.base.seam import LIVE, Delivery, OutboxRow
from tocsin.base.settings import Settings
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Upsert
from tocsin.flows.close import close_timeline
from tocsin.flows.deliver import deliver
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Place, ingest_page
from tocsin.flows.letters.alert import write_alert
from tocsin.flows.letters.letter import Letter, Recipient, recipient
from tocsin.net.send import build_mail

BRAND = "maison-alba"
HOSTILE = 'Maison Alba <img src=x onerror=alert(1)> "quote" \u202egnorw <a href="javascript:alert(2)">là</a> rappel'


def french(name: str = "alice@example.org") -> Recipient:
    return Recipient(address=name, language="fr", zone=ZoneInfo("Europe/Paris"))


def english() -> Recipient:
    return Recipient(address="bob@example.org", language="en", zone=ZoneInfo("America/New_York"))


@pytest.fixture
def engine(tmp_path: Path):
    opened = engine_with_a_leak(Settings(data_dir=tmp_path, web_address="https://tocsin.example.org"))
    yield opened
    opened.store.close()


def a_rise(engine: Engine, number: str = "r1", level: str = "alarm", at: datetime = NOON, story: str = "") -> Alert:
    alert = Alert(
        id=number,
        brand=BRAND,
        timeline=LIVE,
        cause=AlertCause.SURGE,
        level=level,
        at=at,
        subject="surge-1",
        title="Le rappel de la couverture Nuage",
        story=story,
        reasons=(Reason(code="surge.scale.60", words=("97", "3.2")), Reason(code="surge.authors", words=("31", "97"))),
    )
    assert engine.store.save_alert(alert)
    return alert


def with_hostile_story(engine: Engine) -> str:
    items = [
        Upsert(
            post=Post(
                platform="x",
                native_id=f"h{number}",
                created_at=NOON + timedelta(minutes=number),
                seen_at=NOON + timedelta(minutes=number),
                text=HOSTILE,
                url="javascript:alert(3)",
                author=Author(
                    platform="x", handle=f"h{number}", name="<b>Eve</b>\r\nBcc: x@example.org", followers=90_000
                ),
            )
        )
        for number in range(3)
    ]
    ingest_page(engine, Place("x", LIVE), Page(items=items, next_cursor="1"), NOON + timedelta(minutes=5))
    close_timeline(engine, LIVE, minute_of(NOON) + 10, NOON + timedelta(minutes=10))
    return max(engine.store.stories(BRAND), key=lambda story: story.posts).id


def test_the_subject_says_brand_seen_and_usual(engine: Engine) -> None:
    letter = write_alert(engine, a_rise(engine), english())
    assert letter.subject.startswith("Maison Alba: 97 mentions in 1\u00a0h instead of ")


def test_the_text_holds_what_the_page_holds_in_the_same_order(engine: Engine) -> None:
    letter = write_alert(engine, a_rise(engine, story=with_hostile_story(engine)), english())
    wanted = [
        "Alarm, 7:00",
        "97 mentions in 1",
        "of them are negative",
        "Open",
        "It is for me",
        "Pause 4 h",
        "False alarm",
    ]
    for written in (letter.text.replace("\n", " ").replace("\u00a0", " "), letter.html.replace("\u00a0", " ")):
        places = [written.index(words, written.index("Alarm, 7:00")) for words in wanted]
        assert places == sorted(places)
    assert "https://tocsin.example.org/b/maison-alba/alerts/r1/confirm/snooze-4h" in letter.text


def test_each_person_reads_their_language_and_their_clock(engine: Engine) -> None:
    alert = a_rise(engine)
    assert "13\u00a0h\u00a000" in write_alert(engine, alert, french()).text
    assert "7:00" in write_alert(engine, alert, english()).text


def test_the_curve_travels_inside_the_mail_and_its_words_beside_it(engine: Engine) -> None:
    letter = write_alert(engine, a_rise(engine), english())
    mail = build_mail("tocsin@example.org", letter.mail_to("alice@example.org", NOON))
    pictures = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == 4
    html = next(part for part in mail.walk() if part.get_content_type() == "text/html").get_content()
    for part in pictures:
        assert f"cid:{part['Content-ID'].strip('<>')}" in html
        assert part.get_content_disposition() == "inline"
    assert 'alt="1 mention in an hour' in html
    assert "1 mention in an hour" in letter.text


def test_no_remote_thing_is_loaded(engine: Engine) -> None:
    letter = write_alert(engine, a_rise(engine, story=with_hostile_story(engine)), english())
    assert 'src="http' not in letter.html
    assert "url(" not in letter.html
    assert "<script" not in letter.html
    assert "<link" not in letter.html


def test_a_letter_whose_curve_fails_leaves_without_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    alert = a_rise(engine)
    monkeypatch.setitem(sys.modules, "tocsin.report.render", None)
    letter = write_alert(engine, alert, english())
    assert letter.pictures == ()
    assert "cid:" not in letter.html
    assert "1 mention in an hour" in letter.html


def test_a_drawing_library_that_refuses_costs_only_the_picture(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bytes:
        raise ValueError("no fonts")

    monkeypatch.setattr("tocsin.report.render.png", refuse)
    assert write_alert(engine, a_rise(engine), english()).pictures == ()


def test_words_of_strangers_are_never_markup(engine: Engine) -> None:
    html = write_alert(engine, a_rise(engine, story=with_hostile_story(engine)), english()).html
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "<b>Eve" not in html
    assert 'href="javascript:' not in html
    assert "\u202e" not in html


def test_words_of_strangers_are_never_headers(engine: Engine) -> None:
    alert = msgspec.structs.replace(a_rise(engine), subject="x\r\nBcc: eve@example.org", cause=AlertCause.SILENCE)
    mail = build_mail("tocsin@example.org", write_alert(engine, alert, english()).mail_to("a@example.org", NOON))
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]


def test_an_installation_without_address_gives_the_commands(engine: Engine) -> None:
    engine.settings = msgspec.structs.replace(engine.settings, web_address="")
    letter = write_alert(engine, a_rise(engine), english())
    assert "tocsin alerts ack r1" in letter.text
    assert "tocsin alerts snooze r1 --hours 4" in letter.html
    assert "/b/maison-alba" not in letter.text


def test_letters_of_one_affair_are_folded_together(engine: Engine) -> None:
    a_rise(engine, "r1", "watch", NOON - timedelta(hours=1))
    letter = write_alert(engine, a_rise(engine, "r2"), english())
    mail = build_mail("tocsin@example.org", letter.mail_to("alice@example.org", NOON))
    assert mail["Message-ID"] == "<alert.r2@tocsin.invalid>"
    assert mail["In-Reply-To"] == "<alert.r1@tocsin.invalid>"
    assert mail["References"] == "<alert.r1@tocsin.invalid>"


def test_the_mail_names_its_list_its_page_of_settings_and_its_urgency(engine: Engine) -> None:
    mail = build_mail("t@example.org", write_alert(engine, a_rise(engine), english()).mail_to("a@example.org", NOON))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<alerts.maison-alba.tocsin.invalid>"
    assert mail["List-Unsubscribe"] == "<https://tocsin.example.org/me>"
    assert mail["Importance"] == "high"


def test_a_dangerous_post_has_its_own_words(engine: Engine) -> None:
    (alert,) = engine.store.alerts(brand=BRAND)
    letter = write_alert(engine, alert, english())
    assert letter.subject.startswith("Maison Alba: a dangerous post (")
    assert "whatever the volume" in letter.text.replace("\n", " ")
    assert "Fuite de données" in letter.html
    assert letter.pictures == ()


def test_a_dangerous_post_that_was_erased_is_told_without_its_words(engine: Engine) -> None:
    engine.store.erase_author("", "denis", now=NOON)
    (alert,) = engine.store.alerts(brand=BRAND)
    letter = write_alert(engine, alert, english())
    assert "Fuite" not in letter.text + letter.html + letter.subject
    assert "deleted or erased" in letter.text.replace("\n", " ")


def test_a_silent_source_has_its_own_words(engine: Engine) -> None:
    alert = msgspec.structs.replace(a_rise(engine), cause=AlertCause.SILENCE, subject="forum", level="watch", title="")
    letter = write_alert(engine, alert, english())
    assert letter.subject == "Maison Alba: the source forum is silent"
    assert "It was removed since." in letter.text


def test_a_person_is_told_why_and_who_else_was(engine: Engine) -> None:
    people = engine.store.people
    for name, role in (("bruno", Role.MANAGER), ("alice", Role.OWNER)):
        person = people.add(Person(id=0, email=f"{name}@example.org", name=name.title(), language="en"), NOON)
        people.set_roles(person.id, {BRAND: role})
    alert = a_rise(engine)
    for channel in ("mail:alice@example.org", "mail:bruno@example.org", "mail:duty@example.org", "apprise:0"):
        engine.store.outbox_put(
            OutboxRow(event="r1", timeline=LIVE, action=channel, delivery=Delivery.AT_LEAST_ONCE, body=b"{}")
        )
    to = recipient(engine, engine.store.brand(BRAND), "alice@example.org")
    text = write_alert(engine, alert, to).text.replace("\n", " ")
    assert "Told too: Bruno, 1 other address, 1 service." in text
    assert "duty@example.org" not in text
    assert "you answer for Maison Alba" in text
    assert "Nobody has taken it yet." in text


def test_one_mail_goes_to_each_person_once(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_with_a_leak(with_mail(settings, tmp_path))
        for minutes in range(0, 60, 10):
            deliver(engine, NOON + timedelta(minutes=minutes))
        engine.store.close()
    assert len(mails) == 1
    assert b"multipart/alternative" in mails[0]


def test_a_service_is_told_in_plain_words_without_pictures(engine: Engine) -> None:
    letter: Letter = write_alert(engine, a_rise(engine), english(), with_picture=False)
    assert letter.pictures == ()
