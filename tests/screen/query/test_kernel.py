from __future__ import annotations

import random
import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.screen.query.samples import NAMES, NASTY, make_query
from tocsin.screen.match import Engine, Hit, Matcher
from tocsin.screen.match.compiled import JsonTexts, Kernel, json_texts, kernel
from tocsin.screen.match.compiled.texts import decode_texts
from tocsin.screen.query import parse_query

MODULE = sys.modules["tocsin.screen.match.compiled.kernel"]  # its own name stands for the function in the package
WHOLE = [piece for piece in NAMES + NASTY if "\ud83d" not in piece]
pieces = st.one_of(
    st.sampled_from(WHOLE),
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from([" ", "#", "@", "_", '"', "\\", "\n", "\0", "\x7f", "\u0301", "\ufe0f", "œ", "ß", "é", "漢", "😀"]),
)
texts_of_pieces = st.lists(st.lists(pieces, max_size=30).map("".join), max_size=8)


def compiled() -> Kernel:
    built = kernel()
    if built is None:
        pytest.skip("no C compiler built the fold on this machine")
    return built


def spelled(text: str, rng: random.Random) -> bytes:
    """Return a text as JSON, each character as it stands or escaped in one of the ways that JSON allows."""
    short = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
    out = []
    for char in text:
        units = char.encode("utf-16-be").hex()
        escaped = [f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)]
        ways = ["".join(escaped), "".join(escaped).upper().replace("U", "u")]
        if char >= " " and char not in '"\\':
            ways += [char] * 4
        if char in short:
            ways = [short[char], f"\\u{ord(char):04x}"]
        out.append(rng.choice(ways))
    return f'"{"".join(out)}"'.encode()


def scans(matcher: Matcher, texts: list[str], raw: list[msgspec.Raw]) -> list[list[Hit]]:
    """Return the hits of each way through the matcher: JSON and plain through the kernel, then the numpy lanes."""
    left = compiled().texts(raw)
    assert left is not None
    found = [matcher.scan(left, None, None), matcher.scan(texts, None, None)]
    matcher._proposer._kernel = None
    return [*found, matcher.scan(texts, None, None), matcher.scan(left, None, None)]


@settings(max_examples=25)
@given(texts=texts_of_pieces, seed=st.integers(0, 2**32))
def test_texts_left_in_json_are_screened_like_the_same_texts_decoded(texts: list[str], seed: int) -> None:
    rng = random.Random(seed)
    raw = [msgspec.Raw(spelled(text, rng)) for text in texts]
    queries = [f'"{rng.choice(NAMES)}"' for _ in range(4)]
    queries += [made for made, tree in (make_query(rng, 2) for _ in range(4)) if "field" not in str(tree)]
    for chosen in (queries, [query for query in queries if "~" not in query]):
        for engine in (Engine.AUTO, Engine.AHOCORASICK):
            found = scans(Matcher.compile([parse_query(query) for query in chosen], engine), texts, raw)
            assert all(hits == found[-1] for hits in found)


@settings(max_examples=60)
@given(texts=texts_of_pieces, seed=st.integers(0, 2**32))
def test_texts_left_in_json_read_as_the_texts_they_are(texts: list[str], seed: int) -> None:
    rng = random.Random(seed)
    left = compiled().texts([msgspec.Raw(spelled(text, rng)) for text in texts])
    assert left is not None
    assert list(left) == texts
    assert [left[index] for index in range(-len(texts), len(texts))] == texts * 2
    first, last = sorted((rng.randint(-9, 9), rng.randint(-9, 9)))
    assert list(left[first:last]) == texts[first:last]
    assert isinstance(left[first:last], JsonTexts)
    assert list(left[::-2]) == texts[::-2]
    with pytest.raises(IndexError):
        left[len(texts)]


scraps = st.sampled_from(
    [
        b'"',
        b"\\",
        b"\\u",
        b"\\ud83d",
        b"\\ude00",
        b"\\u00e9",
        b"\\n",
        b",",
        b'","',
        b"[",
        b"a",
        b" ",
        b"#A1",
        b"\x00",
        b"\xc3",
        b"\xa9",
        b"\xe2\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc0\x80",
        b"\xf0\x9f\x98\x80",
        b"x" * 31,
    ]
)
broken = st.lists(st.one_of(scraps, st.binary(max_size=3)), max_size=12).map(b"".join)


@settings(max_examples=300)
@given(inner=st.lists(st.tuples(broken, st.booleans()), max_size=4))
def test_the_kernel_takes_nothing_for_whole_that_is_not(inner: list[tuple[bytes, bool]]) -> None:
    raw = [msgspec.Raw(b'"%b"' % scrap if is_quoted else scrap) for scrap, is_quoted in inner]
    left = compiled().texts(raw)
    if left is None:
        return
    assert list(left) == decode_texts(raw) == [msgspec.json.decode(text, type=str) for text in raw]
    compiled().fold(left, Matcher.compile([parse_query("alba")])._proposer._wanted.table, None)


@pytest.mark.parametrize(
    "text", [b"12", b"null", b'{"a": "b"}', b'"\xff"', b'"\xed\xa0\xbd"', b'"\xe2\x82"', b"[1,\n2]"]
)
def test_what_is_no_text_is_refused(text: bytes) -> None:
    for raw in ([text], [b'"a"', text], [text, b'"a"'], [b'"a"', text, b'"a"']):
        values = [msgspec.Raw(value) for value in raw]
        assert compiled().texts(values) is None
        with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
            json_texts(values)


def test_without_a_kernel_all_texts_are_decoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "kernel", lambda: None)
    assert json_texts([msgspec.Raw(b'"\\u00e9"'), msgspec.Raw(b'""')]) == ["é", ""]
    assert json_texts([]) == []


def test_a_library_built_from_another_source_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled()
    monkeypatch.setattr(MODULE, "source_number", lambda: 1)
    assert kernel.__wrapped__() is None


@pytest.mark.parametrize("size", [0, 1, 30, 31, 32, 33, 63, 64, 65, 1000])
@pytest.mark.parametrize("fill", ["a", "é", "Ж", "漢", "😀", "œ", "#", '"', "\u0301", "#aB"])
def test_a_name_is_found_wherever_it_stands_in_a_block(size: int, fill: str) -> None:
    matcher = Matcher.compile([parse_query('"maison alba"'), parse_query("œuvre")])
    texts = [fill * size + text + fill * size for text in (" Maison Alba ", " #MaisonAlba ", "", " l'Œuvre ")]
    found = scans(matcher, texts, [msgspec.Raw(msgspec.json.encode(text)) for text in texts])
    assert all(hits == found[-1] for hits in found)
    assert [(hit.post, hit.query) for hit in found[0]] == [(0, 0), (1, 0), (3, 1)]
