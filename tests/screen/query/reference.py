"""The slow truth about the query language: obvious, written apart from the product, trusted by the tests alone.

A query is a nested tuple here:
("term", kind, raw, sign, in_title) with kind one of phrase, exact, prefix, fuzzy; ("and"|"or", part, ...);
("not", part); ("near", left, right, n); ("field", name, comparison, value).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

LETTERS = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŧ": "t"}
LETTERS |= {"þ": "th"}
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "BOPOMOFO")
UNSPACED += ("COMBINING KATAKANA",)
ACCENTS = ("COMBINING", "VARIATION SELECTOR", "ARABIC FATHA", "ARABIC SHADDA", "ARABIC HAMZA ABOVE", "HEBREW POINT")


@cache
def is_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN"


@cache
def is_accent(char: str) -> bool:
    name = unicodedata.name(char, "")
    return unicodedata.category(char)[0] == "M" and name.startswith(ACCENTS) and "KATAKANA" not in name


@cache
def is_unspaced(char: str) -> bool:
    return unicodedata.name(char, "").startswith(UNSPACED)


@cache
def fold(char: str) -> str:
    small = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    spelled = unicodedata.normalize("NFKD", "".join(LETTERS.get(letter, letter) for letter in small))
    if not all(is_word(letter) for letter in spelled):
        return char.casefold()
    if is_unspaced(char):
        return unicodedata.normalize("NFKC", char)
    return "".join(letter for letter in spelled if not is_accent(letter))


def tags(text: str) -> list[tuple[int, int]]:
    found = []
    for at, char in enumerate(text):
        before = at - 1
        while before >= 0 and is_accent(text[before]):
            before -= 1
        if char in "#@" and not (before >= 0 and is_word(text[before])):
            end = at + 1
            while end < len(text) and (is_word(text[end]) or text[end] == "_"):
                end += 1
            found.append((at, end))
    return found


def cuts(text: str) -> set[int]:
    found = set()
    for start, end in tags(text):
        places = [at for at in range(start + 1, end) if not is_accent(text[at])]
        kinds = ""
        for at in places:
            category = unicodedata.category(text[at])
            kinds += {"Lu": "u", "Lt": "u", "Ll": "l"}.get(category, {"N": "d", "P": "_"}.get(category[0], "o"))
        for cut in re.finditer("(?<=l)(?=u)|(?<=[luo])(?=d)|(?<=d)(?=[luo])|(?<=u)(?=ul)", kinds):
            found.add(places[cut.start()])
    return found


def words(text: str, at_cuts: set[int]) -> list[tuple[str, int, int]]:
    found: list[list] = []
    open_word = False
    tail = False  # an accent that comes now belongs to the last word
    for at, char in enumerate(text):
        if at in at_cuts:
            open_word = tail = False
        if not is_word(char):
            open_word = tail = False
        elif is_accent(char):
            if tail:
                found[-1][2] = at + 1
        elif is_unspaced(char):
            found.append([fold(char), at, at + 1])
            open_word, tail = False, True
        elif open_word:
            found[-1][0] += fold(char)
            found[-1][2] = at + 1
        else:
            found.append([fold(char), at, at + 1])
            open_word = tail = True
    return [tuple(word) for word in found]


def is_misspelling(word: str, other: str) -> bool:
    if word == other:
        return True
    variants = set()
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        variants.add(head + tail[1:])
        if len(tail) > 1:
            variants.add(head + tail[1] + tail[0] + tail[2:])
        for letter in set(other):
            variants.add(head + letter + tail)
            variants.add(head + letter + tail[1:])
    return other in variants


@cache
def wanted_words(raw: str) -> tuple[list[str], list[str]]:
    """The folded words of a term, and the same words as typed."""
    found = words(raw, set())
    return [word for word, _, _ in found], [unicodedata.normalize("NFC", raw[start:end]) for _, start, end in found]


class ReferencePost:
    """One post, judged by reading it word by word."""

    def __init__(self, text: str, title: str = "", facts: dict | None = None) -> None:
        self.facts = facts or {}
        self.streams = []
        self.known: dict = {}
        for field, part in (("text", text), ("title", title)):
            for at_cuts in [set()] + ([cuts(part)] if cuts(part) else []):
                self.streams.append((field, part, words(part, at_cuts), tags(part)))

    def judge(self, node: tuple) -> tuple[bool, set]:
        """Whether the query holds, and the spans that make it hold: (field, start, end)."""
        kind, *parts = node
        if kind == "and":
            judged = [self.judge(part) for part in parts]
            holds = all(truth for truth, _ in judged)
            return holds, set().union(*(spans for _, spans in judged)) if holds else set()
        if kind == "or":
            judged = [self.judge(part) for part in parts]
            return any(t for t, _ in judged), set().union(*(spans for truth, spans in judged if truth))
        if kind == "not" and parts[0][0] == "not":
            return self.judge(parts[0][1])
        if kind == "not":
            return not self.judge(parts[0])[0], set()
        if kind == "field":
            return self.test(*parts), set()
        if node not in self.known:
            places = [self.near(node, stream) if kind == "near" else self.find(node, stream) for stream in self.streams]
            self.known[node] = {
                (field, found[first][1], found[last - 1][2])
                for (field, _, found, _), stood in zip(self.streams, places, strict=True)
                for first, last in stood
            }
        return bool(self.known[node]), self.known[node]

    def near(self, node: tuple, stream: tuple) -> set[tuple[int, int]]:
        _, left, right, distance = node
        sides = []
        for side in (left, right):
            terms = side[1:] if side[0] == "or" else (side,)
            sides.append({place for term in terms for place in self.find(term, stream)})
        paired = set()
        for one in sides[0]:
            for other in sides[1]:
                if 0 <= other[0] - one[1] <= distance - 1 or 0 <= one[0] - other[1] <= distance - 1:
                    paired |= {one, other}
        return paired

    def find(self, term: tuple, stream: tuple) -> set[tuple[int, int]]:
        _, kind, raw, sign, in_title = term
        field, text, found, text_tags = stream
        if in_title and field != "title":
            return set()
        wanted, exact = wanted_words(raw)
        places = set()
        for first in range(len(found) - len(wanted) + 1):
            here = found[first : first + len(wanted)]
            if kind in ("phrase", "exact") and here[0][0] != wanted[0]:
                continue
            if kind in ("phrase", "exact"):
                same = [word for word, _, _ in here] == wanted
                if kind == "exact":
                    same = same and [unicodedata.normalize("NFC", text[s:e]) for _, s, e in here] == exact
            elif kind == "prefix":
                same = here[0][0].startswith(wanted[0])
            else:
                same = is_misspelling(wanted[0], here[0][0])
            if same:
                places.add((first, first + len(wanted)))
        if kind in ("phrase", "exact"):
            places |= self.joined(found, text, text_tags, (wanted, exact if kind == "exact" else None))
        if sign:
            places = {place for place in places if self.signed(place, sign, stream, kind == "prefix")}
        return places

    @staticmethod
    def joined(found: list, text: str, text_tags: list, term: tuple) -> set[tuple[int, int]]:
        wanted, exact = term
        places = set()
        for start, end in text_tags:
            plain = words(text[start + 1 : end], set())
            inside = [index for index, (_, first, _) in enumerate(found) if start < first < end]
            if len(plain) != 1 or plain[0][0] != "".join(wanted):
                continue
            whole = unicodedata.normalize("NFC", text[found[inside[0]][1] : found[inside[-1]][2]])
            if exact is None or whole == "".join(exact):
                places.add((inside[0], inside[-1] + 1))
        return places

    @staticmethod
    def signed(place: tuple[int, int], sign: str, stream: tuple, is_prefix: bool) -> bool:
        _, text, found, text_tags = stream
        for start, end in text_tags:
            inside = [index for index, (_, first, _) in enumerate(found) if start < first < end]
            if inside and inside[0] == place[0] and text[start] == sign:
                return is_prefix or inside[-1] < place[1]
        return False

    def test(self, name: str, comparison: str, value: str) -> bool:
        known = self.facts.get(name)
        if known is None:
            return False
        if name == "stars":
            scale = self.facts.get("stars_max")
            on_five = round(known * 5 / scale, 4) if scale else known
            wanted = float(value)
            return {
                "=": on_five == wanted,
                "<": on_five < wanted,
                "<=": on_five <= wanted,
                ">": on_five > wanted,
                ">=": on_five >= wanted,
            }[comparison]
        if name == "lang":
            return known.lower().split("-")[0] == value.lower()
        if name == "author":
            known = known.lstrip("@")
        return known.lower() == value.lower()
