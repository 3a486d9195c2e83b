"""Passages are tied to the answers they came from, however those are written; what only the page has is not."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tests.evidence.make import FORGED, POSTS, SITE, make_exchanges, make_recording
from tocsin.base.capture import Exchange, Recording
from tocsin.evidence.corroborate import Tie, TieStrength, Where, corroborate, corroborate_page, ties_file

WHOLE, PARTLY, NONE = TieStrength.WHOLE, TieStrength.PARTLY, TieStrength.NONE


def answered(body: str | bytes, kind: str = "text/html; charset=utf-8", **changes: Any) -> Recording:
    """A recording of one answer with this body."""
    content = body.encode() if isinstance(body, str) else body
    page = msgspec.structs.replace(make_exchanges()[2], body=content, headers=(("content-type", kind),), **changes)
    return make_recording(exchanges=(page,))


def tie(passage: str, recording: Recording) -> Tie:
    return corroborate([passage], recording)[0]


def test_a_thread_is_tied_line_by_line_and_the_forged_line_is_not() -> None:
    recording = make_recording()
    ties = corroborate_page(msgspec.structs.replace(recording, text=f"{recording.text}\n{FORGED}"))
    assert sum(one.strength is WHOLE for one in ties) == 1 + 2 * POSTS
    count, forged = ties[-2:]
    assert (count.passage, count.strength, count.where, count.missing) == (
        "61 réponses",
        PARTLY,
        Where.JSON,
        ("réponses",),
    )
    assert (forged.passage, forged.strength, forged.exchange) == (FORGED, NONE, None)


@pytest.mark.parametrize(
    ("body", "kind", "where"),
    [
        ("<p>L&rsquo;atelier &laquo;&nbsp;Alba&nbsp;&raquo; m&#39;a tromp&eacute;e</p>", "text/html", Where.TEXT),
        ("<p>L'atelier « <b>Al</b>ba » <i>m'a</i> trom<wbr>p\u00ade\u0301e</p>", "text/html", Where.TEXT),
        ("<div>L'atelier\n   « Alba »</div><div>m'a trompée</div>", "text/html", Where.TEXT),
        ("<p>L'atelier « Alba »</span><span>m'a</span><span>trompée</span></p>", "text/html", Where.TEXT),
        ('<img alt="L\'atelier « Alba » m\'a trompée">', "text/html", Where.ATTRIBUTE),
        ("<div data-p='{\"t\":\"L\\u2019atelier « Alba » m\\u2019a trompée\"}'></div>", "text/html", Where.ATTRIBUTE),
        ("<script>var a = 'L\\'atelier \\xab Alba \\xbb m\\'a tromp\\u00e9e';</script>", "text/html", Where.SCRIPT),
        ("// don't\nx=/'/;y=`L'atelier « Alba » m'a trompée ${n} fois`", "text/javascript", Where.SCRIPT),
        ('<script type="application/json">{"a":["L\\u2019atelier « Alba » m\'a trompée"]}</script>', "text/html",
         Where.JSON),
        ('<script>self.__next_f.push([1,"5:[\\"$\\",\\"p\\",null,{\\"children\\":\\"L\'atelier « Alba » m\'a '
         'tromp\\\\u00e9e\\"}]"])</script>', "text/html", Where.SCRIPT),
        (json.dumps({"html": "<p>L'atelier « <b>Alba</b> » m&#39;a trompée</p>"}), "application/json", Where.JSON),
        (json.dumps({"inner": json.dumps({"t": "L'atelier « Alba » m'a trompée"})}), "application/json", Where.JSON),
        ("for(;;);" + json.dumps({"t": "L'atelier « Alba » m'a trompée"}), "text/javascript", Where.SCRIPT),
        ("{\"a\":1}\n{\"t\":\"L'atelier « Alba » m'a tromp\\u00e9e\"}", "application/x-ndjson", Where.JSON),
        ("<?xml version='1.0'?><rss><item><description><![CDATA[<p>L'atelier « <b>Alba</b> » m'a trompée</p>]]>"
         "</description></item></rss>", "application/rss+xml", Where.TEXT),
        ("L'atelier « Alba » m'a trompée", "text/plain", Where.TEXT),
        ("<!-- L'atelier « Alba » m'a trompée --><p>x</p>", "text/html", Where.COMMENT),
    ],
)  # fmt: skip
def test_the_same_words_are_found_however_a_server_writes_them(body: str, kind: str, where: Where) -> None:
    found = tie("L’atelier « Alba » m’a trompée", answered(body, kind))
    assert (found.strength, found.where, found.exchange) == (WHOLE, where, 2)


def test_other_encodings_than_utf_8_are_read() -> None:
    assert (
        tie("Café trompé", answered("<p>Café trompé</p>".encode("cp1252"), "text/html; charset=iso-8859-1")).strength
        is WHOLE
    )
    assert (
        tie("Café trompé", answered("<meta charset=latin1><p>Café trompé</p>".encode("latin-1"), "text/html")).strength
        is WHOLE
    )
    assert tie("Café trompé", answered("<p>Café trompé</p>".encode("utf-16"), "text/html")).strength is WHOLE


@pytest.mark.parametrize(
    ("passage", "missing", "instead"),
    [
        ("Ils ont vendu 13 bagues abîmées à Lyon", ("13",), ("12",)),
        ("Ils ont vendu 12 bagues abîmées à Nice", ("Nice",), ("lyon",)),
        ("Ils n'ont pas vendu 12 bagues abîmées à Lyon", ("n", "'", "pas"), ()),
        ("Ils ont vendu bagues abîmées à Lyon", (), ("12",)),
        ("Ils ont vendu 1 bagues abîmées à Lyon", ("1",), ("12",)),
    ],
)
def test_another_number_name_or_negation_unties_a_passage(
    passage: str, missing: tuple[str, ...], instead: tuple[str, ...]
) -> None:
    found = tie(passage, answered("<p>Ils ont vendu 12 bagues abîmées à Lyon. C'est tout.</p>"))
    assert (found.strength, found.missing, found.instead) == (NONE, missing, instead)


def test_another_word_leaves_a_passage_partly_tied_and_is_named() -> None:
    found = tie("Ils ont volé 12 bagues abîmées", answered("<p>Ils ont vendu 12 bagues abîmées</p>"))
    assert (found.strength, found.missing, found.instead) == (PARTLY, ("volé",), ("vendu",))
    assert found.share == pytest.approx(0.8333)


@pytest.mark.parametrize(
    ("said", "passage"),
    [("1 500 euros", "500 euros"), ("12,50 €", "50 €"), ("Il en manque 1 500", "Il en manque 1"), ("n° 2.5", "n° 2")],
)
def test_a_number_is_not_cut_out_of_a_longer_one(said: str, passage: str) -> None:
    assert tie(passage, answered(f"<p>{said}</p>")).strength is not WHOLE


def test_values_that_do_not_follow_each_other_do_not_make_a_passage() -> None:
    body = json.dumps({"a": "Maison Alba a", "b": "trompé tout le monde"})
    assert tie("Maison Alba a trompé tout le monde", answered(body, "application/json")).strength is PARTLY


def test_what_a_script_put_together_is_partly_tied_and_its_own_words_are_named() -> None:
    posts = answered(json.dumps({"author": "Bruno", "when": "12 mars 2026"}), "application/json").exchanges[0]
    script = answered("t = `Publié par ${a} le ${b}`", "text/javascript", number=3, url=f"{SITE}/a.js").exchanges[0]
    found = tie("Publié par Bruno le 12 mars 2026", make_recording(exchanges=(posts, script)))
    assert (found.strength, found.exchange, found.missing) == (PARTLY, 2, ("Publié", "par", "le"))
    strange = tie("Publié par Bruno le 13 mars 2026", make_recording(exchanges=(posts, script)))
    assert strange.strength is NONE


def test_scripts_without_spaces_can_be_quoted_in_part() -> None:
    assert tie("品質が悪い", answered("<p>この店の品質が悪いと思います</p>")).strength is WHOLE


def test_signs_of_pictures_count_but_how_they_are_joined_does_not() -> None:
    assert tie("Bravo ❤️ 👩‍🍳", answered("<p>Bravo ❤ 👩\u200d🍳</p>")).strength is WHOLE
    assert tie("Bravo 😡", answered("<p>Bravo 😀</p>")).strength is not WHOLE


def test_pictures_and_answers_without_a_body_tie_nothing() -> None:
    recording = answered("Ils ont vendu 12 bagues", "image/png")
    assert tie("Ils ont vendu 12 bagues", recording).strength is NONE
    without = make_recording(exchanges=(msgspec.structs.replace(make_exchanges()[2], body=None),))
    assert tie("Le fil de discussion", without).strength is NONE


@pytest.mark.parametrize(
    "body",
    [
        b"<p>" * 20_000, b"[" * 50_000, b'{"a":' * 5_000, b"'" * 50_000, b'"\\' * 30_000, b"<!--" * 20_000,
        b"\x00\x01<p>x</p>", b"<p>\xff\xfe\xfa</p>", b"`${" * 20_000, b"<script>" + b"'\\u" * 10_000, b"", b"<",
        b"<?xml version='1.0' encoding='no-such'?><a>", b"\xff\xfe<", b"\\u{ffffffff}'\\ud800'",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["text/html", "application/json", "text/javascript", "text/xml", ""])
def test_no_answer_of_a_hostile_server_stops_the_check(body: bytes, kind: str) -> None:
    assert tie("Ils ont vendu 12 bagues", answered(body, kind)).strength is NONE


def test_a_passage_over_several_blocks_is_whole() -> None:
    assert tie("Voix 1\nMessage 1 : l'atelier", make_recording()).strength is WHOLE


def test_an_empty_passage_is_untied() -> None:
    assert tie("  ", make_recording()).strength is NONE


def test_the_page_itself_is_named_before_other_answers() -> None:
    page = make_exchanges()[2]
    early: Exchange = msgspec.structs.replace(page, number=0, url="https://example.net/copy")
    assert tie("Le fil de discussion", make_recording(exchanges=(early, page))).exchange == 2


def test_the_file_counts_and_lists_the_ties() -> None:
    file = ties_file(corroborate_page(make_recording()))
    told = json.loads(file.content)
    assert file.path == "corroboration.json"
    assert {name: told[name] for name in ("lines", "whole", "partly", "none")} == {
        "lines": 124, "whole": 123, "partly": 1, "none": 0
    }  # fmt: skip
    assert told["ties"][0]["exchange"] == 2


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "utf-7", "raw_unicode_escape", "undefined"])
def test_a_charset_that_no_browser_knows_is_not_believed(charset: str) -> None:
    """Python reads punycode in quadratic time: one page would have kept the robot for hours."""
    said = "La Maison Alba répond."
    body = f"<p>{said}</p>x-".encode() + b"a" * 2_000_000
    answer = msgspec.structs.replace(
        make_recording().exchanges[0], body=body, headers=(("Content-Type", f"text/html; charset={charset}"),)
    )
    (tie,) = corroborate([said], msgspec.structs.replace(make_recording(), exchanges=(answer,)))
    assert tie.strength is TieStrength.WHOLE
