"""Google Alerts by mail: each page of a letter is a post of its own, at its own address."""

from __future__ import annotations

from tests.collect.mail.samples import ALERT_HTML, ALERT_TEXT, letter, parsed
from tocsin.base.post import PostKind
from tocsin.collect.mail.senders.alerts import target_of

FROM = "Google Alertes <googlealerts-noreply@google.com>"


def test_a_french_alert_gives_each_page_with_its_source_and_extract() -> None:
    page = parsed(letter(FROM, "Alerte Google – maison alba", "texte", html=ALERT_HTML, signed_by="google.com"))
    first, second = page.posts
    assert first.native_id == first.url == "https://presse.example/alba?id=4"
    assert (first.platform, first.kind, first.title) == ("web", PostKind.ARTICLE, "Maison Alba rappelle une crème")
    assert first.author is not None and first.author.name == "La Gazette d’Exemple"
    assert first.text.replace("\u00a0", " ") == "La marque Maison Alba retire un lot ..."
    assert (second.url, second.title) == ("https://blog.example/avis-alba", "Mon essai d’Alba")
    assert second.author is not None and second.author.name == "Un blog d’exemple"
    assert second.text == "Trois semaines avec la crème, et un flacon cassé à l’arrivée."
    assert page.notes == {}


def test_an_english_alert_in_plain_text_is_read_too() -> None:
    page = parsed(letter(FROM, "Google Alert - maison alba", ALERT_TEXT, signed_by="google.com"))
    assert [(post.title, post.url) for post in page.posts] == [
        ("Maison Alba recalls a cream", "https://press.example/alba"),
        ("Three weeks with Alba", "https://blog.example/three"),
    ]
    assert [post.author.name if post.author else None for post in page.posts] == ["Example Gazette", None]
    assert page.posts[1].text == "The bottle came broken, the answer took ten days."


def test_an_alert_that_lists_nothing_readable_is_kept_whole_and_counted() -> None:
    page = parsed(letter(FROM, "Alerte Google – maison alba", "Rien.", signed_by="google.com"))
    assert page.notes == {"notice_not_understood": 1}
    assert [post.kind for post in page.posts] == [PostKind.MESSAGE]


def test_an_alert_that_google_did_not_sign_brings_no_articles() -> None:
    page = parsed(letter(FROM, "Alerte Google – maison alba", "x", html=ALERT_HTML, signed_by="evil.example"))
    assert [post.kind for post in page.posts] == [PostKind.MESSAGE]
    assert page.notes == {"notice_unproven": 1}


def test_a_passing_address_leads_to_the_web_or_nowhere() -> None:
    assert target_of("https://www.google.com/url?url=javascript:alert(1)") is None
    assert target_of("https://www.google.com/url?url=https://www.google.com/alerts") is None
    assert target_of("https://evil.example/url?url=https://example.org/") is None
