from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.screen.query.reference import ReferencePost
from tests.screen.query.samples import NAMES, NASTY, make_facts, make_query, make_text
from tocsin.base.text import fold_words
from tocsin.screen.match import Engine, Matcher, PostFacts
from tocsin.screen.match.compiled import kernel
from tocsin.screen.query import parse_query

# The compiled fold is tried where a C compiler built it, the numpy lanes always.
WAYS = [(Engine.HYPERSCAN, kernel()), (Engine.HYPERSCAN, None), (Engine.AHOCORASICK, kernel())]


Spans = list[tuple[str, int, int]]


def truth(trees: Sequence[tuple], posts: Sequence[ReferencePost]) -> dict[tuple[int, int], Spans]:
    judged = {(p, q): post.judge(tree) for p, post in enumerate(posts) for q, tree in enumerate(trees)}
    return {key: sorted(spans) for key, (holds, spans) in judged.items() if holds}


def compare(queries: Sequence[tuple[str, tuple]], texts: list[str], titles: list[str], facts: list[dict]) -> int:
    """Fail at the first difference between an engine and the reference; return how many hits there were."""
    expected = truth([tree for _, tree in queries], [*map(ReferencePost, texts, titles, facts)])
    parsed = [parse_query(text) for text, _ in queries]
    for engine, compiled in WAYS:
        found: dict[tuple[int, int], Spans] = {}
        for numbers in sets_of(queries):
            matcher = Matcher.compile([parsed[number] for number in numbers], engine)
            matcher._proposer._kernel = compiled
            hits = matcher.scan(texts, titles, lambda post: PostFacts(**facts[post]))
            by_key = {(h.post, numbers[h.query]): [(s.field.value, s.start, s.end) for s in h.spans] for h in hits}
            assert len(by_key) == len(hits)
            found |= {key: sorted(spans) for key, spans in by_key.items()}
        for post, query in sorted(expected.keys() | found.keys()):
            both = expected.get((post, query)), found.get((post, query))
            if both[0] != both[1]:
                case = f"{queries[query][0]!r} on {texts[post]!r}, {titles[post]!r}"
                pytest.fail(f"{engine}: {case}: expected {both[0]}, found {both[1]}")
    return len(expected)


def sets_of(queries: Sequence[tuple[str, tuple]]) -> list[list[int]]:
    """Return the queries by number in three sets, for what the matcher skips hangs on all the words of its set."""
    misspelt = [number for number, (text, _) in enumerate(queries) if "~" in text]
    others = [number for number in range(len(queries)) if number not in misspelt]
    return [misspelt, others[:5], others[5:]]


def differential(seed: int, posts: int, queries: int) -> int:
    rng = random.Random(seed)
    made = [make_query(rng) for _ in range(queries)]
    texts = [make_text(rng) for _ in range(posts)]
    titles = [make_text(rng) if rng.random() < 0.3 else "" for _ in range(posts)]
    return compare(made, texts, titles, [make_facts(rng) for _ in range(posts)])


@pytest.mark.parametrize("seed", range(2))
def test_both_engines_agree_with_the_reference_on_generated_posts_and_queries(seed: int) -> None:
    assert differential(seed, posts=100, queries=100) > 500


pieces = st.one_of(st.sampled_from(NAMES + NASTY), st.characters(), st.sampled_from(" #@_-'\n\u0301\ufe0f\u200d"))


@settings(max_examples=40)
@given(texts=st.lists(st.lists(pieces, max_size=8).map("".join), min_size=1, max_size=6), seed=st.integers(0, 2**32))
def test_no_text_makes_the_engines_differ_from_the_reference(texts: list[str], seed: int) -> None:
    rng = random.Random(seed)
    compare([make_query(rng, 2) for _ in range(25)], texts, texts[::-1], [{} for _ in texts])


@settings(max_examples=40)
@given(before=st.text(max_size=30), after=st.text(max_size=30), name=st.sampled_from(NAMES))
def test_the_span_folds_back_to_the_phrase(before: str, after: str, name: str) -> None:
    text = f"{before} {name} {after}"
    [hit] = Matcher.compile([parse_query(f'"{name}"')]).scan([text], None, None)
    wanted = fold_words(name)
    for span in hit.spans:
        assert "".join(fold_words(text[span.start : span.end])) == "".join(wanted)
    assert any(span.start <= len(before) + 1 <= span.end for span in hit.spans)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32))
def test_the_canonical_form_reads_back_to_the_same_tree(seed: int) -> None:
    query = parse_query(make_query(random.Random(seed))[0])
    assert parse_query(str(query)).root == query.root
