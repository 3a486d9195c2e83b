"""The index of stories with its words and texts in flat arrays; it answers as the plain one does, some times faster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from tocsin.base.story import MentionDigest
from tocsin.story import evidence, index
from tocsin.story.compiled.kernel import kernel
from tocsin.story.evidence import EvidenceIndex
from tocsin.story.live import KEPT_TERMS, MOST_TERMS, LiveStory
from tocsin.story.words import TAG_KEYS, WORD_KEYS, everyday_keys, keys_of


def open_index() -> EvidenceIndex:
    """Return an index without stories, compiled where this machine has it."""
    built = kernel()
    return CompiledIndex(built) if built else EvidenceIndex()


def open_keys() -> Callable[[MentionDigest, frozenset[str]], tuple[str, ...]]:
    """Return what finds the keys of the words of a post, as `keys_of` does."""
    built = kernel()
    if built is None:
        return keys_of
    keys = built.keys
    return lambda mention, besides: keys(mention.terms, mention.text, besides, WORD_KEYS, TAG_KEYS)


class CompiledIndex(EvidenceIndex):
    """What the plain index holds in dictionaries stands in arrays here; `totals`, `posts` and `stories` stay unused."""

    def __init__(self, built: ModuleType) -> None:
        super().__init__()
        self._held_texts = built.Texts(index.SEARCHED_BANDS, index.SAME_BANDS)
        self._words = built.Words(everyday_keys(), **_SETTINGS)
        # Asked for with every post: no step of Python between.
        self.likely = self._words.likely  # type: ignore[method-assign]
        self.telling = self._words.telling  # type: ignore[method-assign]
        self.sharers = self._words.sharers  # type: ignore[method-assign]
        self.evidence = self._words.evidence  # type: ignore[method-assign]
        self.likenesses = self._words.likenesses  # type: ignore[method-assign]
        self._likest = self._held_texts.find  # type: ignore[method-assign]
        self._unlink = self._held_texts.drop  # type: ignore[method-assign]

    def learn(self, live: LiveStory, terms: Sequence[str]) -> None:
        """Let a story learn the words of a post told apart from those it has."""
        self._words.learn(live, terms)
        live.learnt()

    def fade(self, live: LiveStory) -> None:
        """Halve what a story said, so that it follows what is said of it now."""
        self._words.fade(live)
        live.fade()

    def _link(self, bands: tuple[int, ...], live: LiveStory) -> Any:
        return self._held_texts.add(live, live.id, bands)

    def _add_words(self, live: LiveStory) -> None:
        live.terms = self._words.add(live, live.id, live.terms, live.mass)

    def _drop_words(self, live: LiveStory) -> None:
        said = live.said
        self._words.drop(live)
        live.terms = said


_SETTINGS = {
    "searched_terms": index.SEARCHED_TERMS,
    "crowded": index.CROWDED,
    "many": index.MANY,
    "tried": index.TRIED,
    "most_terms": MOST_TERMS,
    "kept_terms": KEPT_TERMS,
    "led": index.LED,
    "common": index.COMMON,
    "common_posts": index.COMMON_POSTS,
    "near_best": index.NEAR_BEST,
    "said_once": index.SAID_ONCE,
    "said_often": index.SAID_OFTEN,
    "said": evidence.SAID,
    "unheard": evidence.UNHEARD_POSTS,
    "smoothed": evidence.SMOOTHED,
    "most_a_word": evidence.MOST_A_WORD,
    "next": evidence.NEXT,
    "tells_posts": evidence.TELLS_POSTS,
    "unsaid": evidence.UNSAID,
    "lost": evidence.LOST,
}
