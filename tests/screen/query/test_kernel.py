from __future__ import annotations

import random
import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.screen.query.samples import NAMES, NASTY, make_query
from tocsin.screen.match import Engine, Hit, Matcher
from tocsin.screen.match.compiled import JsonTexts, Kernel, TextPath, kernel
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


PATH = TextPath(("a", "text"), is_optional=True)


class _Inner(msgspec.Struct):
    text: str = ""


class _Line(msgspec.Struct):
    a: _Inner


decode_line = msgspec.json.Decoder(_Line).decode


def left_in_json(raw: list[bytes]) -> JsonTexts | None:
    """Return the texts of lines that hold these JSON values."""
    return taken([b'{"a":{"text":%b}}' % value for value in raw])


def taken(lines: list[bytes], path: TextPath = PATH) -> JsonTexts | None:
    """Return the texts of lines, None if one of them is left to msgspec."""
    found = compiled().find(lines, path)
    assert len(found.texts) == len(lines)
    assert not any(found.texts[index] for index in found.odd)
    return None if found.odd else found.texts


def scans(matcher: Matcher, texts: list[str], raw: list[bytes]) -> list[list[Hit]]:
    """Return the hits of each way through the matcher: JSON and plain through the kernel, then the numpy lanes."""
    left = left_in_json(raw)
    assert left is not None
    found = [matcher.scan(left, None, None), matcher.scan(texts, None, None)]
    matcher._proposer._kernel = None
    return [*found, matcher.scan(texts, None, None), matcher.scan(left, None, None)]


@settings(max_examples=25)
@given(texts=texts_of_pieces, seed=st.integers(0, 2**32))
def test_texts_left_in_json_are_screened_like_the_same_texts_decoded(texts: list[str], seed: int) -> None:
    rng = random.Random(seed)
    raw = [spelled(text, rng) for text in texts]
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
    left = left_in_json([spelled(text, rng) for text in texts])
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
def test_the_kernel_takes_no_text_for_whole_that_is_not(inner: list[tuple[bytes, bool]]) -> None:
    raw = [b'"%b"' % scrap if is_quoted else scrap for scrap, is_quoted in inner]
    left = left_in_json(raw)
    if left is not None:
        assert list(left) == [decode_line(b'{"a":{"text":%b}}' % value).a.text for value in raw]
        compiled().fold(left, Matcher.compile([parse_query("alba")])._proposer._wanted.table, None)


TOKENS = ["{", "}", "[", "]", ",", ":", " ", "\n", '"a"', '"text"', '"x"', '"te\\u0078t"', '"é"', '"\\"', "0", "-1.5"]
TOKENS += [
    "01",
    "1e3",
    "true",
    "nul",
    '{"text":"t"}',
    '"a":{"text":"t"}',
    '"text":"t"',
    '{"a":{"text":"t"}}',
    "\0",
    "-",
]
tokens = st.sampled_from([*TOKENS, '"x":[1,{}]', ".", ',"x":0', '"x":"y",'])
lines_of_tokens = st.lists(tokens, max_size=12).map("".join)
framed = st.builds('{{{}"a":{{{}"text":"t"{}}}{}}}'.format, *[st.lists(tokens, max_size=4).map("".join)] * 4)


@settings(max_examples=600)
@given(lines=st.lists(st.one_of(lines_of_tokens, framed), min_size=1, max_size=3))
def test_the_kernel_takes_no_line_that_msgspec_refuses_or_reads_otherwise(lines: list[str]) -> None:
    encoded = [line.encode() for line in lines]
    left = taken(encoded)
    if left is not None:
        assert list(left) == [decode_line(line).a.text for line in encoded]


@pytest.mark.parametrize(
    "line",
    [
        '{"a":{"text":"b"}}',
        ' {"x":[1,-2.50,{"text":"c"},[],{}],\n"a" : {"y":null, "text" :"b" ,"z":{"text":""}} , "w":"\\ud83d\\ude00"}\r',
    ],
)
def test_the_kernel_takes_plain_lines(line: str) -> None:
    left = taken([line.encode()] * 3)
    assert left is not None
    assert list(left) == ["b"] * 3
    assert taken([b'{"a":{}}']) is not None
    assert taken([b'{"a":{}}'], PATH._replace(is_optional=False)) is None


ODD = [b"", b"{}", b"[]", b'{"a":1}', b'{"a":{"text":1}}', b'{"a":{"text":"b"}} {}', b'{"a":{"text":"b","text":"c"}}']
ODD += [
    b'{"a":{"text":"b"},"x":1e3}',
    b'{"a":{"te\\u0078t":"b"}}',
    b'{"a":{"text":"b"},"x":%b}' % (b"[" * 99 + b"]" * 99),
    b'{"a":{"text":"b"},"x":"%b"}' % (b"x" * 32_768),
]


@pytest.mark.parametrize("line", ODD)
def test_what_is_not_plain_is_left_to_msgspec(line: bytes) -> None:
    good = b'{"a":{"text":"b"}}'
    for lines in ([line], [good, line], [line, good], [good, line, line, good]):
        found = compiled().find(lines, PATH)
        assert found.odd == [index for index, one in enumerate(lines) if one is line]
        assert list(found.texts) == ["" if one is line else "b" for one in lines]


def test_the_kernel_takes_bytes_alone() -> None:
    with pytest.raises(TypeError, match="expected bytes"):
        compiled().find([b"{}", "{}"], PATH)  # type: ignore[list-item]


@pytest.mark.parametrize("size", [30, 31, 32, 33, 64, 4096, 32_700])
def test_a_line_of_any_length_gives_its_text_to_the_last_byte(size: int) -> None:
    lines = [b'{"a":{"text":"%b"}}' % (fill * size)[:size].encode() for fill in ("ab", "\\n", "\\u00e9")]
    found = compiled().find(lines, PATH)
    for index, line in enumerate(lines):
        assert index in found.odd or found.texts[index] == decode_line(line).a.text
    assert 0 not in found.odd


TITLED = TextPath(("a", "text"), is_optional=True, title="title")


@settings(max_examples=60)
@given(pairs=st.lists(st.tuples(*[st.lists(pieces, max_size=8).map("".join)] * 2), max_size=6), seed=st.integers(0, 99))
def test_titles_are_found_beside_their_texts(pairs: list[tuple[str, str]], seed: int) -> None:
    rng = random.Random(seed)
    lines = []
    for text, title in pairs:
        inner = [b'"text":%b' % spelled(text, rng), b'"title":%b' % spelled(title, rng), b'"x":{"title":"no"}']
        lines.append(b'{"title":"no","a":{%b}}' % b" , ".join(rng.sample(inner, 3)))
    found = compiled().find(lines, TITLED)
    assert found.odd == []
    assert list(found.texts) == [text for text, _ in pairs]
    assert found.titles is None or list(found.titles) == [title for _, title in pairs]
    assert (found.titles is None) == (not any(title for _, title in pairs))


@pytest.mark.parametrize("inner", [b'"title":1', b'"title":"a","title":"b"', b'"title":"\\xff"', b'"title":"\xff"'])
def test_an_odd_title_is_left_to_msgspec(inner: bytes) -> None:
    assert compiled().find([b'{"a":{%b}}' % inner], TITLED).odd == [0]


def test_a_library_built_from_another_source_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled()
    monkeypatch.setattr(MODULE, "source_number", lambda: 1)
    assert kernel.__wrapped__() is None


@pytest.mark.parametrize("size", [0, 1, 30, 31, 32, 33, 63, 64, 65, 1000])
@pytest.mark.parametrize("fill", ["a", "é", "Ж", "漢", "😀", "œ", "#", '"', "\u0301", "#aB"])
def test_a_name_is_found_wherever_it_stands_in_a_block(size: int, fill: str) -> None:
    matcher = Matcher.compile([parse_query('"maison alba"'), parse_query("œuvre")])
    texts = [fill * size + text + fill * size for text in (" Maison Alba ", " #MaisonAlba ", "", " l'Œuvre ")]
    found = scans(matcher, texts, [msgspec.json.encode(text) for text in texts])
    assert all(hits == found[-1] for hits in found)
    assert [(hit.post, hit.query) for hit in found[0]] == [(0, 0), (1, 0), (3, 1)]
