"""What a person wrote this time stays; what it answers, its signature and its legal foot go."""

from __future__ import annotations

import hashlib
import time

import pytest

from tests.collect.mail.samples import letter, only
from tests.helpers import shared
from tocsin.base.post import Audience, PostKind, TimeDoubt
from tocsin.collect.mail.quoted import said_now

# Per recorded letter: the digest of what a person reading it takes for newly said (its lines, joined by one space).
RECORDED = {
    "caution.txt": "a6c26343ffafd750",
    "correct_sig.txt": "5f9baae9efe03939",
    "email_1_1.txt": "dc157ef2fe279e00",
    "email_1_4.txt": "d5df5f5ea29dc7b2",
    "email_1_6.txt": "2d158f6e503a5292",
    "email_1_7.txt": "4069a5e4143991d9",
    "email_2_1.txt": "6877eb4efc86e0cc",
    "email_2_2.txt": "c56b35a13deeb2a0",
    "email_2_3.txt": "86c339933859e821",
    "email_3_1.txt": "1f50dcbc5136a8a3",
    "email_bullets.txt": "d99512d2b3141204",
    "email_danish_2.txt": "64af26b309f05fd9",
    "email_gmail.txt": "372b6168224063e2",
    "email_headers_no_delimiter.txt": "52528a94eae79c8c",
    "email_nl_1_1.txt": "4f9d5d8587251005",
    "email_nl_1_2.txt": "7286545e25052cc9",
    "email_partial_quote_header.txt": "3883c7459b8bbdd4",
    "email_pl_1_1.txt": "c9d0ae79d38c02ad",
    "email_sent_from_BlackBerry.txt": "f00d7af645cdf8a6",
    "email_sent_from_iPhone.txt": "f00d7af645cdf8a6",
    "email_sent_from_multi_word_mobile_device.txt": "f00d7af645cdf8a6",
    "email_swedish_1.txt": "321579456a450f38",
    "email_swedish_2.txt": "3f687212ca4cd9d3",
}

QUOTES = (
    "Le 3 nov. 2026 à 10:12, Maison Alba <contact@maison-alba.example> a écrit :\n\n> Bonjour,\n> votre colis part.\n",
    "Le mar. 3 nov. 2026 à 10:12, Maison Alba <\ncontact@maison-alba.example> a\nécrit :\n\nBonjour,\nil part.\n",
    "On Tue, Nov 3, 2026 at 10:12 AM Alba <contact@maison-alba.example> wrote:\n> Hello,\n> on its way.\n",
    "De : Maison Alba <contact@maison-alba.example>\nEnvoyé : mardi 3 novembre 2026 10:12\nÀ : Chloé\n"
    "Objet : Colis\n\nBonjour,\nvotre colis part.\n",
    "________________________________\nDe\u00a0: Maison Alba <contact@maison-alba.example>\n"
    "Envoyé\u00a0: mardi 3 novembre 2026 10:12\nÀ\u00a0: Chloé\nObjet\u00a0: Colis\n\nBonjour\n",
    "-----Message d'origine-----\nDe : Maison Alba\nEnvoyé : mardi\n\nBonjour\n",
    "----- Original Message -----\nFrom: Alba\nSent: Tuesday\nSubject: x\n\nHello\n",
    "Envoyé de mon iPhone\n\n> Le 3 nov. 2026 à 10:12, Alba <contact@maison-alba.example> a écrit :\n> \n> Bonjour\n",
    "Envoyé à partir de Outlook pour Android\n",
    "Télécharger Outlook pour iOS\n",
    "-- \nChloé Exemple\n06 00 00 00 00\n",
    "Cordialement,\nChloé Exemple\nDirectrice d’exemple\n06 00 00 00 00\n",
    "Ce message et ses pièces jointes sont confidentiels et destinés à leur seul destinataire.\n",
)


@pytest.mark.parametrize("quote", QUOTES)
def test_what_follows_what_was_said_is_left_out(quote: str) -> None:
    said = "Toujours rien reçu, malgré deux relances.\nJe demande le remboursement."
    assert said_now(f"{said}\n\n{quote}") == said


def test_answers_between_quoted_lines_stay() -> None:
    text = "Le 3 nov. 2026, Alba a écrit :\n> Avez-vous reçu le colis ?\nNon.\n> Et le mail ?\nNon plus.\n"
    assert said_now(text) == "Non.\nNon plus."


def test_what_only_looks_like_a_quote_is_said() -> None:
    text = "Le 3 novembre votre vendeur m’a écrit une bêtise.\nDe : rien, vraiment.\nMerci de me rappeler."
    assert said_now(text) == text


def test_a_letter_that_only_quotes_stays_whole() -> None:
    assert said_now("> Bonjour\n> rien reçu") == "Bonjour\nrien reçu"


def test_a_letter_passed_on_is_of_who_wrote_it() -> None:
    body = (
        "Tu as vu ?\n\n---------- Message transféré ---------\nDe : Bruno Essai <bruno@example.org>\n"
        "Date: mar. 3 nov. 2026 à 10:12\nSubject: Crème\nTo: <contact@maison-alba.example>\n\n"
        "Elle m’a brûlé la peau : https://example.org/photo\n\nBruno\n"
    )
    post = only(letter("Chloé <chloe@maison-alba.example>", "Tr : Crème", body))
    assert post.author is not None and (post.author.handle, post.author.name) == ("bruno@example.org", "Bruno Essai")
    assert (post.title, post.created_at.isoformat()) == ("Crème", "2026-11-03T09:12:00+00:00")
    assert post.text.startswith("Elle m’a brûlé la peau") and "Tu as vu" not in post.text
    assert (post.url, post.time_doubt) == ("https://example.org/photo", TimeDoubt.NO_ZONE)
    assert (post.kind, post.audience) == (PostKind.MESSAGE, Audience.OWN_MAILBOX)


def test_a_letter_passed_on_by_outlook_or_a_telephone_is_unwrapped() -> None:
    outlook = (
        "________________________________\nDe : Bruno Essai <bruno@example.org>\n"
        "Envoyé : mardi 3 novembre 2026 10:12\nÀ : Alba\nObjet : Crème\n\nElle brûle.\n"
    )
    phone = (
        "Début du message réexpédié :\n\nDe: Bruno Essai <bruno@example.org>\n"
        "Objet: Crème\nDate: 3 novembre 2026 à 10:12:33 UTC+1\nÀ: contact@maison-alba.example\n\nElle brûle.\n"
    )
    english = (
        "Begin forwarded message:\n\nFrom: Bruno Essai <bruno@example.org>\nSubject: Crème\n"
        "Date: November 3, 2026 at 10:12:33 AM GMT+1\nTo: Alba\n\nElle brûle.\n"
    )
    for body, subject in ((outlook, "TR: Crème"), (phone, "Fwd: Crème"), (english, "Fwd: Crème")):
        post = only(letter("Chloé <chloe@maison-alba.example>", subject, body))
        assert post.author is not None and post.author.handle == "bruno@example.org", body
        assert (post.text, post.title) == ("Elle brûle.", "Crème")
        assert post.created_at.isoformat().startswith("2026-11-03T09:12")


def test_a_letter_passed_on_as_an_attachment_keeps_its_own_id() -> None:
    inner = letter("Bruno <bruno@example.org>", "Crème", "Elle brûle.")
    raw = (
        b"From: chloe@maison-alba.example\nSubject: Tr: x\nMessage-ID: <o@x>\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nVu\n'
        b"--b\nContent-Type: message/rfc822\n\n" + inner + b"\n--b--\n"
    )
    post = only(raw)
    assert post.author is not None and (post.author.name, post.text) == ("Bruno", "Elle brûle.")
    assert post.native_id == only(inner).native_id


def test_recorded_answers_are_cut_where_a_person_would_cut_them() -> None:
    folder = shared("payloads/mail")
    wrong = []
    for name, digest in RECORDED.items():
        said = said_now((folder / name).read_text(encoding="utf-8"))
        if hashlib.sha256(" ".join(said.split()).encode()).hexdigest()[:16] != digest:
            wrong.append(name)
    assert len(RECORDED) == 23
    assert wrong == []


@pytest.mark.parametrize(
    "piece",
    ["-", "_ ", ">", " ", "\n", "> \n", "De : ", "De : a\n", "Le 1 ", "Le 1\n", "« ", "a\n", "*", "--\n", "Merci,\n"],
)
def test_a_hostile_letter_takes_no_longer_than_its_length(piece: str) -> None:
    text = piece * (150_000 // len(piece))
    begun = time.process_time()
    said_now(text)
    only(letter("Chloé <chloe@example.org>", "Fwd: x", "début\n" + text))
    assert time.process_time() - begun < 8
