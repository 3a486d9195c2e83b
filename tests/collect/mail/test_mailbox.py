"""The mailbox adapter: where it reads on, what it remembers, and what it asks of its owner."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import msgspec
import pytest

from tests.collect.mail.samples import NOW, SENT, SOURCE, letter, parsed
from tests.helpers import shared
from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Answer, Done, Letter, Letters, ReadMail, Request, Source
from tocsin.collect.adapters.mailbox import MailboxAdapter
from tocsin.collect.registry import load_adapter

ADAPTER = MailboxAdapter()
LETTERS = [letter("Chloé <chloe@example.org>", f"Colis {number}", "Rien reçu.") for number in range(5)]


def _plan(cursor: str, source: Source = SOURCE, now: datetime = NOW) -> ReadMail:
    plan = ADAPTER.plan(source, cursor, now)
    assert isinstance(plan, ReadMail)
    return plan


def test_the_first_look_reads_some_days_back_and_is_back_fill() -> None:
    plan = _plan("")
    assert (plan.host, plan.user, plan.folder, plan.port) == (
        "imap.example.org",
        "alerts@maison-alba.example",
        "INBOX",
        993,
    )
    assert (plan.password, plan.validity, plan.after) == ("{{secret:password}}", 0, 0)
    assert plan.since == NOW - timedelta(days=7)
    assert parsed(LETTERS[0]).first_read


@pytest.mark.parametrize("who", ["google", "microsoft"])
def test_a_mailbox_is_opened_by_a_session_that_is_renewed_before_it_ends(who: str) -> None:
    source = msgspec.structs.replace(SOURCE, options={**SOURCE.options, "sign_in": who})
    asked = ADAPTER.plan(source, "", NOW)
    assert isinstance(asked, Request) and urlsplit(asked.url).hostname in ADAPTER.about.terms.hosts
    assert b"grant_type=refresh_token" in asked.body and b"{{secret:refresh_token}}" in asked.body
    said = b'{"access_token": "ya29", "expires_in": 3600, "refresh_token": "next"}'
    page = ADAPTER.parse(source, "", Answer(url=asked.url, status=200, headers={}, body=said, at=NOW), NOW)
    assert page.secrets == {"session": "ya29", "refresh_token": "next"} and page.more and page.items == ()
    plan = _plan(page.next_cursor, source)
    assert plan.by_token and plan.password == "{{secret:session}}"
    looked = Letters(validity=7, letters=[Letter(number=1, raw=LETTERS[0], at=SENT)], at=NOW)
    page = ADAPTER.parse(source, page.next_cursor, looked, NOW)
    assert len(page.posts) == 1 and page.first_read
    assert isinstance(ADAPTER.plan(source, page.next_cursor, NOW + timedelta(minutes=57)), ReadMail)
    assert isinstance(ADAPTER.plan(source, page.next_cursor, NOW + timedelta(minutes=58)), Request)


def test_a_session_that_is_refused_waits_for_the_owner() -> None:
    source = msgspec.structs.replace(SOURCE, options={**SOURCE.options, "sign_in": "google"})
    answer = Answer(url="https://oauth2.googleapis.com/token", status=400, headers={}, body=b"{}", at=NOW)
    with pytest.raises(SourceError, match="refuses the keys") as caught:
        ADAPTER.parse(source, "", answer, NOW)
    assert caught.value.permanent
    with pytest.raises(SourceError, match="password, google or microsoft"):
        ADAPTER.plan(Source(name="x", adapter="mailbox", options={**SOURCE.options, "sign_in": "x"}), "", NOW)


def test_the_next_look_goes_on_above_the_last_number() -> None:
    page = parsed(*LETTERS[:3])
    plan = _plan(page.next_cursor)
    assert (plan.validity, plan.after) == (7, 3)
    assert page.next_at == NOW + timedelta(minutes=5)
    again = parsed(LETTERS[3], cursor=page.next_cursor, first=4)
    assert len(again.posts) == 1 and not again.first_read
    assert _plan(again.next_cursor).after == 4


def test_a_first_reading_in_several_looks_stays_back_fill_until_its_end() -> None:
    look = Letters(validity=7, letters=[Letter(number=9, raw=LETTERS[0], at=SENT)], at=NOW, more=True)
    first = ADAPTER.parse(SOURCE, "", look, NOW)
    assert first.more and first.first_read and first.next_at is None
    second = parsed(LETTERS[1], cursor=first.next_cursor, first=10)
    assert second.first_read
    assert not parsed(LETTERS[2], cursor=second.next_cursor, first=11).first_read


def test_the_same_look_twice_gives_the_same_page() -> None:
    assert parsed(*LETTERS) == parsed(*LETTERS)


def test_a_folder_numbered_anew_is_read_again_without_telling_a_letter_twice() -> None:
    page = parsed(*LETTERS[:3])
    again = parsed(*LETTERS, cursor=page.next_cursor, validity=8)
    assert [post.title for post in again.posts] == ["Colis 3", "Colis 4"]
    assert again.notes == {"folder_renumbered": 1, "letter_known": 3}
    plan = _plan(again.next_cursor)
    assert (plan.validity, plan.after) == (8, 5)
    since = _plan(page.next_cursor).since
    assert since is not None and since < SENT


def test_numbers_of_letters_too_large_are_passed_and_counted() -> None:
    page = ADAPTER.parse(SOURCE, "", Letters(validity=7, letters=[], at=NOW, skipped=[12]), NOW)
    assert page.notes == {"letter_too_large": 1} and _plan(page.next_cursor).after == 12


def test_a_past_is_read_once_from_its_beginning() -> None:
    past = datetime(2026, 1, 1, tzinfo=UTC)
    source = Source(name="box", adapter="mailbox", options=SOURCE.options, past=past)
    assert _plan("", source).since == past
    page = parsed(*LETTERS, source=source)
    assert ADAPTER.plan(source, page.next_cursor, NOW) == Done()


def test_another_folder_starts_a_new_memory() -> None:
    cursor = parsed(*LETTERS).next_cursor
    other = Source(name="box", adapter="mailbox", options={**SOURCE.options, "folder": "Avis"})
    assert _plan(cursor, other).validity == 0
    assert _plan("not json").after == 0


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"server": ""}, "server"),
        ({"server": "https://imap.example.org"}, "server"),
        ({"user": ""}, "user"),
        ({"port": "0"}, "port"),
        ({"port": "x"}, "port"),
        ({"days": "99999"}, "days"),
        ({"security": "none"}, "security"),
        ({"password": "x"}, "password"),
    ],
)
def test_an_option_that_cannot_be_is_told(changed: dict[str, str], word: str) -> None:
    with pytest.raises(SourceError, match=word) as told:
        ADAPTER.plan(Source(name="box", adapter="mailbox", options={**SOURCE.options, **changed}), "", NOW)
    assert told.value.permanent


def test_the_services_that_sign_under_a_known_name_need_no_telling() -> None:
    options = {"server": "imap.gmail.com", "user": "maison.alba@gmail.example"}
    raw = letter("a <noreply@trustpilot.com>", "New review", "x").replace(
        b"From:", b"Authentication-Results: mx.google.com; dkim=pass header.i=@trustpilot.com header.s=a\nFrom:", 1
    )
    assert parsed(raw, source=Source(name="b", adapter="mailbox", options=options)).notes == {
        "notice_not_understood": 1
    }
    outlook = {"server": "outlook.office365.com", "user": "alba@example.org"}
    raw = letter("a <noreply@trustpilot.com>", "New review", "x").replace(
        b"From:",
        b"Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=trustpilot.com; dkim=pass\n"
        b" (signature was verified) header.d=trustpilot.com;dmarc=pass action=none header.from=trustpilot.com\nFrom:",
        1,
    )
    assert parsed(raw, source=Source(name="b", adapter="mailbox", options=outlook)).notes == {
        "notice_not_understood": 1
    }


def test_the_adapter_is_found_by_its_name_and_asks_for_a_secret() -> None:
    adapter = load_adapter("mailbox")
    assert adapter.about.secrets == ("password", "client_id", "client_secret", "refresh_token")
    assert adapter.about.reads_past


@pytest.mark.shared
def test_reports_of_other_servers_are_counted_apart() -> None:
    files = sorted(shared("payloads/dmarc").rglob("*.eml"))
    page = parsed(*(file.read_bytes() for file in files))
    assert page.notes.get("letter_report") == len(files) and not page.items
