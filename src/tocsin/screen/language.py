"""Say in which language a text is written: by its function words where they decide, else by a byte n-gram model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tocsin.screen.features import Features, read_features
from tocsin.screen.tables.vocabulary import FOREIGN, FUNCTION_BITS, FUNCTION_LANGUAGES, Columns, packed_function

UNDETERMINED = "und"
CANDIDATES = ("fr", "en", "es", "de", "it", "pt", "nl", "ar", "ja", "ko", "pl", "ru", "tr", "uk", "zh")
_MASK = (1 << FUNCTION_BITS) - 1
_MAX_BYTES = 400  # read by the model; more changes nothing and costs time
_UNIT = 1024  # integer steps per nat of the model's log-probabilities
# Set on the train parts of UMSAB; run `python -m eval.reading` after changing one.
_PER_FUNCTION_WORD = 0.6
_RARE = ("nl", "pl", "tr")
_RARE_COST = 0.5
_OTHER_SCRIPTS = ("ar", "ja", "ko", "ru", "uk", "zh")
_LEAST_P = 0.2
_SMALL_BATCH = 24  # below it, one text after the other is quicker than numpy


class Guess(NamedTuple):
    """A language code (ISO 639-1, or `und`) and its probability, 0..1 rounded to 1e-4."""

    language: str
    p: float


def guess_languages(
    features: Sequence[Features],
    claimed: Sequence[str | None],
    languages: Sequence[Sequence[str]],
    columns: Columns | None = None,
) -> list[Guess]:
    """Return the language of each text, shape (n,).

    claimed: what the source says, used as a prior where the text alone is doubtful. languages: codes to add to
    `CANDIDATES` for each text; codes that the model does not know are left out. columns: of the same texts, when the
    caller has them; they only spare work.
    Method: two function words of one language more than of any other decide (see words.tsv); else naive Bayes over
    byte n-grams (py3langid) restricted to the candidates, its log-probabilities rounded to integers so that every
    machine gives the same sum, softened by the root of the length as its author does.
    """
    if columns is None:
        seen = [_seen(f.words) for f in features]
    else:
        foreign = [bits & FOREIGN for bits in columns.bits]
        seen = list(map(_Seen, columns.function, columns.letters, foreign))
    guesses = [_by_words(f, s) or (_by_script(f) if s.foreign else None) for f, s in zip(features, seen, strict=True)]
    groups: dict[tuple[str, ...], list[int]] = {}
    for i, guess in enumerate(guesses):
        if guess is None:
            groups.setdefault(tuple(languages[i]), []).append(i)
    for extra, indices in groups.items():
        doubtful = [_Doubtful(features[i], seen[i], claimed[i]) for i in indices]
        for i, guess in zip(indices, _model().guess(doubtful, extra), strict=True):
            guesses[i] = guess
    return [guess or _NOBODY_KNOWS for guess in guesses]


def detect_language(text: str) -> Guess:
    """Return the language of one text; `guess_languages` is quicker for many."""
    return guess_languages(read_features([text], frozenset()), [None], [()])[0]


class _Seen(NamedTuple):
    """Of one text: function words as `packed_function` has them, letters outside numbers, whether one is not ASCII."""

    function: int
    letters: int
    foreign: int


class _Doubtful(NamedTuple):
    """A text that the model must decide, and the language that its source claims."""

    features: Features
    seen: _Seen
    claimed: str | None


_NOBODY_KNOWS = Guess(UNDETERMINED, 0.0)


def _seen(words: Sequence[str]) -> _Seen:
    letters = sum([len(word) for word in words if not word.isdigit()])
    return _Seen(packed_function(words), letters, not "".join(words).isascii())


def _by_words(features: Features, seen: _Seen) -> Guess | None:
    """The language whose function words clearly lead; `und` if there is nothing to read; None if in doubt."""
    if seen.letters < 3 and len(features.words) < 8:
        return _NOBODY_KNOWS
    return _leader(seen.function) if seen.function else None


@lru_cache(maxsize=65536)
def _leader(packed: int) -> Guess | None:
    """The language that clearly leads in the counts of function words, packed as in `_packed`."""
    best = second = which = 0
    for number in range(len(FUNCTION_LANGUAGES)):
        count = packed & _MASK
        packed >>= FUNCTION_BITS
        if count > best:
            best, second, which = count, best, number
        elif count > second:
            second = count
    margin = best - second
    if margin < 2 or margin * 5 < best * 2:
        return None
    return Guess(FUNCTION_LANGUAGES[which], _certainty(min(margin, 12)))


def _by_script(features: Features) -> Guess | None:
    """The language of a script that one candidate alone uses, if most letters are of it; None otherwise."""
    letters = "".join(features.words)
    for script, language in _SCRIPTS:
        found = sum(map(len, script.findall(letters)))
        if found * 2 > len(letters):
            if language == "ru" and _UKRAINIAN.search(letters):
                language = "uk"
            elif language == "zh" and _KANA.search(letters):
                language = "ja"
            return Guess(language, 0.98)
    return None


_SCRIPTS = (
    (re.compile("[\u0400-\u04ff]+"), "ru"),
    (re.compile("[\u3040-\u30ff]+"), "ja"),
    (re.compile("[\u3040-\u30ff\u4e00-\u9fff]+"), "zh"),
    (re.compile("[\uac00-\ud7af\u1100-\u11ff]+"), "ko"),
)
_UKRAINIAN = re.compile("[іїєґ]")
_KANA = re.compile("[\u3040-\u30ff]")


@cache
def _certainty(margin: int) -> float:
    return round(1.0 - 0.02 * 0.6 ** (margin - 2), 4)


def _bytes_of(features: Features) -> bytes:
    """What the model reads: the text without links, handles and signs of tags, in lower case where it shouts."""
    text = features.text
    if "@" in text or "://" in text or "#" in text:
        text = " ".join([w for w in text.split() if not ("@" in w or "://" in w or w[0] == "#")]) or " ".join(
            features.words
        )
    if text.isupper():
        text = text.lower()
    if text.isascii():  # its own normal form
        return text.encode("ascii")[:_MAX_BYTES]
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")[:_MAX_BYTES]


def _priors(doubtful: Sequence[_Doubtful], labels: list[str], wanted: tuple[str, ...]) -> NDArray[np.float64]:
    """What to add to the softened scores, in nats: function words seen, what the source claims, what is watched."""
    column = {label: number for number, label in enumerate(labels)}
    few = np.array([max(len(each.features.words), 1) for each in doubtful])
    prior = np.zeros((len(doubtful), len(labels)))
    prior[:, [column[label] for label in _RARE]] = -_RARE_COST
    plain = [number for number, each in enumerate(doubtful) if not each.seen.foreign]
    prior[np.ix_(plain, [column[label] for label in _OTHER_SCRIPTS])] = -99.0
    for number, language in enumerate(FUNCTION_LANGUAGES):
        counts = [(each.seen.function >> (FUNCTION_BITS * number)) & _MASK for each in doubtful]
        prior[:, column[language]] = np.array(counts) * _PER_FUNCTION_WORD
    for language in wanted:
        if language in column:
            prior[:, column[language]] += 1.0 / few
    claims = [(number, each.claimed[:2].lower()) for number, each in enumerate(doubtful) if each.claimed]
    known = [(number, column[code]) for number, code in claims if code in column]
    if known:
        rows, columns = np.array(known).T
        prior[rows, columns] += 3.0 / few[rows]
    return prior


class _Model:
    """py3langid's tables with integer weights, and the walk over a whole batch at once."""

    def __init__(self) -> None:
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
        self._next = identifier.tk_nextmove  # ten million steps: kept as they come, and seen by numpy without a copy
        self._next_view = np.asarray(self._next)
        self._row = np.asarray(identifier.tk_row, dtype=np.int64) << 8
        self._row_list: list[int] = self._row.tolist()
        self._out_list: list[int] = list(identifier.tk_output)
        self._out = np.asarray(self._out_list, dtype=np.int64)
        self._labels: list[str] = list(identifier.nb_classes)
        self._log_p = identifier.nb_ptc
        self._prior = np.rint(np.asarray(identifier.nb_pc, dtype=np.float64) * _UNIT * _UNIT).astype(np.int64)
        self._logs = np.rint(np.log1p(np.arange(_MAX_BYTES + 1)) * _UNIT).astype(np.int64)
        self._tables: dict[tuple[str, ...], tuple[list[str], NDArray[np.int64], NDArray[np.int64]]] = {}

    def guess(self, doubtful: Sequence[_Doubtful], extra: tuple[str, ...]) -> list[Guess]:
        """The language of each text; `und` under the least probability."""
        labels, weights, prior = self._restricted(extra)
        texts = [_bytes_of(each.features) for each in doubtful]
        rows, visited = self._walk_batch(texts) if len(texts) >= _SMALL_BATCH else self._walk_each(texts)
        features = len(weights)
        keys, counts = np.unique(rows * features + visited, return_counts=True)
        scores = np.tile(prior, (len(texts), 1))
        if len(keys):
            row, feature = np.divmod(keys, features)
            starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])
            scores[row[starts]] += np.add.reduceat(weights[feature] * self._logs[counts, None], starts, axis=0)
        roots = np.sqrt([len(text) or 1 for text in texts])[:, None]
        soft = scores / (roots * _UNIT * _UNIT) + _priors(doubtful, labels, extra)
        best = soft.argmax(axis=1)
        top = soft.max(axis=1, keepdims=True)
        chances = (1.0 / np.exp(soft - top).sum(axis=1)).round(4).tolist()
        return [
            Guess(labels[i], p) if p >= _LEAST_P else _NOBODY_KNOWS for i, p in zip(best.tolist(), chances, strict=True)
        ]

    def _restricted(self, extra: tuple[str, ...]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
        if extra not in self._tables:
            wanted = {*CANDIDATES, *extra}
            columns = [i for i, label in enumerate(self._labels) if label in wanted]
            self._tables[extra] = (
                [self._labels[i] for i in columns],
                np.rint(self._log_p[:, columns].astype(np.float64) * _UNIT).astype(np.int64),
                self._prior[columns],
            )
        return self._tables[extra]

    def _walk_each(self, texts: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        following, row, out = self._next, self._row_list, self._out_list
        rows, visited = [], []
        for number, text in enumerate(texts):
            state = 0
            for letter in text:
                state = following[row[state] + letter]
                if out[state] >= 0:
                    rows.append(number)
                    visited.append(out[state])
        return np.array(rows, dtype=np.int64), np.array(visited, dtype=np.int64)

    def _walk_batch(self, texts: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All texts step together, the longest first, so that the ended ones fall off the end of the arrays."""
        lengths = np.array([len(text) for text in texts])
        order = np.argsort(-lengths, kind="stable")
        sorted_lengths = lengths[order]
        longest = int(sorted_lengths[0])
        grid = np.frombuffer(b"".join(texts[i].ljust(longest, b"\0") for i in order), dtype=np.uint8)
        grid = np.ascontiguousarray(grid.reshape(len(texts), longest).T)
        alive = np.searchsorted(-sorted_lengths, -np.arange(1, longest + 1), side="right")
        state = np.zeros(len(texts), dtype=np.int64)
        rows, visited = [], []
        for step in range(longest):
            n = alive[step]
            state = self._next_view[self._row[state[:n]] + grid[step, :n]]
            seen = self._out[state]
            hit = np.flatnonzero(seen >= 0)
            rows.append(order[hit])
            visited.append(seen[hit])
        return np.concatenate(rows or [order[:0]]), np.concatenate(visited or [order[:0]])


@cache
def _model() -> _Model:
    return _Model()
