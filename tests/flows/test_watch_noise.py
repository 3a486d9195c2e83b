"""Noise is pointed at by signs one can check, precision told with its bounds, a first query proposed with care."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.base.brand import Brand
from tocsin.base.errors import InputError
from tocsin.base.mention import Span, TextField
from tocsin.base.post import Post
from tocsin.flows.watches.chips import write_query
from tocsin.flows.watches.look import Look, Wanted, look_at, pieces
from tocsin.flows.watches.noise import Noise, Sign
from tocsin.flows.watches.precision import precision
from tocsin.flows.watches.propose import Doubt, Introduction, host_of, propose_query
from tocsin.screen.query import parse_query
from tocsin.store.queries.watching import SeenPost

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALBA = Brand(slug="maison-alba", name="Maison Alba")


def _look(query: str, texts: list[str], languages: tuple[str, ...] = ()) -> Look:
    seen = [
        SeenPost(
            Post(
                platform="forum",
                native_id=str(number),
                created_at=NOW - timedelta(hours=number),
                seen_at=NOW,
                text=text,
            ),
            "forum",
        )
        for number, text in enumerate(texts)
    ]
    wanted = Wanted(query=parse_query(query), brand=ALBA, languages=languages, accounts=("maison_alba",))
    return look_at(seen, wanted, NOW)


def _noise(query: str, texts: list[str], sign: Sign) -> list[Noise]:
    return [noise for noise, _ in _look(query, texts).noise if noise.sign is sign]


_SURE = [f"La Maison Alba, chez @maison_alba, jour {number}" for number in range(30)]


def test_a_name_with_another_first_name_is_noise_and_is_left_out_in_one_click() -> None:
    texts = [*_SURE, *[f"Jessica Alba au cinéma, film {number}" for number in range(12)]]
    found = _noise("alba", texts, Sign.BESIDE)
    assert found[0].exclude == '"jessica alba"'
    assert found[0].hits == 12
    cleaned = _look(f"alba AND NOT {found[0].exclude}", texts)
    assert cleaned.hits == 30


def test_a_word_that_goes_with_the_other_names_too_is_no_noise() -> None:
    texts = [*[f"{text} cinéma" for text in _SURE], *[f"Alba au cinéma {number}" for number in range(5)]]
    assert all("cinema" not in noise.word for noise, _ in _look("alba", texts).noise)


def test_few_posts_prove_nothing() -> None:
    assert _look("alba", ["Jessica Alba", "La Maison Alba"]).noise == ()
    assert _look("alba", ["Jessica Alba"]).noise == ()


def test_a_match_in_an_address_alone_is_noise() -> None:
    texts = [*_SURE, "voir https://example.org/alba-1 vite", "lire https://example.org/alba-2 ici"]
    assert _noise("alba", texts, Sign.ADDRESS)[0].hits == 2


def test_a_name_without_its_capital_is_noise_where_most_have_one() -> None:
    texts = [*[f"Chez Orange, panne numéro {n}" for n in range(8)], "Un jus d'orange frais", "La robe orange de Chloé"]
    found = _noise("orange", texts, Sign.SMALL)
    assert found[0].exclude == '="orange"'
    assert _look('orange AND NOT ="orange"', texts).hits == 8


def test_those_who_never_write_capitals_are_no_noise() -> None:
    texts = [*[f"Chez Orange, panne numéro {n}" for n in range(8)], "encore orange en panne", "orange, quelle honte"]
    assert _noise("orange", texts, Sign.SMALL) == []


def test_another_language_is_noise_when_languages_were_chosen() -> None:
    # A watch that names its languages drops the others already: the sign is for queries that do not.
    texts = ["Les sablés de la Maison Alba sont très bons", "Die Kekse von Alba sind nicht sehr gut und zu teuer"]
    assert _look("alba", texts, ("fr",)).hits == 1


def test_days_before_the_first_post_are_not_known() -> None:
    found = _look("alba", ["Alba ce matin", "Alba cette nuit"])
    assert len(found.days) == 14
    assert found.days[0].posts is None
    assert found.days[-1].posts == 2


def test_a_quiet_query_is_not_said_to_bring_much() -> None:
    texts = ["Alba"] + ["rien"] * 100
    assert _look("alba", texts).per_day == pytest.approx(24 / 100, rel=0.02)


def test_twenty_hits_are_spread_over_all_that_was_found() -> None:
    found = _look("alba", [f"Alba {number}" for number in range(100)])
    assert len(found.shown) == 20
    assert found.shown[-1].post.native_id == "95"


def test_a_long_text_is_cut_round_its_first_match() -> None:
    text = "mot " * 200 + "Alba" + " mot" * 200
    cut = pieces(text, [Span(field=TextField.TEXT, start=800, end=804)])
    assert [piece.text for piece in cut if piece.is_match] == ["Alba"]
    assert sum(len(piece.text) for piece in cut) < 340


def test_matches_that_overlap_are_marked_once() -> None:
    spans = [Span(field=TextField.TEXT, start=0, end=11), Span(field=TextField.TEXT, start=7, end=11)]
    assert "".join(piece.text for piece in pieces("Maison Alba !", spans)) == "Maison Alba !"


@pytest.mark.parametrize(
    ("meant", "judged", "low", "high"), [(20, 20, 0.839, 1.0), (0, 20, 0.0, 0.161), (1, 2, 0.095, 0.905)]
)
def test_the_bounds_of_precision_are_those_of_wilson(meant: int, judged: int, low: float, high: float) -> None:
    found = precision(meant, judged)
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))


def test_nothing_ticked_has_no_precision() -> None:
    assert precision(0, 0) is None


def test_a_proposed_query_can_be_read_whatever_the_name() -> None:
    for name in ("Maison Alba", 'L’"Atelier" & Fils', "L'Oréal", "AB", "Orange", "Noël 2000", "日本", "boulangerie"):
        proposal = propose_query(Introduction(name=name, handles=("@a.b", "x y", "")))
        assert not parse_query(write_query(proposal.chips)).is_unanchored


def test_a_name_without_a_letter_is_refused() -> None:
    with pytest.raises(InputError):
        propose_query(Introduction(name="…"))


def test_common_and_short_names_are_asked_for_with_care() -> None:
    assert propose_query(Introduction(name="Orange")).doubts == (Doubt.ORDINARY,)
    assert propose_query(Introduction(name="AB")).doubts == (Doubt.SHORT,)
    assert propose_query(Introduction(name="Maison Alba")).doubts == ()
    assert "boulangerie~" in propose_query(Introduction(name="Boulangerie")).chips.any


@pytest.mark.parametrize("site", ["", "rien", "http://[", "https://exa mple"])
def test_what_is_no_site_is_left_out(site: str) -> None:
    assert host_of(site) == ""
