"""The word lists, rules and constants of the first reading: sorted files, read once when first asked for.

lexicon_LANG.tsv: word (see `inflect`), valence -4..4. rules_LANG.tsv: target, weight, reason code, pattern (see
`pattern`; `<name>` is a class). classes.tsv: language, name, words. words.tsv: list, words. scale.toml: constants.
All were written for this project.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from tocsin.screen.features import FROWN, SMILE, fold_marked
from tocsin.screen.tables.inflect import expand
from tocsin.screen.tables.pattern import Lexicon, Role, Rule

LANGUAGES = ("en", "fr")
_FILES = (
    "classes.tsv", "lexicon_all.tsv", "lexicon_en.tsv", "lexicon_fr.tsv", "rules_en.tsv", "rules_fr.tsv", "scale.toml",
    "words.tsv",
)  # fmt: skip
_CLASS = re.compile(r"<(\w+)>")
_ROLES = {
    "negator": Role.NEGATOR, "half_negator": Role.HALF_NEGATOR, "intensifier": Role.INTENSIFIER,
    "diminisher": Role.DIMINISHER, "contrast": Role.CONTRAST,
}  # fmt: skip


def lexicon(language: str) -> Lexicon:
    """Return the words and rules to read a language with; a language without tables is read by its emoji alone."""
    if language in LANGUAGES:
        return _lexicon((language,))
    return _lexicon(LANGUAGES if language == "und" else ())


def word_list(name: str) -> frozenset[str]:
    """Return the folded words of a list of words.tsv, in all their forms. Raises KeyError for an unknown list."""
    return _word_lists()[name]


@cache
def emoji() -> frozenset[str]:
    """Return the emoji and signs that carry a tone."""
    return frozenset(_signs())


@cache
def scale() -> dict[str, Any]:
    """Return the constants of scale.toml."""
    return tomllib.loads(_text("scale.toml"))


@cache
def digest() -> str:
    """Return 12 hexadecimal digits that change with any table."""
    whole = hashlib.blake2b(digest_size=6)
    for name in _FILES:
        whole.update(f"{name}\x1f{_text(name)}\x1e".encode())
    return whole.hexdigest()


def fold_entry(text: str) -> str:
    """Return a word or pattern element folded as texts are, its marks taken out.

    >>> fold_entry("Déçu·e"), fold_entry("c'est")
    ('decu e', 'c est')
    """
    return " ".join(part for part in fold_marked(text).split() if part[0].isalnum())


@cache
def _text(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


def rows(name: str) -> Iterator[list[str]]:
    """Return the lines of a table, cut at its tabs; lines that begin with `# ` are remarks."""
    for line in _text(name).splitlines():
        if line and not line.startswith("# "):
            yield line.split("\t")


def _forms(word: str, language: str) -> list[str]:
    """Fold before the forms are made; the slash, braces and comma of the notation stay."""
    folded = "".join(part if part in "/{},|" else fold_marked(part).strip() for part in re.split(r"([/{},|])", word))
    return expand(folded, language)


def _signs() -> dict[str, int]:
    named = {"SMILE": SMILE, "FROWN": FROWN}
    return {named.get(word, word): int(valence) for word, valence in rows("lexicon_all.tsv")}


@cache
def _word_lists() -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {}
    for name, language, words in rows("words.tsv"):
        lists.setdefault(name, set()).update(form for word in words.split() for form in _forms(word, language))
    return {name: frozenset(words) for name, words in lists.items()}


@cache
def _classes(language: str) -> dict[str, str]:
    return {
        name: "|".join(dict.fromkeys(form for word in words.split() for form in _forms(word, language)))
        for lang, name, words in rows("classes.tsv")
        if lang == language
    }


@cache
def _lexicon(languages: tuple[str, ...]) -> Lexicon:
    valences = _signs()
    roles: dict[str, Role] = {}
    rules: list[tuple[Rule, list[str]]] = []
    common = word_list("stop_fr") | word_list("stop_en")
    for language in languages:
        for word, valence in rows(f"lexicon_{language}.tsv"):
            for form in _forms(word, language):
                valences.setdefault(form, int(valence))
        for name, role in _ROLES.items():
            roles |= dict.fromkeys(word_list(f"{name}_{language}"), role)
        rules += _rules(language)
    return Lexicon(valences, roles, rules, common)


def _rules(language: str) -> Iterator[tuple[Rule, list[str]]]:
    classes = _classes(language)
    for target, weight, code, pattern in rows(f"rules_{language}.tsv"):
        elements = [_element(part, classes, language) for part in pattern.replace("'", " ").split()]
        yield Rule(target, int(weight), code, pattern), elements


def _element(part: str, classes: dict[str, str], language: str) -> str:
    """The element with its classes and forms written out; one optional word makes it optional."""
    if part.removesuffix("?") in ("BRAND", "NUMBER") or part in ("..", "..."):
        return part
    words = _split(_CLASS.sub(lambda found: classes[found[1]], part))
    forms = [f for w in words for f in (["?"] if w == "QM" else _forms(w.removesuffix("?"), language))]
    return "|".join(dict.fromkeys(forms)) + ("?" if any(w.endswith("?") for w in words) else "")


def _split(words: str) -> list[str]:
    """Cut at the bars that stand outside braces."""
    return re.split(r"\|(?![^{}]*\})", words)
