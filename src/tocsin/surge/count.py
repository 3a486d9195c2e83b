"""Count the mentions of a brand at many scales in a memory of fixed size."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.base.seam import BrandMinute
from tocsin.base.story import MentionDigest

BIN_MIN = 5
DAY_BINS = 24 * 60 // BIN_MIN
DAYS_KEPT = 14
BINS_KEPT = DAYS_KEPT * DAY_BINS
RECENT_MIN = 120
_RECENT_BINS = RECENT_MIN // BIN_MIN
_VOICE_BITS = 512
_VOICE_BYTES = _VOICE_BITS // 8
_LARGEST = 2**32 - 1
_TYPES: dict[int, type[np.unsignedinteger[Any]]] = {1: np.uint8, 2: np.uint16, 4: np.uint32}
_TOP_STORIES = 16
_STORY_BLOCK_MIN = 60


class MinuteTally(msgspec.Struct, frozen=True, gc=False):
    """What the tests need of one minute. Posts of the brand's own accounts are left out.

    voices: bit set of authors (512 bits, by linear counting), 0 when authors are not known. sources: 64-bit set.
    stories: mentions per story id.
    """

    posts: int
    negative: int = 0
    voices: int = 0
    sources: int = 0
    stories: Mapping[str, int] = {}


def tally_minute(minute: BrandMinute) -> tuple[MinuteTally, list[tuple[MentionDigest, str]]]:
    """Return the tally of a minute, and its dangerous mentions with their stories, in order."""
    posts = negative = voices = sources = 0
    stories: dict[str, int] = {}
    source_bits: dict[str, int] = {}
    dangers: list[tuple[MentionDigest, str]] = []
    for mention, story in zip(minute.mentions, minute.stories, strict=True):
        if mention.own:
            continue
        posts += 1
        negative += mention.negative
        voices |= 1 << _voice(mention)
        if mention.source not in source_bits:
            source_bits[mention.source] = 1 << (zlib.crc32(mention.source.encode()) & 63)
        stories[story] = stories.get(story, 0) + 1
        if mention.danger:
            dangers.append((mention, story))
    for bit in source_bits.values():
        sources |= bit
    return MinuteTally(posts, negative, voices, sources, stories), dangers


def _voice(mention: MentionDigest) -> int:
    # A post without a known author counts as a voice of its own: an import without that column must still ring.
    number = mention.author or zlib.crc32(mention.native_id.encode("utf-8", "surrogatepass"))
    return ((number * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF) >> 55


class Counts(msgspec.Struct, array_like=True, gc=False):
    """Counts of the last 120 minutes one by one, of 14 days by 5 minutes, and who and what spoke in the last 2 hours.

    last: the newest minute counted. bins: unsigned counts, bin b (= minute // 5) at b % 4032, each of 1, 2 or 4 bytes:
    what the largest of them needs, for a brand that is hardly spoken of is no less tested than a loud one.
    """

    last: int
    recent: list[int] = msgspec.field(default_factory=lambda: [0] * RECENT_MIN)
    bins: bytearray = msgspec.field(default_factory=lambda: bytearray(BINS_KEPT))
    negative: list[int] = msgspec.field(default_factory=lambda: [0] * _RECENT_BINS)
    sources: list[int] = msgspec.field(default_factory=lambda: [0] * _RECENT_BINS)
    voices: bytearray = msgspec.field(default_factory=lambda: bytearray(_VOICE_BYTES * _RECENT_BINS))
    stories: dict[str, int] = msgspec.field(default_factory=dict)
    stories_before: dict[str, int] = msgspec.field(default_factory=dict)

    def advance(self, minute: int) -> None:
        """Move the clock on to `minute`, over empty minutes; costs the same for a minute and for a year."""
        gap = minute - self.last
        if gap <= 0:
            return
        del self.recent[:gap]
        self.recent += [0] * min(gap, RECENT_MIN)
        old, new = self.last // BIN_MIN, minute // BIN_MIN
        if new > old:
            clear_ring(self.bins, old, new, BINS_KEPT, len(self.bins) // BINS_KEPT)
            clear_ring(self.voices, old, new, _RECENT_BINS, _VOICE_BYTES)
            if new - old < _RECENT_BINS:
                for number in range(old + 1, new + 1):
                    self.negative[number % _RECENT_BINS] = 0
                    self.sources[number % _RECENT_BINS] = 0
            else:
                self.negative, self.sources = [0] * _RECENT_BINS, [0] * _RECENT_BINS
        blocks = minute // _STORY_BLOCK_MIN - self.last // _STORY_BLOCK_MIN
        if blocks:
            self.stories_before = self.stories if blocks == 1 else {}
            self.stories = {}
        self.last = minute
        if new // DAY_BINS > old // DAY_BINS and len(self.bins) > BINS_KEPT:
            self._fit(int(self._array().max()))

    def add(self, tally: MinuteTally) -> None:
        """Count a tally at the newest minute."""
        self.recent[-1] += tally.posts
        number = self.last // BIN_MIN
        self._add_to_bin(number, tally.posts)
        self._mark_slot(number, tally)
        _count_stories(self.stories, tally.stories)

    def add_late(self, minute: int, tally: MinuteTally) -> None:
        """Count a tally at a minute before the newest, where that minute is still held; nothing is tested anew."""
        age = self.last - minute
        if 0 <= age < RECENT_MIN:
            self.recent[-1 - age] += tally.posts
        if 0 <= self.last // BIN_MIN - minute // BIN_MIN < BINS_KEPT:
            self._add_to_bin(minute // BIN_MIN, tally.posts)
        self.mark(minute, tally)

    def mark(self, minute: int, tally: MinuteTally) -> None:
        """Remember who and what spoke at a minute before the newest, without counting it."""
        if 0 <= self.last // BIN_MIN - minute // BIN_MIN < _RECENT_BINS:
            self._mark_slot(minute // BIN_MIN, tally)
        blocks = self.last // _STORY_BLOCK_MIN - minute // _STORY_BLOCK_MIN
        if blocks in (0, 1):
            _count_stories(self.stories_before if blocks else self.stories, tally.stories)

    def _mark_slot(self, number: int, tally: MinuteTally) -> None:
        slot = number % _RECENT_BINS
        self.negative[slot] += tally.negative
        self.sources[slot] |= tally.sources
        if tally.voices:
            at = slot * _VOICE_BYTES
            seen = int.from_bytes(self.voices[at : at + _VOICE_BYTES], "little") | tally.voices
            self.voices[at : at + _VOICE_BYTES] = seen.to_bytes(_VOICE_BYTES, "little")

    def _add_to_bin(self, number: int, posts: int) -> None:
        cells = self._cells()
        count = cells[number % BINS_KEPT] + posts
        if count >> 8 * cells.itemsize:
            cells = self._fit(count)
        cells[number % BINS_KEPT] = min(count, _LARGEST)

    def _cells(self) -> memoryview[int]:
        width = len(self.bins) // BINS_KEPT
        return memoryview(self.bins).cast("B" if width == 1 else "H" if width == 2 else "I")

    def _array(self) -> npt.NDArray[np.unsignedinteger[Any]]:
        return np.frombuffer(self.bins, dtype=_TYPES[len(self.bins) // BINS_KEPT])

    def _fit(self, largest: int) -> memoryview[int]:
        """Hold the bins in as few bytes as the largest count needs."""
        width = 1 if largest < 2**8 else 2 if largest < 2**16 else 4
        self.bins = bytearray(self._array().astype(_TYPES[width]).tobytes())
        return self._cells()

    def seen(self, window_min: int) -> int:
        """Return the mentions of the last `window_min` minutes; beyond 120, to the 5-minute bin."""
        if window_min <= RECENT_MIN:
            return sum(self.recent[-window_min:])
        newest = self.last // BIN_MIN
        cells = self._cells()
        stop = newest % BINS_KEPT + 1
        start = stop - window_min // BIN_MIN
        return sum(cells[start:stop]) if start >= 0 else sum(cells[start:]) + sum(cells[:stop])

    def first_of(self, window_min: int) -> int:
        """Return the first minute (beyond 120: of the first 5 minutes) of the window that holds a mention."""
        if window_min <= RECENT_MIN:
            for age in range(window_min - 1, 0, -1):
                if self.recent[-1 - age]:
                    return self.last - age
            return self.last
        newest = self.last // BIN_MIN
        cells = self._cells()
        for number in range(newest - window_min // BIN_MIN + 1, newest):
            if cells[number % BINS_KEPT]:
                return number * BIN_MIN
        return newest * BIN_MIN

    def of_hour(self, hour: int) -> int:
        """Return the mentions of an hour (since 1970, UTC) of the last 14 days."""
        start = hour * 60 // BIN_MIN % BINS_KEPT
        return sum(self._cells()[start : start + 60 // BIN_MIN])

    def history(self) -> npt.NDArray[np.int64]:
        """Return the 4,032 bins in order of time, the newest (unfinished) last."""
        cells = self._array()
        after = (self.last // BIN_MIN + 1) % BINS_KEPT
        return np.concatenate([cells[after:], cells[:after]]).astype(np.int64)

    def forget(self, first_bin: int, end_bin: int) -> None:
        """Empty the bins from `first_bin` to before `end_bin`, where they are still held."""
        newest = self.last // BIN_MIN
        cells = self._cells()
        for number in range(max(first_bin, newest - BINS_KEPT + 1), min(end_bin, newest + 1)):
            cells[number % BINS_KEPT] = 0

    def fill(self, first_bin: int, values: Sequence[int]) -> None:
        """Overwrite bins from number `first_bin` on; used to put the usual level where nothing could be heard."""
        cells, most = self._cells(), max(values, default=0)
        if most >> 8 * cells.itemsize:
            cells = self._fit(most)
        for offset, value in enumerate(values):
            cells[(first_bin + offset) % BINS_KEPT] = min(value, _LARGEST)

    def authors(self, window_min: int) -> int:
        """Return about how many authors spoke in the window (to the 5-minute bin, at most 120), 0 when not known.

        Method: linear counting (Whang, Vander-Zanden and Taylor 1990) on 512 bits; exact to about 5 % up to 1,000.
        """
        seen = 0
        for slot in self._slots(window_min):
            seen |= int.from_bytes(self.voices[slot * _VOICE_BYTES : (slot + 1) * _VOICE_BYTES], "little")
        free = _VOICE_BITS - seen.bit_count()
        return round(-_VOICE_BITS * math.log(max(free, 0.5) / _VOICE_BITS))

    def negatives(self, window_min: int) -> int:
        """Return the negative mentions of the window, to the 5-minute bin, at most 120 minutes."""
        return sum(self.negative[slot] for slot in self._slots(window_min))

    def source_count(self, window_min: int) -> int:
        """Return about how many sources spoke in the window (64 bits, at most 120 minutes)."""
        seen = 0
        for slot in self._slots(window_min):
            seen |= self.sources[slot]
        return seen.bit_count()

    def top_story(self) -> tuple[str, float]:
        """Return the story that carries most of this and the last clock hour, and its share 0..1; ("", 0) for none."""
        both = dict(self.stories_before)
        for story, posts in self.stories.items():
            both[story] = both.get(story, 0) + posts
        whole = sum(both.values())
        both.pop("", None)
        if not both:
            return "", 0.0
        best = min(both, key=lambda story: (-both[story], story))
        return best, both[best] / whole

    def _slots(self, window_min: int) -> list[int]:
        newest = self.last // BIN_MIN
        bins = min(_RECENT_BINS, -(-window_min // BIN_MIN))
        return [number % _RECENT_BINS for number in range(newest - bins + 1, newest + 1)]


def clear_ring(ring: bytearray, old: int, new: int, slots: int, width: int) -> None:
    """Empty the places of a ring after number `old` up to number `new`, each of `width` bytes."""
    steps = min(new - old, slots)
    start = (new - steps + 1) % slots
    first = min(steps, slots - start)
    ring[start * width : (start + first) * width] = bytes(first * width)
    ring[: (steps - first) * width] = bytes((steps - first) * width)


def _count_stories(counts: dict[str, int], new: Mapping[str, int]) -> None:
    # Space-saving (Metwally 2005): a newcomer takes the place and the count of the smallest, so that a large story is
    # never missed however many small ones pass.
    for story, posts in new.items():
        if story in counts:
            counts[story] += posts
        elif len(counts) < _TOP_STORIES:
            counts[story] = posts
        else:
            fewest = min(counts.values())
            least = min(name for name, held in counts.items() if held == fewest)
            counts[story] = counts.pop(least) + posts
