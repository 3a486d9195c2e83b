"""Templates become sentences of the reader's language."""

from __future__ import annotations

import gettext
from datetime import UTC, datetime

from tocsin.base.errors import InputError
from tocsin.base.mention import Reason
from tocsin.flows.i18n import Translator, translator


class _Catalogue(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return {"Line {line} is wrong: {error}": "La ligne {line} est fausse\u00a0: {error}"}.get(message, message)


FRENCH = Translator("fr", _Catalogue())


def test_french_is_there() -> None:
    assert translator("fr").text("show this help message and exit") != "show this help message and exit"


def test_a_text_without_translation_is_shown_in_english() -> None:
    assert translator("fr").text("Nobody ever says {this}", this="word") == "Nobody ever says word"


def test_an_error_within_an_error_is_translated_too() -> None:
    inner = InputError("Line {line} is wrong: {error}", line=2, error="x")
    outer = InputError("Line {line} is wrong: {error}", line=1, error=inner)
    assert FRENCH.error(outer) == "La ligne 1 est fausse\u00a0: La ligne 2 est fausse\u00a0: x"


def test_numbers_are_written_the_way_of_the_language() -> None:
    assert FRENCH.text("{share:.1f} {n:,}", share=12.5, n=12000) == "12,5 12\u202f000"
    assert translator("en").text("{share:.1f} {n:,}", share=12.5, n=12000) == "12.5 12,000"


def test_instants_are_written_the_way_of_the_language() -> None:
    at = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    assert FRENCH.text("{at}", at=at).startswith("04/05/2026 ")
    assert translator("en").text("{at}", at=at).startswith("2026-05-04 ")


def test_french_takes_the_singular_for_none_and_english_the_plural() -> None:
    assert translator("en").plural("{n} alert", "{n} alerts", 0) == "0 alerts"


def test_a_reason_shows_the_words_that_carried_it_and_an_unknown_code_is_shown_as_it_is() -> None:
    assert translator("en").reason(Reason(code="no.such", words=("bad", "worse"))) == "no.such “bad”, “worse”"
    assert FRENCH.reason(Reason(code="no.such", words=("nul",))) == "no.such «\u00a0nul\u00a0»"


def test_a_text_with_braces_of_its_own_is_left_alone_when_it_is_a_value() -> None:
    assert translator("en").text("{text}", text="{not} a template") == "{not} a template"


def test_a_number_in_a_reason_is_written_as_the_reader_writes_it() -> None:
    reason = Reason(code="surge.scale.60", words=("87", "8.5"))
    assert "8,5" in translator("fr").reason(reason)
    assert "8.5" in translator("en").reason(reason)
