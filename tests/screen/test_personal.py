"""Where personal data stand, and what only looks like them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.mention import PersonalKind, TextField
from tocsin.screen.personal import find_personal_data


def found(text, title=""):
    return [
        (data.kind, (title if data.span.field is TextField.TITLE else text)[data.span.start : data.span.end])
        for data in find_personal_data(title, text)
    ]


@pytest.mark.parametrize(
    ("text", "kind", "piece"),
    [
        ("écrivez à alice@example.org vite", PersonalKind.EMAIL, "alice@example.org"),
        ("appelez le 06 12 34 56 78", PersonalKind.PHONE, "06 12 34 56 78"),
        ("call +44 20 7946 0018 now", PersonalKind.PHONE, "+44 20 7946 0018"),
        ("mon IBAN FR76 3000 6000 0112 3456 7890 189 merci", PersonalKind.IBAN, "FR76 3000 6000 0112 3456 7890 189"),
        ("carte 4111 1111 1111 1111 débitée", PersonalKind.CARD, "4111 1111 1111 1111"),
        ("n° secu 2 95 10 99 126 111 93 svp", PersonalKind.SOCIAL_SECURITY, "2 95 10 99 126 111 93"),
        ("j'habite 12 rue de la Paix 75002 Paris", PersonalKind.ADDRESS, "12 rue de la Paix 75002 Paris"),
        ("I live at 10 Baker Street, London", PersonalKind.ADDRESS, "10 Baker Street"),
        ("ma commande n° AB12345 est perdue", PersonalKind.ORDER_NUMBER, "AB12345"),
        ("order #998877 still missing", PersonalKind.ORDER_NUMBER, "998877"),
        ("Rien reçu.\nCordialement,\nAlice Martin", PersonalKind.SIGNATURE_NAME, "Alice Martin"),
        ("Nothing came.\nRegards,\nAlice Martin", PersonalKind.SIGNATURE_NAME, "Alice Martin"),
    ],
)
def test_each_sort_is_found_where_it_stands(text, kind, piece):
    assert (kind, piece) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "carte 4111 1111 1111 1112 débitée",
        "FR76 3000 6000 0112 3456 7890 188",
        "3000 personnes en 2026, 25 ans, 18h30, 12,50 euros",
        "rendez-vous place de la République",
        "le 12 mars 2026 à 14 heures 30",
        "https://example.org/0612345678 et @alba",
        "Bien à vous de voir",
    ],
)
def test_what_only_looks_like_them_is_left_alone(text):
    assert found(text) == []


def test_title_and_text_are_both_searched():
    assert found("alice@example.org", title="bruno@example.org") == [
        (PersonalKind.EMAIL, "bruno@example.org"),
        (PersonalKind.EMAIL, "alice@example.org"),
    ]


@given(st.text(alphabet="0123456789 .-+@abFR°#n\n", max_size=80))
def test_spans_lie_inside_the_text_and_never_overlap(text):
    spans = [data.span for data in find_personal_data("", f"commande {text} rue")]
    assert all(0 <= span.start < span.end <= len(text) + 13 for span in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))
