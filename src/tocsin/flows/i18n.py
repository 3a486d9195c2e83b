"""Words for people: English templates from the whole house, in the reader's language, with their values filled in.

The English template is the key of the catalogue. A template that a catalogue lacks is shown in English, never an error.
`scripts/check_catalogues.py` reads the sources to see that French lacks none.
"""

from __future__ import annotations

import argparse
import gettext
import re
import string
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib import resources

from tocsin.base.errors import TocsinError
from tocsin.base.mention import Reason
from tocsin.flows.reasons import REASONS

LANGUAGES = ("fr", "en")
_DECIMAL = re.compile(r"\d+\.\d+")
_NARROW_SPACE = "\u202f"
_QUOTES = {"fr": ("«\u00a0", "\u00a0»"), "en": ("“", "”")}


def N_(template: str) -> str:  # noqa: N802 - the usual name of the marker
    """Return the template as it is; marks for the catalogues a text that is translated later, by `text`."""
    return template


class Translator:
    """Puts templates into one language. Values are written as that language writes numbers and instants."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue
        self._formatter = _LocalFormatter(language)

    def text(self, template: str, /, **params: object) -> str:
        """Return the template in this language, its `{names}` filled with `params`.

        >>> translator("en").text("{posts} posts of {brand}", posts=3, brand="Maison Alba")
        '3 posts of Maison Alba'
        """
        if not template:
            return ""
        return self._filled(self._catalogue.gettext(template), params)

    def plural(self, one: str, many: str, n: int, /, **params: object) -> str:
        """Return the form that fits the number `n`, which stands for `{n}` too; French takes the singular for 0.

        >>> translator("en").plural("{n} alert", "{n} alerts", 0)
        '0 alerts'
        """
        return self._filled(self._catalogue.ngettext(one, many, n), {"n": n, **params})

    def error(self, error: TocsinError) -> str:
        """Return what an error says to a person."""
        return self.text(error.template, **error.params)

    def reason(self, reason: Reason) -> str:
        """Return a reason in words, with the words of the post that carried it; an unknown code is shown as it is."""
        given = tuple(self._number(word) for word in reason.words)
        words = self.quoted(given)
        template = REASONS.get(reason.code)
        if template is None:
            return f"{reason.code} {words}".rstrip()
        value, other = (*given, "", "")[:2]
        said = self.text(template, words=words, value=value, other=other)
        return said if not words or "{" in template else f"{said} {words}"

    def _number(self, word: str) -> str:
        """Return a word as it is, unless it is a decimal number: French writes it with a comma."""
        return word.replace(".", ",") if self.language == "fr" and _DECIMAL.fullmatch(word) else word

    def quoted(self, words: Sequence[str]) -> str:
        """Return words in the quotation marks of this language, one after another."""
        left, right = _QUOTES.get(self.language, _QUOTES["en"])
        return ", ".join(f"{left}{word}{right}" for word in words)

    def install_argparse(self) -> None:
        """Let the argument parser of this process speak this language too."""
        argparse._ = self._catalogue.gettext  # type: ignore[attr-defined]
        argparse.ngettext = self._catalogue.ngettext  # type: ignore[attr-defined]

    def _filled(self, template: str, params: Mapping[str, object]) -> str:
        if "{" not in template and "}" not in template:
            return template
        values = {
            name: self.error(value) if isinstance(value, TocsinError) else value for name, value in params.items()
        }
        return self._formatter.vformat(template, (), values)


@lru_cache(maxsize=8)
def translator(language: str) -> Translator:
    """Return the translator into a language; one that has no catalogue is shown in English."""
    file = resources.files("tocsin").joinpath("locale", language, "LC_MESSAGES", "tocsin.mo")
    if language == "en" or not file.is_file():
        return Translator(language, gettext.NullTranslations())
    with file.open("rb") as stream:
        return Translator(language, gettext.GNUTranslations(stream))  # type: ignore[arg-type]


class _LocalFormatter(string.Formatter):
    """Fills templates; French takes a decimal comma and thin spaces between thousands."""

    def __init__(self, language: str) -> None:
        self._is_french = language == "fr"

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, datetime) and not format_spec:
            return value.astimezone().strftime("%d/%m/%Y %H:%M" if self._is_french else "%Y-%m-%d %H:%M")
        if isinstance(value, (list, tuple)) and not format_spec:
            return ", ".join(str(part) for part in value)
        written = format(value, format_spec)
        if self._is_french and isinstance(value, (int, float)) and format_spec:
            written = written.replace(",", _NARROW_SPACE).replace(".", ",")
        return written
