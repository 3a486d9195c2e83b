"""Notices of platforms become what was said there, when the own mail server vouches for who sent them."""

from __future__ import annotations

import time

import pytest

from tests.collect.mail import samples
from tests.collect.mail.samples import SOURCE, letter, only, parsed
from tocsin.base.post import Audience, PostKind
from tocsin.collect.adapter import Source
from tocsin.collect.mail.letter import read_letter
from tocsin.collect.mail.senders.table import all_senders, sender_of

REVIEWS = (
    ("google", "businessprofile-noreply@google.com", "Bruno Essai a laissé un avis sur Maison Alba",
     samples.GOOGLE_REVIEW, "Bruno Essai", 1, "Colis jamais arrivé.\nTrois appels sans réponse.",
     "https://business.google.com/n/12/reviews"),
    ("trustpilot", "noreply@trustpilot.com", "Bruno E. just left you a 2-star review",
     samples.TRUSTPILOT_REVIEW, "Bruno E.", 2,
     "Slow and cold\nI waited three weeks and nobody knew where my order was.",
     "https://www.trustpilot.com/reviews/65a0b1c2d3e4f5"),
    ("tripadvisor", "members@e.tripadvisor.fr", "Vous avez un nouvel avis", samples.TRIPADVISOR_REVIEW,
     "Bruno_E", 3, "Visite correcte, guide pressé.", "https://www.tripadvisor.fr/ShowUserReviews-g1-d2-r3"),
    ("pagesjaunes", "ne-pas-repondre@solocal.com", "Un nouvel avis sur votre fiche", samples.PAGESJAUNES_REVIEW,
     "Bruno E.", 2, "Accueil froid et devis jamais envoyé.", "https://www.pagesjaunes.fr/pros/123"),
    ("avis-verifies", "contact@avis-verifies.com", "Nouvel avis client", samples.SKEEPERS_REVIEW,
     "Bruno E.", 1, "Produit arrivé cassé, aucun geste commercial.",
     "https://www.avis-verifies.com/avis-clients/maison-alba.example"),
    ("custplace", "no-reply@custplace.com", "Un nouvel avis sur Maison Alba", samples.CUSTPLACE_REVIEW,
     "Bruno E.", 1, "Commande annulée sans prévenir, et toujours débité.",
     "https://fr.custplace.com/maison-alba/commande-annulee-123"),
    ("google_play", "noreply-play-developer@google.com", "New review of Alba", samples.PLAY_REVIEW,
     "Bruno E.", 2, "Crashes at each payment since the update.",
     "https://play.google.com/console/reviews?reviewId=r1"),
)  # fmt: skip
COMMENTS = (
    ("youtube", "noreply@youtube.com", "Bruno Essai a commenté votre vidéo", samples.YOUTUBE_COMMENT, "Bruno Essai",
     "Et la machine en panne depuis mardi, on en parle quand ?", "https://www.youtube.com/watch?v=abc&lc=Ugx1"),
    ("facebook", "notification@facebookmail.com", "Bruno Essai a commenté la publication de Maison Alba.",
     samples.FACEBOOK_COMMENT, "Bruno Essai", "Deux semaines que j’attends mon remboursement, c’est honteux.",
     "https://www.facebook.com/permalink.php?story_fbid=12&id=34&comment_id=56"),
    ("linkedin", "notifications-noreply@linkedin.com", "Bruno Essai commented on Maison Alba's post",
     samples.LINKEDIN_COMMENT, "Bruno Essai",
     "We tried their support for a month: no answer, and the invoice was wrong twice.",
     "https://www.linkedin.com/comm/feed/update/urn:li:activity:71/"),
    ("instagram", "no-reply@mail.instagram.com", "bruno.essai a commenté votre publication",
     samples.INSTAGRAM_COMMENT, "bruno.essai", "La boîte était vide !!", "https://www.instagram.com/p/Cx1/"),
)  # fmt: skip


def _raw(sender: str, subject: str, body: str, signed_by: str) -> bytes:
    is_html = body.startswith("<html")
    # Such letters look like newsletters to a program.
    heads = {"List-Unsubscribe": "<https://example.org/u>", "Precedence": "bulk"}
    return letter(
        f"Notices <{sender}>",
        subject,
        "" if is_html else body,
        html=body if is_html else "",
        signed_by=signed_by,
        heads=heads,
    )


@pytest.mark.parametrize(("platform", "sender", "subject", "body", "author", "stars", "text", "url"), REVIEWS)
def test_a_notice_of_a_review_gives_its_author_stars_words_and_address(
    platform: str, sender: str, subject: str, body: str, author: str, stars: int, text: str, url: str
) -> None:
    post = only(_raw(sender, subject, body, sender.partition("@")[2]))
    assert (post.platform, post.kind, post.audience) == (platform, PostKind.REVIEW, Audience.PUBLIC)
    assert post.author is not None and (post.author.name, post.stars, post.stars_max) == (author, stars, 5)
    assert (post.text, post.url) == (text, url)


@pytest.mark.parametrize(("platform", "sender", "subject", "body", "author", "text", "url"), COMMENTS)
def test_a_notice_of_a_comment_gives_its_author_words_and_address(
    platform: str, sender: str, subject: str, body: str, author: str, text: str, url: str
) -> None:
    post = only(_raw(sender, subject, body, sender.partition("@")[2]))
    assert (post.platform, post.kind, post.stars) == (platform, PostKind.COMMENT, None)
    assert post.author is not None and (post.author.name, post.text, post.url) == (author, text, url)


def test_a_mark_that_signs_the_owner_in_is_never_kept() -> None:
    raws = [_raw(row[1], row[2], row[3], row[1].partition("@")[2]) for row in (*REVIEWS, *COMMENTS)]
    raws += [_raw(row[1], row[2], row[3], "") for row in (*REVIEWS, *COMMENTS)]
    assert "SECRET" not in repr(parsed(*raws).items)


@pytest.mark.parametrize("signed_by", ["", "evil.example", "trustpilot.com.evil.example"])
def test_a_notice_that_nobody_vouches_for_stays_an_ordinary_message(signed_by: str) -> None:
    page = parsed(
        _raw("noreply@trustpilot.com", "Bruno just left you a 1-star review", samples.TRUSTPILOT_REVIEW, signed_by)
    )
    (post,) = page.posts
    assert (post.kind, post.platform, post.audience) == (PostKind.MESSAGE, "mail", Audience.OWN_MAILBOX)
    assert page.notes == {"notice_unproven": 1}


def test_a_verdict_that_came_with_the_letter_proves_nothing() -> None:
    forged = {"Authentication-Results": "mx.evil.example; dkim=pass header.d=trustpilot.com"}
    raw = letter("a <noreply@trustpilot.com>", "Bruno left a review", "x", heads=forged)
    assert parsed(raw).notes == {"notice_unproven": 1}
    # The own server wrote its own above: that one counts.
    raw = b"Authentication-Results: mx.example.org; dkim=fail header.d=trustpilot.com\n" + letter(
        "a <noreply@trustpilot.com>", "Bruno left a review", "x", signed_by="trustpilot.com"
    )
    assert parsed(raw).notes == {"notice_unproven": 1}
    unknown = Source(name="box", adapter="mailbox", options={**SOURCE.options, "checked_by": ""})
    raw = letter("a <noreply@trustpilot.com>", "Bruno left a review", "x", signed_by="trustpilot.com")
    assert parsed(raw, source=unknown).notes == {"notice_unproven": 1}


def test_a_notice_in_a_form_never_seen_is_kept_as_a_message_and_counted() -> None:
    raw = _raw("noreply@trustpilot.com", "Nouvel avis", "<html><p>Tout a changé.</p></html>", "trustpilot.com")
    page = parsed(raw)
    assert [post.text for post in page.posts] == ["Tout a changé."]
    assert page.notes == {"notice_not_understood": 1}


def test_advertising_of_a_platform_is_counted_and_left_out() -> None:
    raw = _raw("hello@trustpilot.com", "Ten ideas for your shop", "Buy our widgets.", "trustpilot.com")
    page = parsed(raw)
    assert (page.posts, page.notes) == ([], {"platform_letter_other": 1})


def test_an_average_is_not_taken_for_the_stars_of_a_review() -> None:
    body = "Bruno a laissé un avis\nVotre note moyenne : 4,6 sur 5\nNote : 1 sur 5\nTrop cher.\n"
    post = only(_raw("businessprofile-noreply@google.com", "Bruno a laissé un avis", body, "google.com"))
    assert (post.stars, post.text) == (1, "Trop cher.")


def test_what_a_reviewer_says_of_stars_is_not_his_score() -> None:
    body = "Bruno left a review\nRating: 4/5\nIt does not deserve 1 star, that is unfair.\n"
    post = only(_raw("businessprofile-noreply@google.com", "Bruno left a review", body, "google.com"))
    assert (post.stars, post.text) == (4, "It does not deserve 1 star, that is unfair.")


def test_a_comment_that_a_site_mails_is_the_comment_at_its_address() -> None:
    subject = "[Blog d’Alba] Commentaire : « La nouvelle crème »"
    raw = letter(
        "Bruno <wordpress@maison-alba.example>", subject, samples.WORDPRESS_COMMENT, signed_by="maison-alba.example"
    )
    post = only(raw)
    assert (post.platform, post.kind, post.audience) == ("web", PostKind.COMMENT, Audience.PUBLIC)
    assert post.url == post.native_id == "https://blog.maison-alba.example/2026/11/creme/#comment-5"
    assert post.author is not None and post.author.name == "Bruno Essai"
    assert (post.title, post.text) == ("La nouvelle crème", "Elle m’a brûlé la peau.\nQue faire ?")
    waits = letter("a <wordpress@maison-alba.example>", "[Blog] Modération : « La nouvelle crème »",
                   samples.WORDPRESS_COMMENT, signed_by="maison-alba.example")  # fmt: skip
    assert only(waits).audience is Audience.OWN_MAILBOX
    forged = letter("Bruno <wordpress@evil.example>", subject, samples.WORDPRESS_COMMENT, signed_by="evil.example")
    assert parsed(forged).notes == {"notice_unproven": 1}


def test_an_address_that_only_looks_like_a_sender_is_none() -> None:
    for address in (
        "a@nottrustpilot.com",
        "a@trustpilot.com.example",
        "alice@google.com",
        "inmail-hit-reply@linkedin.com",
    ):
        read = read_letter(letter(f"Trustpilot <{address}>", "New review", "x"))
        assert read is not None and sender_of(read) is None


def test_every_sender_of_the_table_has_domains_and_subjects() -> None:
    assert len(all_senders()) == 12
    assert all(sender.domains and sender.subjects for sender in all_senders())


@pytest.mark.parametrize("piece", ["<a ", '<a href="x">', "<img alt", "<p>« ", "★ ", "<div itemprop", "&#", "un avis "])
def test_a_hostile_notice_takes_no_longer_than_its_length(piece: str) -> None:
    html = "<html>" + piece * (100_000 // len(piece))
    begun = time.process_time()
    for sender in ("noreply@trustpilot.com", "googlealerts-noreply@google.com"):
        parsed(_raw(sender, "Nouvel avis", html, sender.partition("@")[2]))
    assert time.process_time() - begun < 8
