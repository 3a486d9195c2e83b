"""Turn queries into literals that propose posts, and say what each find of a literal means.

A needle is what a term looks for once signs, exact form and title are set aside. Queries that are a plain term, or an
OR of them, are decided by the finds alone; all others name the needles one of which must be found before the exact
verifier looks at a post, chosen rare where the query leaves a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import msgspec

from tocsin.screen.query.ast import And, Exact, FieldTest, Fuzzy, Near, Node, Not, Or, Phrase, Prefix, Query, Term


class Role(IntEnum):
    """What the find of a literal says of its needle."""

    WHOLE = 0  # it stands there
    JOINED = 1  # it stands there if the word is all that a tag holds
    OPENING = 2  # its first words stand there, and may go on
    PREFIX = 3  # a word begins with it
    HEAD = 4  # a word begins with its first half
    TAIL = 5  # a word ends with its second half
    SIGNED = 6  # it stands there if the word is all that a tag of its sign holds


class Needle(msgspec.Struct, frozen=True):
    """What is looked for: the folded words of a phrase, or one word with `suffix` "*", "~" or its sign, "#" or "@"."""

    words: tuple[str, ...]
    suffix: str = ""


class Plan(msgspec.Struct, frozen=True):
    """How a set of queries is proposed.

    uses[i]: what literal i says, as (role, needle number). decided[n]: queries that needle n decides by itself.
    proposed[n]: queries to verify on the posts that hold needle n. everywhere: queries to verify on every post.
    """

    literals: list[bytes]
    uses: list[list[tuple[int, int]]]
    needles: list[Needle]
    decided: list[list[int]]
    proposed: list[list[int]]
    everywhere: list[int]


def make_plan(queries: Sequence[Query]) -> Plan:
    """Return the plan of these queries; the same queries in the same order give the same plan."""
    decided: dict[Needle, list[int]] = {}
    proposed: dict[Needle, list[int]] = {}
    everywhere: list[int] = []
    for number, query in enumerate(queries):
        plain = _plain_needles(query.root)
        anchors = plain if plain is not None else _anchors(query.root)
        if anchors is None:
            everywhere.append(number)
            continue
        for needle in dict.fromkeys(anchors):
            (proposed if plain is None else decided).setdefault(needle, []).append(number)
    needles = list(dict.fromkeys([*decided, *proposed]))
    uses: dict[bytes, list[tuple[int, int]]] = {}
    for number, needle in enumerate(needles):
        for literal, role in _literals(needle):
            uses.setdefault(literal, []).append((role, number))
    return Plan(
        literals=[*uses],
        uses=[*uses.values()],
        needles=needles,
        decided=[decided.get(needle, []) for needle in needles],
        proposed=[proposed.get(needle, []) for needle in needles],
        everywhere=everywhere,
    )


def _needle(term: Term) -> Needle:
    match term:
        case Phrase(words):
            return Needle(words)
        case Exact():
            return Needle(term.folded)
        case Prefix(word):
            return Needle((word,), "*")
        case Fuzzy(word):
            return Needle((word,), "~")


def _plain_needles(node: Node) -> list[Needle] | None:
    """Return the needles of a plain term or an OR of plain terms, None for any other node."""
    match node:
        case Phrase(_, "", False) | Prefix(_, "", False):
            return [_needle(node)]
        case Phrase((_,) as words, sign, False):
            return [Needle(words, sign)]
        case Or(parts):
            inner = [_plain_needles(part) for part in parts]
            known = [needles for needles in inner if needles is not None]
            return [needle for needles in known for needle in needles] if len(known) == len(inner) else None
        case _:
            return None


def _anchors(node: Node) -> list[Needle] | None:
    """Return needles one of which every match holds, as rare a choice as can be told; None if there are none."""
    match node:
        case And(parts):
            return _rarest([_anchors(part) for part in parts])
        case Near(left, right):
            return _rarest([_anchors(left), _anchors(right)])
        case Or(parts):
            inner = [_anchors(part) for part in parts]
            known = [needles for needles in inner if needles is not None]
            return [needle for needles in known for needle in needles] if len(known) == len(inner) else None
        case Not() | FieldTest():
            return None
        case _:
            return [_needle(node)]


def _rarest(choices: list[list[Needle] | None]) -> list[Needle] | None:
    known = [needles for needles in choices if needles is not None]
    return min(known, key=lambda needles: sum(map(_frequency, needles)), default=None)


# Words that stand in a large share of French or English posts whatever these speak of.
_COMMON_TEXT = """
a about after all also an and any are as at au aussi aux avec avoir be been but by can ce cela ces cette comme
could dans de des deux do du elle en est et etre faire fait for from get good had has have he her his how i if il
ils in is it its je jour just la le les leur like ma mais me mes moi mon more my ne new no non nos not notre nous
now of on one or ou out par pas people plus pour qu quand que qui sa sans se ses si so son sont sur ta te than that
the their them there they this time to tout tous tres tu un une up us very vos votre vous was we what when who will
with would you your
"""
_COMMON = frozenset(_COMMON_TEXT.split())
_COMMON_SHARE = 0.1
_LETTER_SHARE = 0.5  # each further letter makes a word about half as frequent


def _frequency(needle: Needle) -> float:
    """Return a rough share of posts that hold a needle; only the order counts, the answers do not hang on it."""
    shares = [_COMMON_SHARE if word in _COMMON else 0.1 * _LETTER_SHARE ** len(word) for word in needle.words]
    rarest = min(shares) * 0.5 ** (len(shares) - 1)
    return rarest * {"": 1, "*": 8, "~": 16}[needle.suffix]


def _literals(needle: Needle) -> list[tuple[bytes, Role]]:
    words = needle.words
    if needle.suffix == "*":
        return [(f" {words[0]}".encode(), Role.PREFIX)]
    if needle.suffix == "~":
        return _misspelled(words[0])
    if needle.suffix:
        return [(f" {words[0]} ".encode(), Role.SIGNED)]
    found = [(f" {' '.join(words)} ".encode(), Role.WHOLE)]
    if len(words) > 1:
        found += _gapped(words)
        found.append((f" {''.join(words)} ".encode(), Role.JOINED))
    return found


def _gapped(words: tuple[str, ...]) -> list[tuple[bytes, Role]]:
    """Return what finds a phrase that has more than one separator between two words, by the first such gap."""
    found = []
    for gap in range(1, len(words)):
        before, after = " ".join(words[:gap]), words[gap]
        role = Role.WHOLE if gap == len(words) - 1 else Role.OPENING
        found += [(f" {before}{' ' * size}{after} ".encode(), role) for size in range(2, _WIDE_GAP)]
        found.append((f" {before}{' ' * _WIDE_GAP}".encode(), Role.OPENING))
    return found


# Nearly all gaps are narrower, and have a literal each that finds nothing in vain; measured at 10,000 phrases.
_WIDE_GAP = 5


def _misspelled(word: str) -> list[tuple[bytes, Role]]:
    """One error leaves the first half or the second as it is, unless it swaps the letters where they meet."""
    half = len(word) // 2
    head, tail = word[:half], word[half:]
    swapped = head[:-1] + tail[0] + head[-1] + tail[1:]
    return [
        (f" {head}".encode(), Role.HEAD),
        (f"{tail} ".encode(), Role.TAIL),
        (f" {swapped} ".encode(), Role.WHOLE),
    ]
