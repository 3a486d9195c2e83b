"""A review told by mail and by an interface is one, when both surely say the same; else two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tocsin.base.post import Author, Post, PostKind
from tocsin.collect.same_review import same_review, same_reviews

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEXT = "Colis jamais arrivé. Trois appels sans réponse."


def review(native_id: str, text: str = TEXT, *, name: str = "Bruno Essai", stars: float = 1.0, **more: object) -> Post:
    return Post(
        platform="google",
        native_id=native_id,
        kind=PostKind.REVIEW,
        author=Author(platform="google", handle=name, name=name) if name else None,
        created_at=more.pop("at", NOON),  # type: ignore[arg-type]
        seen_at=NOON + timedelta(days=9),
        text=text,
        stars=stars,
        stars_max=5.0,
        **more,  # type: ignore[arg-type]
    )


FULL = review("AbC")
MAIL = review("mid:<1@google.com>", "Colis jamais arrivé.\nTrois appels sans réponse.", at=NOON + timedelta(minutes=4))


def test_the_same_words_of_the_same_person_with_the_same_stars_are_one_review() -> None:
    assert same_review(MAIL, FULL) and same_review(FULL, MAIL)
    out_of_ten = msgspec.structs.replace(MAIL, stars=2.0, stars_max=10.0)
    assert same_review(out_of_ten, FULL)


def test_a_mail_that_holds_the_title_or_is_cut_short_is_of_the_review_too() -> None:
    titled = review("AbC", "I waited three weeks and nobody knew.", title="Slow and cold")
    assert same_review(review("mid:1", "Slow and cold\nI waited three weeks and nobody knew."), titled)
    assert same_review(review("mid:1", "Slow and cold\nI waited three…"), titled)
    assert not same_review(review("mid:1", "Slow and…"), titled)


def test_a_review_that_was_changed_is_mailed_again() -> None:
    later = NOON + timedelta(days=40)
    assert not same_review(review("mid:1", at=later), FULL)
    assert same_review(review("mid:1", at=later), msgspec.structs.replace(FULL, edited_at=later))


@pytest.mark.parametrize(
    "mail",
    [
        review("mid:1", name="Chloé Essai"),
        review("mid:1", name=""),
        review("mid:1", stars=2.0),
        review("mid:1", "Colis jamais arrivé. Deux appels sans réponse."),
        review("mid:1", ""),
        review("mid:1", at=NOON + timedelta(days=4)),
        review("mid:1", at=NOON - timedelta(hours=2)),
        review("other"),
        msgspec.structs.replace(MAIL, platform="trustpilot"),
        msgspec.structs.replace(MAIL, kind=PostKind.COMMENT),
        msgspec.structs.replace(MAIL, stars=None),
    ],
)
def test_what_is_not_sure_stays_two(mail: Post) -> None:
    assert not same_review(mail, FULL)


def test_short_praise_under_one_name_stays_two() -> None:
    assert not same_review(review("mid:1", "Très bien"), review("AbC", "Très bien"))


def test_where_a_third_would_fit_as_well_none_is_taken() -> None:
    assert same_reviews([MAIL], [FULL]) == [(MAIL, FULL)]
    assert same_reviews([MAIL], [FULL, msgspec.structs.replace(FULL, native_id="other place")]) == []
    assert same_reviews([MAIL, msgspec.structs.replace(MAIL, native_id="mid:2")], [FULL]) == []
