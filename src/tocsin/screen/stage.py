"""The stage of the engine: a batch in, mentions and additive counts out; pure and versioned."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tocsin.base.brand import Watch
from tocsin.base.errors import InputError
from tocsin.base.ids import stable_id
from tocsin.base.mention import Mention, Span, Verdict
from tocsin.base.post import Post
from tocsin.base.seam import Batch, Screened
from tocsin.base.tally import tally
from tocsin.screen.correct import Corrections
from tocsin.screen.language import detect_language
from tocsin.screen.match import Hit, Matcher, PostFacts
from tocsin.screen.query import parse_query
from tocsin.screen.read import Reader, ReadInput, default_reader
from tocsin.screen.rules import Rules

CODE_VERSION = "1"
SCAN_POSTS = 4_096  # set by `python -m bench.run`, which tries several
UNMATCHED_KEPT = 64  # a batch; enough to preview a new watch, too few to slow a firehose


class ScreenStage:
    """Screens batches under one snapshot of rules. `version` names the rules, the matcher and the readers."""

    def __init__(self, rules: Rules, reader: Reader | None = None, unmatched_kept: int = UNMATCHED_KEPT) -> None:
        self.rules = rules
        self._reader = reader or default_reader()
        self._matcher = Matcher.compile([parse_query(watch.query) for watch in rules.watches])
        self._names = {brand.slug: (brand.name, *brand.slug.split("-")) for brand in rules.brands}
        self._languages = {brand.slug: brand.languages for brand in rules.brands}
        self._unmatched_kept = unmatched_kept
        self._corrections = Corrections(rules.corrections)
        versions = (self._matcher.version, self._reader.version, self._corrections.version)
        self.version = stable_id(CODE_VERSION, *filter(None, versions))

    def run(self, batch: Batch, source: str, timeline: str) -> Screened:
        """Return the mentions of a batch, their counts, and a bounded sample of what no watch wanted."""
        with _collector_resting():
            return self._run(_Reading(batch, source), timeline)

    def _run(self, reading: _Reading, timeline: str) -> Screened:
        batch = reading.batch
        texts = batch.texts
        hits = self._hits(texts, batch.titles, reading)
        wanted = self._wanted(hits, reading)
        mentions = self._mentions(wanted, reading)
        matched = {hit.post for hit in hits}
        sample = self._sample(len(texts), matched, reading)
        unreadable = sorted(reading.unreadable.items())
        return Screened(
            mentions=mentions,
            partials=tally(mentions, timeline),
            unmatched=sample,
            unmatched_posts=len(texts) - len(matched | reading.unreadable.keys()),
            unreadable=unreadable,
        )

    def _hits(self, texts: Sequence[str], titles: Sequence[str] | None, reading: _Reading) -> list[Hit]:
        """Return the hits of a batch, scanned in parts that fit the processor's cache, read and stored as one."""
        hits: list[Hit] = []
        for start in range(0, len(texts), SCAN_POSTS):
            part = slice(start, start + SCAN_POSTS)
            facts = (lambda index, start=start: reading.facts(start + index)) if self._matcher.needs_facts else None
            found = self._matcher.scan(texts[part], titles[part] if titles else None, facts)
            hits += found if start == 0 else [Hit(start + hit.post, hit.query, hit.spans) for hit in found]
        return hits

    def _wanted(self, hits: Sequence[Hit], reading: _Reading) -> list[tuple[Hit, Watch, Post]]:
        wanted: list[tuple[Hit, Watch, Post]] = []
        for hit in hits:
            watch = self.rules.watches[hit.query]
            if watch.sources and reading.source not in watch.sources:
                continue
            post = reading.post(hit.post)
            if post is not None:
                wanted.append((hit, watch, post))
        return wanted

    def _mentions(self, wanted: Sequence[tuple[Hit, Watch, Post]], reading: _Reading) -> list[Mention]:
        inputs = [self._input(post, watch, hit.spans) for hit, watch, post in wanted]
        verdicts = self._reader.read(inputs)
        if self._corrections:
            brands = [watch.brand for _, watch, _ in wanted]
            verdicts = [self._corrections.apply(brand, read) for brand, read in zip(brands, verdicts, strict=True)]
        return [
            Mention(brand=watch.brand, watch=watch.name, post=post, spans=hit.spans, verdict=verdict, own=read.own)
            for (hit, watch, post), read, verdict in zip(wanted, inputs, verdicts, strict=True)
            if _language_wanted(watch, verdict)
        ]

    def _input(self, post: Post, watch: Watch, spans: tuple[Span, ...]) -> ReadInput:
        author = post.author
        return ReadInput(
            title=post.title,
            text=post.text,
            stars=post.stars,
            stars_max=post.stars_max,
            followers=author.followers if author else None,
            verified=author.verified if author else None,
            lang_claimed=post.lang_claimed,
            own=author is not None and author.handle.lower() in watch.own_accounts,
            spans=spans,
            languages=watch.languages or self._languages.get(watch.brand, ()),
            sensitive_words=watch.sensitive_words,
            author_name=(author.name or author.handle) if author else "",
            brand_names=self._names.get(watch.brand, ()),
        )

    def _sample(self, posts: int, matched: set[int], reading: _Reading) -> list[Post]:
        """Return unmatched posts spread evenly over the batch, so that a long file is not shown by its end alone."""
        if not self._unmatched_kept:
            return []
        sample: list[Post] = []
        for index in range(0, posts, -(-posts // self._unmatched_kept) or 1):
            if index not in matched:
                post = reading.post(index)
                if post is not None:
                    sample.append(post)
        return sample


class _Reading:
    """The whole posts of one batch, each decoded once and only when asked for."""

    def __init__(self, batch: Batch, source: str) -> None:
        self.source = source
        self.unreadable: dict[int, str] = dict(batch.broken)
        self.batch = batch
        self._posts: dict[int, Post] = {}

    def post(self, index: int) -> Post | None:
        """Return the post, or None if it could not be read whole, which is then noted."""
        if index in self.unreadable:
            return None
        if index not in self._posts:
            try:
                self._posts[index] = self.batch.post(index)
            except InputError as error:
                self.unreadable[index] = str(error)
                return None
        return self._posts[index]

    def facts(self, index: int) -> PostFacts:
        """Return what the field tests of queries ask of a post; an unreadable one answers nothing."""
        post = self.post(index)
        return PostFacts() if post is None else facts_of(post, self.source)


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Keep the collector of cycles away: a batch makes none, and it would look through all its lists over and over."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def facts_of(post: Post, source: str) -> PostFacts:
    """Return what field tests of a query ask of a post, its language detected from its words."""
    return PostFacts(
        lang=detect_language(f"{post.title}\n{post.text}").language,
        source=source,
        platform=post.platform,
        kind=post.kind.value,
        author=post.author.handle if post.author else "",
        stars=post.stars,
        stars_max=post.stars_max,
    )


def _language_wanted(watch: Watch, verdict: Verdict) -> bool:
    return not watch.languages or verdict.language in watch.languages or verdict.language == "und"
