"""Posts as one large public stream sends them: JSON lines of about 800 bytes, the text two objects deep."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import msgspec

from tocsin.base.post import Author, Post, PostKind
from tocsin.base.time import from_ms
from tocsin.screen.lines import LineBatch
from tocsin.screen.match import TextPath

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
# The servers of this stream are written in Go, whose encoder escapes these three.
_GO = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


class RecordHead(msgspec.Struct, gc=False):
    """The text alone."""

    text: str = ""


class CommitHead(msgspec.Struct, gc=False):
    record: RecordHead


class LineHead(msgspec.Struct, gc=False):
    """A line decoded just far enough to be screened."""

    commit: CommitHead


class Ref(msgspec.Struct, gc=False):
    uri: str


class Reply(msgspec.Struct, gc=False):
    parent: Ref
    root: Ref


class Record(msgspec.Struct, gc=False, rename="camel"):
    text: str
    created_at: datetime
    langs: list[str] = []
    reply: Reply | None = None


class Commit(msgspec.Struct, gc=False):
    record: Record
    rkey: str
    collection: str


class Line(msgspec.Struct, gc=False):
    """A line decoded whole."""

    did: str
    time_us: int
    commit: Commit


TEXT_PATH = TextPath(("commit", "record", "text"), is_optional=True)
decode_line_head = msgspec.json.Decoder(LineHead).decode
_decode_line = msgspec.json.Decoder(Line).decode


def decode_head(line: bytes) -> RecordHead:
    """Return the part of a line that holds its text."""
    return decode_line_head(line).commit.record


def read_post(index: int, line: bytes) -> Post:
    """Return the whole post of a line."""
    whole = _decode_line(line)
    record = whole.commit.record
    reply = record.reply
    return Post(
        platform="bluesky",
        native_id=f"at://{whole.did}/{whole.commit.collection}/{whole.commit.rkey}",
        created_at=record.created_at,
        seen_at=from_ms(whole.time_us // 1000),
        text=record.text,
        kind=PostKind.REPLY if reply else PostKind.POST,
        author=Author(platform="bluesky", handle=whole.did),
        lang_claimed=record.langs[0] if record.langs else None,
        parent_id=reply.parent.uri if reply else None,
        root_id=reply.root.uri if reply else None,
    )


def line_batch(lines: list[bytes]) -> LineBatch:
    """Return the product's batch over raw lines of this stream."""
    return LineBatch(lines, decode_head, read_post, text_path=TEXT_PATH)


def envelope(text: str, number: int, rng: random.Random) -> bytes:
    """Return the line of one post, four in ten of them replies; ids are invented and unique by `number`."""
    at = START + timedelta(milliseconds=7 * number)
    did = f"did:plc:{_letters(rng, 24)}"
    record: dict[str, object] = {"$type": "app.bsky.feed.post", "createdAt": at.isoformat(), "langs": ["en"]}
    if rng.random() < 0.4:
        record["reply"] = {"parent": _reference(rng), "root": _reference(rng)}
    else:
        record["facets"] = [
            {
                "features": [{"$type": "app.bsky.richtext.facet#link", "uri": f"https://example.org/{number}"}],
                "index": {"byteEnd": 60, "byteStart": 40},
            },
            {
                "features": [{"$type": "app.bsky.richtext.facet#mention", "did": f"did:plc:{_letters(rng, 24)}"}],
                "index": {"byteEnd": 20, "byteStart": 4},
            },
        ]
    record["text"] = text
    line = {
        "did": did,
        "time_us": int(at.timestamp() * 1e6),
        "kind": "commit",
        "commit": {
            "rev": _letters(rng, 13),
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": f"{number:013d}",
            "record": record,
            "cid": f"bafyrei{_letters(rng, 52)}",
        },
    }
    return msgspec.json.encode(line).decode().translate(_GO).encode()


def _reference(rng: random.Random) -> dict[str, str]:
    uri = f"at://did:plc:{_letters(rng, 24)}/app.bsky.feed.post/{_letters(rng, 13)}"
    return {"cid": f"bafyrei{_letters(rng, 52)}", "uri": uri}


def _letters(rng: random.Random, count: int) -> str:
    bits = rng.getrandbits(5 * count)
    return "".join(_BASE32[(bits >> (5 * place)) & 31] for place in range(count))
