"""The matcher: thousands of queries against batches of posts, exact, at firehose speed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.ids import stable_id
from tocsin.screen.match.compiled import kernel
from tocsin.screen.match.engine import LiteralEngine, chosen_engine, compile_literals, engine_build, load_literals
from tocsin.screen.match.plan import Plan, make_plan
from tocsin.screen.match.propose import Proposer
from tocsin.screen.match.values import Engine, Hit, PostFacts
from tocsin.screen.match.verify import PostWords, verify
from tocsin.screen.query.ast import Query

MATCH_VERSION = "1"  # changes whenever the same query may match other posts than before


class _Saved(msgspec.Struct):
    """What a saved set holds after its checksum."""

    match_version: str
    engine: Engine
    build: str
    version: str
    queries: list[Query]
    plan: Plan
    compiled: bytes


class Matcher:
    """A compiled set of queries. It never changes, and may be used from several threads.

    version: names the queries and the meaning of the language, whatever the engine: equal versions, equal answers.
    needs_facts: a query tests a field, so that `scan` must be given `facts`.
    """

    def __init__(self, queries: Sequence[Query], plan: Plan, engine: LiteralEngine | None, version: str) -> None:
        self.queries = tuple(queries)
        self.version = version
        self.needs_facts = any(query.needs_facts for query in queries)
        self._plan = plan
        self._engine = engine
        self._proposer = Proposer(plan, engine, kernel())

    @classmethod
    def compile(cls, queries: Sequence[Query], engine: Engine = Engine.AUTO) -> Matcher:
        """Return the matcher of these queries; hits name them by their index here.

        Raises SettingsError when the engine asked for is not installed.
        """
        plan = make_plan(queries)
        built = compile_literals(plan.literals, engine) if plan.literals else None
        return cls(queries, plan, built, stable_id(MATCH_VERSION, *map(str, queries)))

    def scan(
        self, texts: Sequence[str], titles: Sequence[str] | None, facts: Callable[[int], PostFacts] | None
    ) -> list[Hit]:
        """Return all hits in a batch, sorted by (post, query).

        texts: of each post, shape (n,). titles: shape (n,), or None when no post has one.
        facts: the facts of a post by its index, asked at most once and only of posts whose words leave a query open;
        may be None when `needs_facts` is False.
        Batches of 1,024 to 4,096 posts are the fastest.
        Raises ValueError when a query tests a field and `facts` is None, or when the lengths differ.
        """
        if self.needs_facts and facts is None:
            raise ValueError("a query tests a field: facts are needed")
        if titles is not None and len(titles) != len(texts):
            raise ValueError(f"{len(texts)} texts and {len(titles)} titles")
        found, candidates = self._proposer.propose(texts, titles)
        candidates.update((post, query) for query in self._plan.everywhere for post in range(len(texts)))
        hits = [Hit(post, query, tuple(sorted(spans))) for (post, query), spans in found.items()]
        hits.extend(self._verified(sorted(candidates), texts, titles, facts))
        hits.sort(key=lambda hit: (hit.post, hit.query))
        return hits

    def dumps(self) -> bytes:
        """Return the set compiled, to be loaded by the same version of tocsin and of the engine."""
        engine = self._engine.engine if self._engine else chosen_engine(Engine.AUTO)
        compiled = self._engine.dumps() if self._engine else b""
        saved = _Saved(MATCH_VERSION, engine, engine_build(engine), self.version, [*self.queries], self._plan, compiled)
        body = msgspec.msgpack.encode(saved)
        return hashlib.blake2b(body, digest_size=_CHECKSUM_BYTES).digest() + body

    @classmethod
    def loads(cls, saved: bytes) -> Matcher:
        """Return the set that `dumps` saved. Raises InputError when it is damaged or from another version."""
        checksum, body = saved[:_CHECKSUM_BYTES], saved[_CHECKSUM_BYTES:]
        if hashlib.blake2b(body, digest_size=_CHECKSUM_BYTES).digest() != checksum:
            raise InputError("The saved set of queries is damaged. Compile the queries again.")
        try:
            content = msgspec.msgpack.decode(body, type=_Saved)
        except msgspec.DecodeError as error:
            raise InputError(
                "The saved set of queries cannot be read: {error}. Compile them again.", error=error
            ) from None
        here = f"{MATCH_VERSION}, {engine_build(content.engine)}"
        there = f"{content.match_version}, {content.build}"
        if here != there:
            raise InputError(
                "The saved set of queries is of version {there}, this is version {here}. Compile the queries again.",
                there=there,
                here=here,
            )
        plan = content.plan
        engine = load_literals(plan.literals, content.compiled, content.engine) if plan.literals else None
        return cls(content.queries, plan, engine, content.version)

    def _verified(
        self,
        candidates: list[tuple[int, int]],
        texts: Sequence[str],
        titles: Sequence[str] | None,
        facts: Callable[[int], PostFacts] | None,
    ) -> Iterator[Hit]:
        """Yield the hits among (post, query) candidates, which are sorted."""
        for post, group in groupby(candidates, key=lambda candidate: candidate[0]):
            words = PostWords(texts[post], titles[post] if titles else "")
            known = _asked_once(facts, post)
            for _, query in group:
                spans = verify(self.queries[query], words, known)
                if spans is not None:
                    yield Hit(post, query, spans)


class MatcherHandle:
    """The set in force. Readers take `current` once a batch and finish with it; `swap` puts the next one in force."""

    def __init__(self, matcher: Matcher) -> None:
        self._current = matcher

    @property
    def current(self) -> Matcher:
        """The set in force now."""
        return self._current

    def swap(self, matcher: Matcher) -> Matcher:
        """Put another set in force for the batches to come; return the one that was."""
        before, self._current = self._current, matcher
        return before


_CHECKSUM_BYTES = 16


def _asked_once(facts: Callable[[int], PostFacts] | None, post: int) -> Callable[[], PostFacts]:
    @cache
    def ask() -> PostFacts:
        return facts(post) if facts else PostFacts()

    return ask
