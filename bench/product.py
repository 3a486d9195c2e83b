"""The product at its two tasks: screening lines, and the whole way from lines to stored, searchable mentions."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from bench.jetstream import line_batch
from tocsin.base.brand import Brand, Watch
from tocsin.base.seam import Slice
from tocsin.base.settings import Settings
from tocsin.screen.match import Matcher
from tocsin.screen.query import parse_query
from tocsin.screen.rules import snapshot
from tocsin.screen.stage import ScreenStage
from tocsin.store.connect import open_store
from tocsin.store.store import Store

NOW = datetime(2026, 1, 6, tzinfo=UTC)
TIMELINE = "backfill:bench"
Batches = Sequence[list[bytes]]
# To a commit: about 100 ms of work. `flows/ingest.py` commits fewer; docs/benchmarks.md says what that costs.
SLICE_POSTS = 32_768


def matcher_of(phrases: Sequence[str]) -> Matcher:
    """Return the matcher of plain phrases, phrase i being query i."""
    return Matcher.compile([parse_query(f'"{phrase}"') for phrase in phrases])


def found_by(matcher: Matcher, texts: Sequence[str], batch_size: int) -> set[tuple[int, int]]:
    """Return every (text, phrase) that the product finds."""
    found: set[tuple[int, int]] = set()
    for start in range(0, len(texts), batch_size):
        hits = matcher.scan(texts[start : start + batch_size], None, None)
        found.update((start + hit.post, hit.query) for hit in hits)
    return found


def screen(matcher: Matcher, batches: Batches) -> int:
    """Find the phrases in the texts of all lines; return how many posts matched."""
    matched = 0
    for batch in batches:
        matched += len({hit.post for hit in matcher.scan(line_batch(batch).texts, None, None)})
    return matched


def stage_of(phrases: Sequence[str]) -> ScreenStage:
    """Return the stage with one watch per phrase, twenty to a brand."""
    brands = [Brand(slug=f"brand-{number}", name=f"Brand {number}") for number in range(-(-len(phrases) // 20))]
    watches = [
        Watch(brand=brands[number // 20].slug, name=f"watch-{number}", query=f'"{phrase}"')
        for number, phrase in enumerate(phrases)
    ]
    return ScreenStage(snapshot(brands, watches))


class Installation:
    """A store in a folder of its own, away from the repository, that goes when it is closed."""

    def __init__(self, stage: ScreenStage) -> None:
        self.stage = stage
        self._folder = Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
        self.store: Store = open_store(Settings(data_dir=self._folder), migrate=True)
        for brand in stage.rules.brands:
            self.store.save_brand(brand)
        for watch in stage.rules.watches:
            self.store.save_watch(watch)
        self.store.ensure_timeline(TIMELINE)
        self._cursor = ""

    def take(self, batch: list[bytes]) -> int:
        """Screen one batch of lines and store what matched; return how many mentions were new."""
        screened = self.stage.run(line_batch(batch), "bench", TIMELINE)
        cursor = str(int(self._cursor or "0") + len(batch))
        part = Slice(
            source="bench",
            timeline=TIMELINE,
            from_cursor=self._cursor,
            to_cursor=cursor,
            posts=len(batch),
            rules_version=self.stage.rules.version,
            stage_version=self.stage.version,
        )
        done = self.store.commit(part, screened, seen=len(batch), rejects=(), deletions=(), now=NOW)
        if not done.accepted:
            raise AssertionError("the store refused a slice that nobody else can have taken")
        self._cursor = cursor
        return done.new_mentions

    def close(self) -> None:
        """Let go of the database and remove its folder."""
        self.store.close()
        shutil.rmtree(self._folder)


def end_to_end(stage: ScreenStage, batches: Batches) -> Callable[[], Callable[[], int]]:
    """Return what prepares a run over an empty store; the store of the run before is cleared away first."""
    last: list[Installation] = []
    lines = list(chain.from_iterable(batches))
    slices = [lines[at : at + SLICE_POSTS] for at in range(0, len(lines), SLICE_POSTS)]

    def prepare() -> Callable[[], int]:
        while last:
            last.pop().close()
        installation = Installation(stage)
        last.append(installation)
        return lambda: sum(installation.take(lines) for lines in slices)

    return prepare
