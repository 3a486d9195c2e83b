"""Templates: `{a|b|c}` chooses, `{list}` names a list, `{list#x}` says the same thing again, `{2..9}` is a number.

Alternatives nest and may be empty. A backslash keeps the next sign as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from tocsin.collect.scenario.dice import Dice
from tocsin.collect.scenario.values import Voice

CONTEXT = frozenset({"author", "author_first", "to", "to_first", "about_title"})
"""Names that the play itself fills: who speaks, who is answered, the title of what is answered."""

_NAME = re.compile(r"([a-z_][a-z0-9_]*)(#[a-z0-9]+)?")
_NUMBER = re.compile(r"(\d+)\.\.(\d+)")
_SPACES = re.compile(r"[ \t]{2,}")
_DOUBLED = re.compile(r"([?!…])\.(?!\.)| +([,.](?!\.))")
_START = re.compile(r"(?:^|(?<!\.)[.!?] +)[a-zà-ÿœ]")


class Choice(NamedTuple):
    """One of several texts."""

    options: tuple[tuple[Node, ...], ...]


class Named(NamedTuple):
    """An entry of a list; under a mark, the same entry all through the post."""

    name: str
    mark: str


class Number(NamedTuple):
    """A whole number, both ends included."""

    low: int
    high: int


Node = str | Choice | Named | Number


@lru_cache(maxsize=8192)
def parse_template(text: str) -> tuple[Node, ...]:
    """Return the parts of a template. Raises ValueError, with a sentence, where braces do not match."""
    nodes, at = _sequence(text, 0, nested=False)
    if at < len(text):
        raise ValueError(f"has a '}}' at character {at + 1} that closes nothing")
    return nodes


def names_in(nodes: Sequence[Node]) -> set[str]:
    """Return the names of the lists that a template uses."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, Named):
            names.add(node.name)
        elif isinstance(node, Choice):
            for option in node.options:
                names |= names_in(option)
    return names


def fill(text: str, dice: Dice, lists: Mapping[str, Sequence[str]], said: dict[str, str]) -> str:
    """Return the template with every slot filled.

    said: values of the `CONTEXT` names on entry; marks are added to it, so that a title and a text can agree.
    """
    parts: list[str] = []
    for node in parse_template(text):
        _say(node, dice, lists, said, parts)
    return _SPACES.sub(" ", "".join(parts)).strip()


def sentences(text: str) -> str:
    """Return the text with a capital at the start of each sentence and no doubled stop: lists fit the middle of one.

    >>> sentences("le livreur est passé. rien !")
    'Le livreur est passé. Rien !'
    """
    text = _DOUBLED.sub(lambda found: found[1] or found[2], text)
    return _START.sub(lambda found: found[0].upper(), text)


def speak(text: str, voice: Voice, dice: Dice, lists: Mapping[str, Sequence[str]], said: dict[str, str]) -> str:
    """Return a filled text in a voice: words replaced, an opening, a closing, letters lowered."""
    spoken = _replaced(text, voice, dice)
    spoken = sentences(spoken)
    if voice.openings and dice.share() < voice.opening_p:
        opening = fill(dice.pick(voice.openings), dice, lists, said)
        spoken = f"{opening}\n\n{spoken}" if opening.endswith(",") else f"{opening} {spoken}"  # as a letter begins
    if voice.closings and dice.share() < voice.closing_p:
        closing = fill(dice.pick(voice.closings), dice, lists, said)
        stop = "." if spoken[-1:].isalnum() and closing[:1].isalpha() else ""
        spoken = f"{spoken}{stop} {closing}"
    if dice.share() < voice.lower_p:
        spoken = spoken.lower()
    if dice.share() < voice.no_accents_p:
        spoken = spoken.translate(_BARE)
    return _SPACES.sub(" ", spoken).strip()


_BARE = str.maketrans("àâäéèêëîïôöùûüçÀÂÉÈÊÎÔÙÇ’", "aaaeeeeiioouuucAAEEEIOUC'")


def _sequence(text: str, at: int, *, nested: bool) -> tuple[tuple[Node, ...], int]:
    nodes: list[Node] = []
    plain: list[str] = []
    while at < len(text) and not (text[at] == "}" or (nested and text[at] == "|")):
        if text[at] == "\\" and at + 1 < len(text):
            plain.append(text[at + 1])
            at += 2
        elif text[at] == "{":
            if plain:
                nodes.append("".join(plain))
                plain = []
            node, at = _slot(text, at)
            nodes.append(node)
        else:
            plain.append(text[at])
            at += 1
    if plain:
        nodes.append("".join(plain))
    return tuple(nodes), at


def _slot(text: str, start: int) -> tuple[Node, int]:
    options: list[tuple[Node, ...]] = []
    at = start
    while True:
        option, at = _sequence(text, at + 1, nested=True)
        options.append(option)
        if at >= len(text):
            raise ValueError(f"has a '{{' at character {start + 1} that is never closed")
        if text[at] == "}":
            break
    if len(options) > 1:
        return Choice(tuple(options)), at + 1
    return _named(text[start + 1 : at], start), at + 1


def _named(body: str, start: int) -> Named | Number:
    if number := _NUMBER.fullmatch(body):
        low, high = int(number[1]), int(number[2])
        if low > high:
            raise ValueError(f"has a number {{{body}}} that runs backwards")
        return Number(low, high)
    if name := _NAME.fullmatch(body):
        return Named(name[1], name[2] or "")
    raise ValueError(f"has {{{body}}} at character {start + 1}, which is neither a list, a number nor alternatives")


def _say(node: Node, dice: Dice, lists: Mapping[str, Sequence[str]], said: dict[str, str], parts: list[str]) -> None:
    if isinstance(node, str):
        parts.append(node)
    elif isinstance(node, Choice):
        for inner in dice.pick(node.options):
            _say(inner, dice, lists, said, parts)
    elif isinstance(node, Number):
        parts.append(str(node.low + dice.below(node.high - node.low + 1)))
    else:
        parts.append(_entry(node, dice, lists, said))


def _entry(node: Named, dice: Dice, lists: Mapping[str, Sequence[str]], said: dict[str, str]) -> str:
    if node.name in CONTEXT:
        return said.get(node.name, "")
    key = node.name + node.mark
    if node.mark and key in said:
        return said[key]
    entry = fill(dice.pick(lists[node.name]), dice, lists, said)
    if node.mark:
        said[key] = entry
    return entry


def _replaced(text: str, voice: Voice, dice: Dice) -> str:
    if not voice.replace:
        return text

    def one(found: re.Match[str]) -> str:
        word = found[0]
        if dice.share() >= voice.replace_p:
            return word
        said = voice.replace[word.lower()]
        return said.capitalize() if word[0].isupper() else said

    return _words(tuple(voice.replace)).sub(one, text)


@lru_cache(maxsize=64)
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(r"(?<![\w'’])(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.IGNORECASE)
