"""HTML is read as a person reads it."""

from __future__ import annotations

import time
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.html import looks_like_html, plain_text, read_html, text_of_html


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("", ""),
        ("simple", "simple"),
        ("<p>Un</p><p>Deux</p>", "Un\nDeux"),
        ("<p>Un\n  deux</p>\n\n<p>trois</p>", "Un deux\ntrois"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("a<br><br><br><br>b", "a\n\nb"),
        ("<b>Maison</b> <i>Alba</i>", "Maison Alba"),
        ("Mai<b>son</b>", "Maison"),
        ("x <script>alert('a < b')</script>y", "x y"),
        ("x<STYLE>p{}</STYLE>y", "xy"),
        ("avant <script>jamais fermé", "avant jamais fermé"),
        ("a<!-- caché -->b", "ab"),
        ("a<!-- jamais fermé", "a<!-- jamais fermé"),
        ("<![CDATA[ brut ]]>", "brut"),
        ("<!DOCTYPE html><?xml version='1.0'?>vu", "vu"),
        ("Caf&eacute; &amp; th&#233; &lt;b&gt;", "Café & thé <b>"),
        ("&amp;lt;", "&lt;"),
        ("I <3 you, 2 < 3 > 1", "I <3 you, 2 < 3 > 1"),
        ("<a title='x > y' href=#>lien</a>", "lien"),
        ("<a title='jamais fermé>lien</a>", "lien"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<ul><li>un<li>deux</ul>", "un\ndeux"),
        ("<pre>a\n  b</pre>c", "a\n  b\nc"),
        ('ok <img class="emoji" alt="😀"> <img alt="pixel" src=x>', "ok 😀"),
        ("<title>onglet</title>corps", "corps"),
        ("<![foo[ x ]]>y", "y"),
        ("<", "<"),
        ("</", "</"),
        ("<p", "<p"),
    ],
)
def test_a_fragment_is_read_as_on_a_screen(fragment: str, text: str) -> None:
    assert text_of_html(fragment) == text


def test_links_are_collected_once_in_order_and_decoded() -> None:
    page = read_html(
        '<a href="https://example.org/b?x=1&amp;y=2">b</a><A HREF=http://example.org/a>a</A>'
        '<a href="https://example.org/b?x=1&amp;y=2">b</a><a href="javascript:alert(1)">c</a>'
        '<a href="/rel">r</a><a>n</a>'
    )
    assert page.links == ("https://example.org/b?x=1&y=2", "http://example.org/a")


def test_relative_links_are_resolved_when_the_base_is_known() -> None:
    page = read_html('<a href="/avis">avis</a><a href="http://[x">x</a>', "https://example.org/fr/")
    assert page.links == ("https://example.org/avis",)


@pytest.mark.parametrize("text", ["I <3 you", "a < b > c", "<user> said", "x <- y", "", "<<<", "R&D"])
def test_what_is_no_markup_is_left_alone(text: str) -> None:
    assert not looks_like_html(text)
    assert plain_text(text) == text


def test_entities_without_tags_are_decoded() -> None:
    assert plain_text("Alba &amp; fils, l&#39;été &gt; l&rsquo;hiver") == "Alba & fils, l'été > l’hiver"


@given(st.text())
def test_escaped_text_comes_back_but_for_its_white_space(text: str) -> None:
    clean = text
    kept = text_of_html(f"<div>{escape(clean)}</div>")
    # HTML itself has no carriage return and folds white space.
    expected = clean.translate({ord(c): " " for c in "\r\n\t\f\v"})
    assert [word for word in kept.replace("\n", " ").split(" ") if word] == [w for w in expected.split(" ") if w]


@given(st.text(alphabet="<>/!-[]'\"= aps&;#1\n"))
def test_no_fragment_however_broken_raises(fragment: str) -> None:
    page = read_html(fragment, "https://example.org/")
    assert page.text == page.text.strip()


@pytest.mark.parametrize(
    "bomb", ["<!--", "<a ", '<a "', "<![CDATA[", "<script>", "<p>", "&", "<a '\"", "</", "<?", "<a >", "<a '\">"]
)
def test_hostile_fragments_take_linear_time(bomb: str) -> None:
    begun = time.process_time()
    read_html(bomb * (100_000 // len(bomb)))
    assert time.process_time() - begun < 3.0
