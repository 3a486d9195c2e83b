from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from tocsin.base.errors import InputError
from tocsin.base.post import Post
from tocsin.screen.lines import LineBatch
from tocsin.screen.match import TextPath


class _Head(msgspec.Struct):
    text: str = ""
    title: str = ""


_decode_head = msgspec.json.Decoder(_Head).decode


def _read_post(index: int, line: bytes) -> Post:
    head = _decode_head(line)
    at = datetime(2026, 1, 5, tzinfo=UTC)
    return Post(platform="p", native_id=str(index), created_at=at, seen_at=at, title=head.title, text=head.text)


def batch(lines: list[bytes], is_raw: bool) -> LineBatch:
    path = TextPath(("text",), is_optional=True) if is_raw else None
    return LineBatch(lines, _decode_head, _read_post, text_path=path)


BROKEN = [
    b"",
    b"{",
    b'{"text":12}',
    b'{"text":null}',
    b'{"text":"\\x"}',
    b'{"text":"\xff"}',
    b'{"text":"\\ud83d"}',
    b"[]",
]


@pytest.mark.parametrize("is_raw", [False, True])
def test_lines_give_their_texts_and_posts(is_raw: bool) -> None:
    lines = ['{"text":"L\\u2019été\\n","title":"Œuvre"}'.encode(), b'{"other":[1,{"text":2}]}', b'{"text":"b"}']
    made = batch(lines, is_raw)
    assert list(made.texts) == ["L’été\n", "", "b"]
    assert made.titles is None
    assert made.post(0).text == "L’été\n"
    assert made.broken == []
    assert list(batch([], is_raw).texts) == []


def test_titles_are_given_where_they_are_asked_for_and_one_is_there() -> None:
    lines = ['{"text":"a","title":"Œuvre"}'.encode(), b'{"text":"b"}']
    assert LineBatch(lines, _decode_head, _read_post, with_titles=True).titles == ["Œuvre", ""]
    assert LineBatch(lines[1:], _decode_head, _read_post, with_titles=True).titles is None


@pytest.mark.parametrize("odd", ['{"te\\u0078t":"b","title":"T"}', '{"text":"b","title":"T","x":1e3}'])
def test_a_line_that_is_right_in_an_unusual_way_is_read_like_any_other(odd: str) -> None:
    lines = [b'{"text":"a"}', odd.encode(), b'{"text":', b'{"text":"c"}']
    path = TextPath(("text",), is_optional=True, title="title")
    made = LineBatch(lines, _decode_head, _read_post, with_titles=True, text_path=path)
    assert list(made.texts) == ["a", "b", "", "c"]
    assert made.titles == ["", "T", "", ""]
    assert [index for index, _ in made.broken] == [2]
    assert batch(lines, is_raw=True).titles is None


@pytest.mark.parametrize("line", BROKEN)
def test_a_line_that_cannot_be_read_counts_as_empty_and_says_why(line: bytes) -> None:
    made = [batch([b'{"text":"a"}', line, b'{"text":"c"}'], is_raw) for is_raw in (False, True)]
    for one in made:
        assert list(one.texts) == ["a", "", "c"]
        [(index, why)] = one.broken
        assert index == 1
        assert why
        with pytest.raises(InputError, match="cannot be read whole"):
            one.post(1)
    assert made[0].broken == made[1].broken
