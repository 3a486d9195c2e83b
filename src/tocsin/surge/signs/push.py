"""Notice texts that are pushed: near-copies by many accounts at once on one platform, too few to be a rise."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Sequence

import msgspec

from tocsin.base.mention import Reason
from tocsin.base.seam import BrandMinute
from tocsin.base.story import MentionDigest
from tocsin.surge.tail import log_tail, normal_score

WINDOW_MIN = 120
FEWEST = 12  # grumbling posts of one story within the window
FEWEST_ACCOUNTS = 8
COPIED = 0.5  # share of them that are copies or near-copies of another
COPIED_IN_RISE = 0.9  # while people are in another affair, where much is said in like words
RARE = -9.2  # ln of the largest tail accepted, as for a watch by volume
RECORD = 1.5  # times the largest such group of the last 14 days on the platform
_KEPT = 64
_PLATFORMS = 8
_BANDS = 4  # of 32: two texts that share half of their word pairs agree on one of these 2 times in 3
_HALF_DAY_MIN = 720
_HALF_DAYS = 28
_FADE_MIN = 14 * 24 * 60.0
_SIZE = 1.0  # shape of the law of counts: what people grumble comes in bursts
_TOLD_MIN = 24 * 60
_GRUMBLES = frozenset({"complaint", "denigration", "defamation", "fake_review", "insult", "bad_buzz"})


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """A push to tell: its posts of the window, how many were expected of the platform; copied: a share, 0..1."""

    story: str
    since: int
    expected: float
    seen: int
    authors: int
    negative: int
    copied: float
    log_p: float
    score: float
    reasons: tuple[Reason, ...]


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    minute: int
    story: int
    author: int
    exact: int
    bands: tuple[int, ...]
    negative: bool


class Platform(msgspec.Struct, array_like=True):
    """What one platform grumbles. usual: grumbling posts, fading over 14 days; peaks: largest group per half day."""

    first: int
    last: int
    usual: float = 0.0
    entries: list[_Entry] = []
    peaks: dict[int, int] = {}

    def add(self, entry: _Entry, minute: int) -> None:
        """Take one post."""
        self.usual = self.usual * math.exp(-max(0, minute - self.last) / _FADE_MIN) + 1.0
        self.last = max(self.last, minute)
        kept = [held for held in self.entries if minute - held.minute < WINDOW_MIN]
        self.entries = [*kept, entry][-_KEPT:]
        half_day = minute // _HALF_DAY_MIN
        size = sum(held.story == entry.story for held in self.entries)
        if size > self.peaks.get(half_day, 0):
            self.peaks[half_day] = size
            self.peaks = {key: peak for key, peak in self.peaks.items() if half_day - key <= _HALF_DAYS}

    def judge(self, number: int, story: str, minute: int) -> Pushed | None:
        """Return the push of a story (and its number) on this platform, or None."""
        group = [held for held in self.entries if held.story == number and minute - held.minute < WINDOW_MIN]
        accounts = len({held.author for held in group})
        if len(group) < FEWEST or accounts < FEWEST_ACCOUNTS:
            return None
        copied = _copied(group)
        half_day = minute // _HALF_DAY_MIN
        before = max((peak for key, peak in self.peaks.items() if key < half_day - 1), default=0)
        if copied < COPIED * len(group) or len(group) < RECORD * before:
            return None
        age = max(1.0, minute - self.first)
        watched = _FADE_MIN * -math.expm1(-age / _FADE_MIN)
        mean = max(self.usual - len(self.entries), 0.5) * WINDOW_MIN / max(watched, WINDOW_MIN)
        log_p = log_tail(len(group), mean, _SIZE)
        if log_p > RARE:
            return None
        return Pushed(
            story=story,
            since=min(held.minute for held in group),
            expected=round(mean, 4),
            seen=len(group),
            authors=accounts,
            negative=sum(held.negative for held in group),
            copied=copied / len(group),
            log_p=log_p,
            score=normal_score(log_p),
            reasons=(
                Reason(code=f"surge.scale.{WINDOW_MIN}", words=(str(len(group)), f"{mean:.1f}"), weight=log_p),
                Reason(code="surge.authors", words=(str(accounts), str(len(group)))),
                Reason(code="surge.copies", words=(str(copied), str(len(group)))),
            ),
        )


class PushMemory(msgspec.Struct, array_like=True):
    """The memory of all platforms, the eight that spoke last; told: minute at which a story rang for a push."""

    platforms: dict[str, Platform] = {}
    told: dict[int, int] = {}

    def take(self, minute: BrandMinute) -> None:
        """Take the grumbling posts of a closed minute, the brand's own left out."""
        for mention, story in zip(minute.mentions, minute.stories, strict=True):
            if mention.own or not story or not (mention.negative and _GRUMBLES.intersection(mention.kinds)):
                continue
            self._platform(mention.platform, minute.minute).add(_entry(mention, story, minute.minute), minute.minute)

    def judge(self, minute: BrandMinute, least_copied: float) -> Pushed | None:
        """Return the largest push that ends in this minute and was not told within a day, or None.

        least_copied: share of copies that makes a push, 0..1.
        """
        if all(len(platform.entries) < FEWEST for platform in self.platforms.values()):
            return None
        stories = dict(zip(map(_number, minute.stories), minute.stories, strict=True))
        found: list[tuple[float, str, Pushed]] = []
        for name in sorted({mention.platform for mention in minute.mentions}):
            platform = self.platforms.get(name)
            if platform is None or len(platform.entries) < FEWEST:
                continue
            for number, story in stories.items():
                told = self.told.get(number)
                if story and (told is None or minute.minute - told >= _TOLD_MIN):
                    pushed = platform.judge(number, story, minute.minute)
                    if pushed is not None and pushed.copied >= least_copied:
                        found.append((-pushed.score, name, pushed))
        return min(found, key=lambda one: one[:2])[2] if found else None

    def note_told(self, story: str, minute: int) -> None:
        """Remember that people were told of a story's push."""
        self.told = {name: at for name, at in self.told.items() if minute - at < _TOLD_MIN}
        self.told[_number(story)] = minute

    def _platform(self, name: str, minute: int) -> Platform:
        if name not in self.platforms:
            if len(self.platforms) >= _PLATFORMS:
                del self.platforms[min(self.platforms, key=lambda held: (self.platforms[held].last, held))]
            self.platforms[name] = Platform(first=minute, last=minute)
        return self.platforms[name]


def _copied(group: Sequence[_Entry]) -> int:
    """Return how many of the texts are copies of another of them, or near-copies."""
    keys = Counter((place, value) for held in group for place, value in enumerate((held.exact, *held.bands)))
    return sum(any(keys[place, value] > 1 for place, value in enumerate((held.exact, *held.bands))) for held in group)


def _number(story: str) -> int:
    return zlib.crc32(story.encode())


def _entry(mention: MentionDigest, story: str, minute: int) -> _Entry:
    # Without a known author a post counts as an account of its own, as in the tests by volume.
    author = mention.author or zlib.crc32(mention.native_id.encode("utf-8", "surrogatepass"))
    exact = mention.exact & 0xFFFFFFFF
    return _Entry(minute, _number(story), author & 0xFFFFFFFF, exact, mention.bands[:_BANDS], mention.negative)
