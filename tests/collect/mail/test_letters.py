# ruff: noqa: DTZ001  some times have no zone, on purpose
"""Letters of every make are read: charsets, nesting, HTML alone, headers of all sorts, and hostile ones."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect.mail.samples import letter, only, parsed
from tocsin.base.post import Audience, PostKind, TimeDoubt
from tocsin.collect.adapter import Reject
from tocsin.collect.mail.letter import links_in, read_letter
from tocsin.collect.mail.written import read_written

CHLOE = "Chloé Exemple <chloe@example.org>"


def test_a_letter_of_a_customer_is_a_message_of_the_own_mailbox() -> None:
    heads = {"In-Reply-To": "<b@example.org>", "References": "<a@example.org> <b@example.org>"}
    text = "Bonjour,\n\nMon colis est cassé, voir https://example.org/photo.\n\nCordialement,\nChloé\n"
    post = only(letter(CHLOE, "Colis cassé", text, heads=heads))
    assert (post.platform, post.kind, post.audience) == ("mail", PostKind.MESSAGE, Audience.OWN_MAILBOX)
    assert post.author is not None and (post.author.handle, post.author.name) == ("chloe@example.org", "Chloé Exemple")
    assert post.text == "Bonjour,\n\nMon colis est cassé, voir https://example.org/photo."
    assert (post.title, post.links) == ("Colis cassé", ("https://example.org/photo",))
    assert (post.parent_id, post.root_id) == ("b@example.org", "a@example.org")
    assert post.created_at == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("charset", "declared"),
    [("utf-8", "utf-8"), ("cp1252", "iso-8859-1"), ("iso-8859-15", "iso-8859-15"), ("cp1252", "us-ascii"),
     ("utf-8", "iso-8859-1"), ("cp1252", "x-unknown"), ("utf-8", ""), ("cp1252", "utf-8")],
)  # fmt: skip
def test_accents_are_read_whatever_the_letter_says_of_its_charset(charset: str, declared: str) -> None:
    body = "Déçue : la crème brûlait, j’ai jeté ça.".replace("’", "'").encode(charset)
    kind = f"Content-Type: text/plain; charset={declared}\n" if declared else ""
    raw = b"From: a@example.org\nSubject: x\nMessage-ID: <1@x>\n" + kind.encode() + b"\n" + body
    assert only(raw).text == "Déçue : la crème brûlait, j'ai jeté ça."


def test_names_and_subjects_are_decoded_and_never_hold_half_a_character() -> None:
    raw = (
        b"From: =?utf-8?q?Chlo=C3=A9=2C_d=27Exemple?= <C@Example.org>\nSubject: =?iso-8859-1?Q?D=E9=E7ue?=\n"
        b" =?utf-8?b?IOKArA==?= =?utf-8?b?!!!?=\nMessage-ID: <1@x>\n\nx"
    )
    post = only(raw)
    assert post.author is not None and post.author.name == "Chloé, d'Exemple"
    assert post.title.startswith("Déçue")
    bare = only(b"From: Chlo\xe9 <c@example.org>\nSubject: D\xc3\xa9\xc3\xa7ue\nMessage-ID: <2@x>\n\nx")
    assert bare.author is not None and (bare.author.name, bare.title) == ("Chloé", "Déçue")


def test_a_letter_in_html_alone_gives_its_text_and_its_links() -> None:
    html = '<p>Bonjour,</p><p>Toujours <b>rien</b> : <a href="https://example.org/suivi?utm_source=x">suivi</a></p>'
    post = only(letter(CHLOE, "Suivi", html=html))
    assert (post.text, post.links) == ("Bonjour,\nToujours rien : suivi", ("https://example.org/suivi",))


def test_of_what_is_attached_only_the_name_is_told() -> None:
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = CHLOE, "Facture", "<3@x>"
    message.set_content("Voir la facture.")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="facture été.pdf")
    message.add_attachment(b"x", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="rdv.ics")
    assert only(message.as_bytes()).text == "Voir la facture.\n[facture été.pdf]\n[winmail.dat]\n[rdv.ics]"


def test_lines_folded_for_the_wire_are_joined_again() -> None:
    raw = (
        b"From: a@example.org\nMessage-ID: <4@x>\nContent-Type: text/plain; format=flowed\n\n"
        b"Trois semaines \nsans nouvelles.\n\nMerci\n"
    )
    assert only(raw).text == "Trois semaines sans nouvelles.\n\nMerci"


def test_times_that_cannot_be_believed_are_told() -> None:
    late = only(letter(CHLOE, "x", "y", heads={"Date": "Sun, 22 Nov 2099 09:30:00 +0000"}))
    assert (late.created_at, late.time_doubt) == (late.seen_at, TimeDoubt.FUTURE)
    none = only(letter(CHLOE, "x", "y", heads={"Date": "yesterday"}))
    assert none.time_doubt is TimeDoubt.MISSING and none.created_at == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    naive = only(letter(CHLOE, "x", "y", heads={"Date": "Sun, 22 Nov 2026 09:30:00 -0000"}))
    assert (naive.created_at, naive.time_doubt) == (datetime(2026, 11, 22, 8, 30, tzinfo=UTC), TimeDoubt.NO_ZONE)


def test_a_letter_without_an_id_has_the_same_one_at_each_reading() -> None:
    raw = letter(CHLOE, "Colis", "Rien.").replace(b"Message-ID", b"X-Other")
    assert only(raw).native_id == only(raw).native_id != only(raw.replace(b"Rien", b"Tout")).native_id


@pytest.mark.parametrize(
    ("heads", "note"),
    [
        ({"Auto-Submitted": "auto-replied"}, "letter_automatic"),
        ({"X-Autoreply": "yes"}, "letter_automatic"),
        ({"Subject": "Réponse automatique : Colis"}, "letter_automatic"),
        ({"List-Unsubscribe": "<https://example.org/u>"}, "letter_newsletter"),
        ({"List-Id": "News <news.example.org>"}, "letter_newsletter"),
        ({"Precedence": "bulk"}, "letter_newsletter"),
        ({"From": "MAILER-DAEMON@example.org", "Return-Path": "<>"}, "letter_bounce"),
        ({"From": "alerts@maison-alba.example"}, "letter_own"),
        ({"Subject": "Report Domain: example.org Submitter: mail.example Report-ID: <1>"}, "letter_report"),
    ],
)
def test_what_machines_send_is_counted_apart_and_left_out(heads: dict[str, str], note: str) -> None:
    page = parsed(letter("a@example.org", "Bonjour", "x", heads=heads))
    assert (page.posts, page.notes) == ([], {note: 1})


def test_a_letter_through_a_list_of_the_own_domain_is_of_a_customer() -> None:
    heads = {"List-Id": "<contact.maison-alba.example>", "Precedence": "list", "List-Unsubscribe": "<mailto:x@y>"}
    assert only(letter(CHLOE, "Colis", "Rien reçu.", heads=heads)).text == "Rien reçu."


def test_behind_the_form_of_a_site_stands_whom_an_answer_would_reach() -> None:
    heads = {"Reply-To": CHLOE, "List-Unsubscribe": "<mailto:x@y>"}
    post = only(letter("Site <no-reply@maison-alba.example>", "Contact", "Rien reçu.", heads=heads))
    assert post.author is not None and post.author.handle == "chloe@example.org"


def test_what_is_no_letter_is_rejected_and_the_others_are_read() -> None:
    page = parsed(b"\xff\xfe\x00", letter(CHLOE, "Colis", "Rien."), b"")
    assert [type(item) for item in page.items].count(Reject) == 2 and len(page.posts) == 1


def test_letters_nested_without_end_are_read_or_rejected() -> None:
    head = b"From: a@example.org\nMessage-ID: <n@x>\n"
    deep = head + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (number, number) for number in range(3000)
    )
    assert len(parsed(deep).items) == 1
    inside = head + b"Content-Type: message/rfc822\n\n" * 500
    assert len(parsed(inside).items) == 1


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading(tail: bytes) -> None:
    raw = b'From: a@example.org\nContent-Type: multipart/mixed; boundary="b"\nSubject: ' + tail
    page = parsed(raw, tail, b"From: a@b.example\nContent-Type: text/html\n\n" + tail)
    assert len(page.items) + sum(page.notes.values()) >= 3
    repr(page).encode()


@given(st.text(max_size=200))
def test_no_text_breaks_the_cleaning(text: str) -> None:
    raw = letter(CHLOE, "Fwd: x", "De : a\n" + text.encode("utf-8", "replace").decode())
    assert read_letter(raw) is not None
    parsed(raw)


def test_times_written_for_people_are_read() -> None:
    assert read_written("le 3 nov. 2026 à 10:12") == datetime(2026, 11, 3, 10, 12)
    assert read_written("03/11/2026 10h12") == datetime(2026, 11, 3, 10, 12)
    assert read_written("3 November 2026 at 10:12:33 GMT+2") == datetime(2026, 11, 3, 8, 12, 33, tzinfo=UTC)
    assert read_written("31 février 2026") is None and read_written("hier") is None


def test_addresses_in_text_lose_what_follows_them() -> None:
    assert links_in("(https://example.org/a), «https://example.org/b»") == (
        "https://example.org/a",
        "https://example.org/b",
    )
