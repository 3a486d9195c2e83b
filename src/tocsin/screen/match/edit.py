"""Whether two words are a single misspelling apart."""

from __future__ import annotations


def is_one_edit_apart(word: str, other: str) -> bool:
    """Return whether one letter dropped, added, replaced or swapped with its neighbour makes `other` of `word`.

    Equal words are apart by none and count too (optimal string alignment distance ≤ 1).

    >>> [is_one_edit_apart("darty", other) for other in ("darty", "drty", "dartty", "dart", "adrty", "dirty", "dtray")]
    [True, True, True, True, True, True, False]
    """
    if word == other:
        return True
    if len(word) > len(other):
        word, other = other, word
    if len(other) - len(word) > 1:
        return False
    same = next((at for at, letter in enumerate(word) if letter != other[at]), len(word))
    if len(word) < len(other):
        return word[same:] == other[same + 1 :]
    if word[same + 1 :] == other[same + 1 :]:
        return True
    swapped = word[:same] + word[same + 1 : same + 2] + word[same] + word[same + 2 :]
    return swapped == other
