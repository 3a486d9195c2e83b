"""Write a word of the tables in all its forms, so that the tables hold one line per word.

A word may end in a slash and a letter: n noun, a adjective, A adjective that doubles its last letter (nul, nulle),
v verb, V English verb that doubles it (stop, stopped). Braces list endings: `arnaqu{e,ent}`.
"""

from __future__ import annotations

import re

_BRACES = re.compile(r"^([^{}]*)\{([^{}]*)\}([^{}]*)$")
_FR_FEMININE = (
    ("teur", "trice"), ("eur", "euse"), ("eux", "euse"), ("er", "ere"), ("if", "ive"), ("f", "ve"), ("el", "elle"),
    ("en", "enne"), ("on", "onne"), ("c", "que"), ("g", "gue"), ("et", "ete"),
)  # fmt: skip
_FR_ER = ("er", "e", "es", "ent", "ez", "ons", "ais", "ait", "aient", "ant", "era", "erai", "erait", "ees", "a", "ai")
_FR_GER = ("eons", "eais", "eait", "eaient", "eant", "ea", "eai")
_FR_IR = ("ir", "i", "is", "it", "ie", "ies", "issent", "issez", "issons", "issait", "issant", "ira", "irait")
_FR_RE = ("re", "s", "", "ent", "ez", "ons", "ait", "aient", "ant", "ra", "rait", "u", "ue", "us", "ues")


def expand(word: str, language: str) -> list[str]:
    """Return all forms of one folded word as the tables write it, the bare one first.

    >>> expand("nul/A", "fr"), expand("hate/v", "en")
    (['nul', 'nuls', 'nulle', 'nulles'], ['hate', 'hates', 'hated', 'hating'])
    """
    braces = _BRACES.match(word)
    if braces:
        head, endings, tail = braces.groups()
        return [form for ending in endings.split(",") for form in expand(head + ending + tail, language)]
    stem, slash, code = word.partition("/")
    if not slash:
        return [word]
    forms = _FORMS[language][code](stem)
    return list(dict.fromkeys(forms))


def _fr_noun(w: str) -> list[str]:
    if w.endswith(("s", "x", "z")):
        return [w]
    if w.endswith(("eau", "eu")):
        return [w, w + "x"]
    return [w, w[:-2] + "aux"] if w.endswith("al") else [w, w + "s"]


def _fr_adjective(w: str) -> list[str]:
    feminine = w if w.endswith("e") else w + "e"
    for ending, other in _FR_FEMININE:
        if w.endswith(ending):
            feminine = w[: -len(ending)] + other
            break
    return [*_fr_noun(w), feminine, feminine + "s"]


def _fr_doubled(w: str) -> list[str]:
    return [*_fr_noun(w), w + w[-1] + "e", w + w[-1] + "es"]


def _fr_verb(w: str) -> list[str]:
    stem = w[:-2]
    if w.endswith("er"):
        soft = [stem + e for e in _FR_GER] if stem.endswith("g") else []
        soft += [stem[:-1] + "c" + e[1:] for e in _FR_GER] if stem.endswith("c") else []
        return [w, *(stem + e for e in _FR_ER), *soft]
    return [w, *(stem + e for e in (_FR_IR if w.endswith("ir") else _FR_RE))]


def _en_noun(w: str) -> list[str]:
    if w.endswith("y") and w[-2] not in "aeiou":
        return [w, w[:-1] + "ies"]
    return [w, w + ("es" if w.endswith(("s", "x", "z", "ch", "sh")) else "s")]


def _en_adjective(w: str) -> list[str]:
    if w.endswith("y"):
        return [w, w[:-1] + "ily", w[:-1] + "ier", w[:-1] + "iest"]
    if w.endswith("le"):
        return [w, w[:-1] + "y"]
    return [w, w + "ally" if w.endswith("ic") else w + "ly"]


def _en_verb(w: str) -> list[str]:
    present = _en_noun(w)
    if w.endswith("e"):
        return [*present, w + "d", w[:-1] + "ing"]
    past = w[:-1] + "ied" if w.endswith("y") and w[-2] not in "aeiou" else w + "ed"
    return [*present, past, w + "ing"]


def _en_doubled(w: str) -> list[str]:
    return [w, w + "s", w + w[-1] + "ed", w + w[-1] + "ing"]


_FORMS = {
    "fr": {"n": _fr_noun, "a": _fr_adjective, "A": _fr_doubled, "v": _fr_verb},
    "en": {"n": _en_noun, "a": _en_adjective, "v": _en_verb, "V": _en_doubled},
}
