"""Replies that no honest server sends: cut, bent, of the wrong type, huge, deep, and with half characters in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from tocsin.base.ids import stable_int
from tocsin.collect.adapter import Answer, Frames, Reply

_DEEP = "@@deep@@"
_DEPTH = 5_000
# What stands in place of each value in turn. Long digits are an error of Python's own reader beyond 4,300.
VALUES: tuple[object, ...] = (
    None,
    True,
    -1,
    10**30,
    1e300,
    float("nan"),
    "",
    "\ud800",
    "a\x00b\u202e",
    "9" * 5_000,
    "0000-99-99T99:99:99Z",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "2026-03-02T08:00:00",
    "http://[::1",
    [],
    {},
    [None],
    {"": {}},
    _DEEP,
)
HEADERS = (
    "",
    "-1",
    "9" * 400,
    "NaN",
    "1e999",
    "\udcff",
    "Thu, 99 Foo 2026 99:99:99 GMT",
    '<>; rel="next"',
    "<http://[>; rel=next",
)
BODIES = (
    b"",
    b"null",
    b"0",
    b"[]",
    b"{}",
    b'"text"',
    b"[[[]]]",
    b'[null, 1, "", {}]',
    b"\xff\xfe\x00",
    b"<!doctype html><title>Sign in</title><p>Please sign in.",
    b"[" * 200_000,
    b'{"a":' * 200_000,
    b"\xef\xbb\xbf[]",
    b"9" * 10_000,
)


def bodies_of(reply: Reply) -> list[bytes]:
    """Return what the reply carries, one for each message."""
    if isinstance(reply, Answer):
        return [reply.body]
    if isinstance(reply, Frames):
        return [frame.body for frame in reply.frames]
    return [letter.raw for letter in reply.letters]


def with_body(reply: Reply, number: int, body: bytes) -> Reply:
    """Return the reply with another body in place of that number."""
    if isinstance(reply, Answer):
        return msgspec.structs.replace(reply, body=body)
    if isinstance(reply, Frames):
        frames = list(reply.frames)
        frames[number] = msgspec.structs.replace(frames[number], body=body)
        return msgspec.structs.replace(reply, frames=frames)
    letters = list(reply.letters)
    letters[number] = msgspec.structs.replace(letters[number], raw=body)
    return msgspec.structs.replace(reply, letters=letters)


def bent(reply: Reply, seen: set[str]) -> Iterator[tuple[str, Reply]]:
    """Yield bent copies of a reply, each with what was done to it.

    seen: the places bent so far, so that each place of each kind of reply is bent once; what is bent now is added.
    """
    for number, body in enumerate(bodies_of(reply)):
        place = _shape_of(body)
        if place in seen:
            continue
        seen.add(place)
        for what, other in _bodies(body):
            yield what, with_body(reply, number, other)
        for what, other in _values(body, seen):
            yield what, with_body(reply, number, other)
    if isinstance(reply, Answer):
        yield from _headers(reply, seen)


def shuffled(reply: Reply, seed: str, *, twice: bool = False) -> Reply:
    """Return the reply with its messages, or the lists in its JSON, in another order; `twice`: each stands twice."""
    if isinstance(reply, Answer):
        value = _json(reply.body)
        if value is None:
            return reply
        return msgspec.structs.replace(reply, body=_text(_mixed(value, seed, twice)))
    if isinstance(reply, Frames):
        return msgspec.structs.replace(reply, frames=_order(reply.frames, seed, twice))
    return msgspec.structs.replace(reply, letters=_order(reply.letters, seed, twice))


def with_junk(reply: Reply) -> Reply | None:
    """Return the reply with something that is no post amid its longest list of posts, None where there is no list."""
    if isinstance(reply, Frames):
        first = reply.frames[0] if reply.frames else None
        junk = None if first is None else msgspec.structs.replace(first, body=b'{"junk": [1, 2')
        return None if junk is None else msgspec.structs.replace(reply, frames=[junk, *reply.frames])
    value = _json(reply.body) if isinstance(reply, Answer) else None
    lists = [found for _, found in _walk(value) if isinstance(found, list) and found and isinstance(found[0], dict)]
    if value is None or not lists or not isinstance(reply, Answer):
        return None
    longest = max(lists, key=lambda found: (len(found), len(json.dumps(found))))
    longest.insert(len(longest) // 2, 17)
    return msgspec.structs.replace(reply, body=_text(value))


def _bodies(body: bytes) -> Iterator[tuple[str, bytes]]:
    for other in BODIES:
        yield f"the body replaced by {other[:30]!r}", other
    for part in range(1, 8):
        yield f"cut after {part}/8", body[: len(body) * part // 8]
    for turn in range(24):
        at = stable_int("bit", str(turn), str(len(body))) % max(1, len(body) * 8)
        flipped = bytearray(body)
        if flipped:
            flipped[at // 8] ^= 1 << at % 8
        yield f"bit {at} flipped", bytes(flipped)


def _values(body: bytes, seen: set[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the JSON body with each value in turn replaced, and with each key of an object taken away."""
    whole = _json(body)
    if whole is None:
        return
    for path, _ in list(_walk(whole)):
        shape = "/".join("0" if isinstance(step, int) else step for step in path)
        if not path or f"value {shape}" in seen:
            continue
        seen.add(f"value {shape}")
        for value in VALUES:
            yield f"{shape} = {str(value)[:40]!r}", _replaced(body, path, partial(_put, value=value))
        if isinstance(path[-1], str):
            yield f"{shape} taken away", _replaced(body, path, lambda holder, step: holder.pop(step))


def _headers(answer: Answer, seen: set[str]) -> Iterator[tuple[str, Reply]]:
    for name in answer.headers:
        if f"header {name}" in seen:
            continue
        seen.add(f"header {name}")
        for value in HEADERS:
            headers: Mapping[str, str] = {**answer.headers, name: value}
            yield f"header {name}: {value[:40]!r}", msgspec.structs.replace(answer, headers=headers)
    yield "no header", msgspec.structs.replace(answer, headers={})


def _put(holder: Any, step: Any, *, value: object) -> None:
    holder[step] = value


def _replaced(body: bytes, path: Sequence[str | int], change: Callable[[Any, Any], object]) -> bytes:
    whole = holder = _json(body)
    for step in path[:-1]:
        holder = holder[step]
    change(holder, path[-1])
    return _text(whole)


def _json(body: bytes) -> Any:
    """Return the value of a JSON body, None for any other."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _text(value: object) -> bytes:
    written = json.dumps(value)
    return written.replace(f'"{_DEEP}"', "[" * _DEPTH + "]" * _DEPTH).encode()


def _walk(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    yield path, value
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _walk(one, (*path, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _walk(one, (*path, number))


def _shape_of(body: bytes) -> str:
    """Return a text that is the same for bodies built alike, so that they are bent once."""
    value = _json(body)
    if value is None:
        return f"body {body[:12]!r}"
    shapes = {"/".join("0" if isinstance(step, int) else step for step in path) for path, _ in _walk(value)}
    return "body " + " ".join(sorted(shapes))


def _mixed(value: object, seed: str, twice: bool) -> object:
    if isinstance(value, dict):
        return {name: _mixed(one, seed, twice) for name, one in value.items()}
    if isinstance(value, list):
        mixed = [_mixed(one, seed, twice) for one in value]
        return _order(mixed, seed, twice) if mixed and all(isinstance(one, dict) for one in mixed) else mixed
    return value


def _order(things: Sequence[Any], seed: str, twice: bool) -> list[Any]:
    numbers = [number for number in range(len(things)) for _ in range(2 if twice else 1)]
    ranks = sorted(range(len(numbers)), key=lambda place: stable_int(seed, str(place)))
    return [things[numbers[place]] for place in ranks]
