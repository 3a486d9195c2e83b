from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from tocsin.base.errors import InputError
from tocsin.base.post import Post
from tocsin.screen.lines import LineBatch


class _Head(msgspec.Struct):
    text: str = ""
    title: str = ""


class _RawHead(msgspec.Struct):
    text: msgspec.Raw = msgspec.Raw(b'""')
    title: msgspec.Raw = msgspec.Raw(b'""')


_decode_head = msgspec.json.Decoder(_Head).decode
_decode_raw = msgspec.json.Decoder(_RawHead).decode


def _raw_heads(lines: Sequence[bytes]) -> tuple[list[msgspec.Raw], list[msgspec.Raw]]:
    heads = [_decode_raw(line) for line in lines]
    return [head.text for head in heads], [head.title for head in heads]


def _read_post(index: int, line: bytes) -> Post:
    head = _decode_head(line)
    at = datetime(2026, 1, 5, tzinfo=UTC)
    return Post(platform="p", native_id=str(index), created_at=at, seen_at=at, title=head.title, text=head.text)


def batch(lines: list[bytes], is_raw: bool) -> LineBatch:
    return LineBatch(lines, _decode_head, _read_post, with_titles=True, raw_heads=_raw_heads if is_raw else None)


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
def test_lines_give_their_texts_titles_and_posts(is_raw: bool) -> None:
    lines = ['{"text":"L\\u2019été\\n","title":"Œuvre"}'.encode(), b'{"other":[1,{"text":2}]}', b'{"text":"b"}']
    made = batch(lines, is_raw)
    assert list(made.texts) == ["L’été\n", "", "b"]
    assert made.titles is not None
    assert list(made.titles) == ["Œuvre", "", ""]
    assert made.post(0).text == "L’été\n"
    assert made.broken == []
    assert batch(lines[1:], is_raw).titles is None
    assert list(batch([], is_raw).texts) == []


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
