"""Bluesky: what a search finds, or every post as it comes from a Jetstream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode, urlsplit

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.time import from_ms, to_ms
from tocsin.collect.about import About, Checked, Choice, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import (
    Answer,
    Delete,
    Done,
    Frames,
    Gap,
    Page,
    PageItem,
    Plan,
    Reply,
    Request,
    Source,
    Subscribe,
    Upsert,
    Wire,
    answered,
)
from tocsin.collect.bluesky import search, session
from tocsin.collect.bluesky.events import hear
from tocsin.collect.bluesky.memory import Memory, Sweep, dump_memory, load_memory
from tocsin.collect.bluesky.options import Options, read_options
from tocsin.collect.bluesky.post import POST, REPOST

_OVERLAP_MS = 15 * 60_000  # of two searches: posts come into the index late
_REWIND_US = 5_000_000  # events of a stream are not quite in the order of their times
_MISSED_US = 30_000_000  # a stream gives its last event again, so that one this much later tells of a hole
_ASK_WIRE_MS = 86_400_000
_SESSION_MARGIN_MS = 60_000
_MOST_REFUSALS = 2
_V2 = "/xrpc/network.bsky.jetstream.subscribeEvents"


class BlueskyAdapter:
    """Reads Bluesky; options as in `bluesky.options.Options`."""

    name = "bluesky"
    version = "1"
    about = About(
        title="Bluesky",
        what="What is posted on Bluesky: either what a search for your words finds, or every public post as it comes.",
        setup=(
            "Without an account, a search shows its newest hundred posts, which is enough for most brands. To read on, "
            "sign in to Bluesky, open Settings, then Privacy and security, then App passwords. Make one that may not "
            "read private messages, and write it here with the handle of the account. It can be taken back there at "
            "any time."
        ),
        icon="brand-bluesky",
        fields=(
            Field(
                name="words",
                label="Words to search for",
                help="Separated by commas; each is a search of its own. A phrase stands in quotes.",
                example='"Maison Alba", maisonalba.example',
            ),
            Field(
                name="mode",
                label="What is read",
                input=Input.CHOICE,
                default="search",
                choices=(
                    Choice(value="search", label="What a search finds"),
                    Choice(value="stream", label="Every post as it comes"),
                ),
                help="Every post as it comes: nothing is missed and deletions are told at once, for more processor "
                "time and network.",
            ),
            Field(name="account", label="Handle of an account", example="maison-alba.bsky.social"),
            Field(name="app_password", label="App password", input=Input.SECRET),
            Field(
                name="every_minutes",
                label="Minutes between two searches",
                input=Input.NUMBER,
                help="Left empty: two.",
            ),
            Field(
                name="server",
                label="Server of the account",
                input=Input.URL,
                help="Only for an account on a server of its own.",
                example="https://bsky.social",
            ),
            Field(
                name="stream",
                label="Address of the stream",
                help="Only to read another Jetstream than the usual one.",
                example="wss://jetstream2.us-east.bsky.network",
            ),
        ),
        terms=Terms(
            url="https://bsky.social/about/support/tos",
            deletes=Deletes.RECHECKED,
            hosts=("bsky.social",),
            pace=Pace(requests=3_000, per_s=300.0),
        ),
        checked=Checked.SERVER,
        reads_past=True,
    )

    def plan(self, source: Source, cursor: str, now: datetime) -> Plan:
        """Return the next question: a session, a page of a search, which stream is spoken, or the stream itself."""
        options = read_options(source)
        memory = _memory(cursor, options)
        now_ms = to_ms(now)
        sweep = _sweep(source, options, memory, now_ms)
        if sweep is not None:
            if not options.words:
                return Done()
            if options.account and memory.session < now_ms + _SESSION_MARGIN_MS:
                return session.sign_in(options)
            return search.ask(options, sweep)
        if source.past is not None:
            return Done()
        if not options.is_stream:
            return Done(next_at=from_ms(memory.next))
        wire = _wire(options, memory, now_ms)
        return _subscribe(options, memory, wire) if wire else _ask_wire(options)

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return what an answer or the messages of a stream gave.

        Raises SourceError: permanent where the account is refused, passing where the answer cannot be read.
        """
        options = read_options(source)
        memory = _memory(cursor, options)
        if isinstance(reply, Frames):
            return _heard(options, memory, reply)
        answer = answered(reply)
        path = urlsplit(answer.url).path
        if path.endswith(session.PATH):
            token, ends_ms = session.read_session(answer, options, to_ms(answer.at))
            memory = msgspec.structs.replace(memory, session=ends_ms)
            return Page(items=(), next_cursor=dump_memory(memory), more=True, secrets={session.TOKEN: token})
        if path.endswith(_V2):
            wire = 1 if answer.status == 404 else 2
            at_ms = to_ms(answer.at)
            memory = msgspec.structs.replace(
                memory, wire=wire, wire_at=at_ms, stream=options.stream, begun=memory.begun or at_ms
            )
            return Page(items=(), next_cursor=dump_memory(memory), more=True)
        return _found(source, options, memory, answer)

    def plan_check(self, source: Source, native_id: str, url: str, now: datetime) -> Request | None:
        """Return the question for one post; a repost cannot be asked for."""
        if f"/{POST}/" not in native_id:
            return None
        return search.ask_one(read_options(source), native_id)

    def parse_check(self, source: Source, native_id: str, answer: Answer, now: datetime) -> Upsert | Delete | None:
        """Return the post as it stands, or its deletion where it is shown no more."""
        return search.find_one(native_id, answer)


def _memory(cursor: str, options: Options) -> Memory:
    memory = load_memory(cursor)
    if memory.stream not in ("", options.stream):
        memory = msgspec.structs.replace(memory, wire=0, wire_at=0)
    return memory


def _sweep(source: Source, options: Options, memory: Memory, now_ms: int) -> Sweep | None:
    """Return the search that is to be made now, or None."""
    if memory.sweep is not None:
        return memory.sweep
    if source.past is not None:
        return None if memory.is_done else Sweep(since=max(0, to_ms(source.past)))
    if options.is_stream or memory.next > now_ms:
        return None
    return Sweep(since=max(0, memory.high - _OVERLAP_MS), known=memory.high)


def _found(source: Source, options: Options, memory: Memory, answer: Answer) -> Page:
    now_ms = to_ms(answer.at)
    sweep = _sweep(source, options, memory, now_ms) or Sweep()
    if answer.status in (400, 401, 403):
        return _refused(options, memory, sweep, answer)
    is_first = not memory.next and source.past is None and not options.is_stream
    harvest = search.find(options, sweep, answer, is_only_first=not sweep.since)
    harvest.items.extend(search.throttled(answer, answer.at))
    after = msgspec.structs.replace(memory, sweep=harvest.sweep, refused=0)
    next_at = None
    if harvest.sweep is None and source.past is not None:
        after = msgspec.structs.replace(after, is_done=True)
    elif harvest.sweep is None and not options.is_stream:
        after = msgspec.structs.replace(
            after, high=max(memory.high, harvest.newest), next=now_ms + options.every_s * 1000
        )
        next_at = from_ms(after.next)
    return _page(
        harvest.items,
        after,
        harvest.notes,
        more=next_at is None,
        next_at=next_at,
        first_read=is_first or source.past is not None,
    )


def _refused(options: Options, memory: Memory, sweep: Sweep, answer: Answer) -> Page:
    """Return the page after which another session is opened, or the next word is searched."""
    if options.account and memory.refused < _MOST_REFUSALS and memory.session:
        after = msgspec.structs.replace(memory, session=0, refused=memory.refused + 1, sweep=sweep)
        return _page((), after, {"session_refused": 1}, more=True)
    raise SourceError(
        "{url} refuses the search (status {status}); check the words, and the account if there is one.",
        permanent=answer.status != 400,
        url=answer.url.partition("?")[0],
        status=answer.status,
    )


def _heard(options: Options, memory: Memory, reply: Frames) -> Page:
    heard = hear(reply.frames, reply.at)
    after = msgspec.structs.replace(memory, us=max(memory.us, heard.last_us), stream=options.stream)
    more = False
    missed = heard.first_us > memory.us + _MISSED_US or heard.is_clamped
    if reply.is_first and memory.us and heard.first_us and missed:
        since_ms, until_ms = memory.us // 1000, min(heard.first_us // 1000, to_ms(reply.at))
        if options.account and options.words:
            more = True
            after = msgspec.structs.replace(after, sweep=Sweep(since=since_ms, until=until_ms))
            heard.notes["hole_searched"] += 1
        else:
            heard.items.append(
                Gap(
                    since=from_ms(since_ms),
                    until=from_ms(until_ms),
                    why="The stream does not go back that far; with words and an account, a search would fill it.",
                )
            )
    return _page(heard.items, after, heard.notes, more=more)


def _page(
    items: Sequence[PageItem],
    memory: Memory,
    notes: Mapping[str, int],
    *,
    more: bool = False,
    next_at: datetime | None = None,
    first_read: bool = False,
) -> Page:
    return Page(
        items=tuple(items),
        next_cursor=dump_memory(memory),
        more=more,
        next_at=next_at,
        notes={name: number for name, number in sorted(notes.items()) if number},
        first_read=first_read,
    )


def _wire(options: Options, memory: Memory, now_ms: int) -> int:
    """Return which version of the protocol the stream speaks, 0 where it must be asked."""
    path = urlsplit(options.stream).path
    if path:
        return 2 if path.endswith(_V2) else 1
    return memory.wire if now_ms - memory.wire_at < _ASK_WIRE_MS else 0


def _ask_wire(options: Options) -> Request:
    """Return the question that tells the version: who speaks only the first does not know the address of the second."""
    parts = urlsplit(options.stream)
    scheme = "https" if parts.scheme == "wss" else "http"
    return Request(url=f"{scheme}://{parts.netloc}{_V2}", reads_status=(400, 404, 405, 426))


def _subscribe(options: Options, memory: Memory, wire: int) -> Subscribe:
    """Return the connection, from a little before where it was heard last.

    The cursor is a time in both versions, never a sequence number: it is good on any instance, and the second version
    tells of one that is too old in its first message instead of refusing the connection.
    """
    address = options.stream
    if not urlsplit(address).path:
        address += _V2 if wire == 2 else "/subscribe"
    if wire == 2:
        fields = [("collections", POST), ("collections", REPOST)]
        fields += [("kinds", kind) for kind in ("commit", "account", "identity")]
    else:
        fields = [("wantedCollections", POST), ("wantedCollections", REPOST)]
    heard_us = memory.us or memory.begun * 1000
    if heard_us:
        fields.append(("cursor", str(max(1, heard_us - _REWIND_US))))
    return Subscribe(url=f"{address}?{urlencode(fields)}", wire=Wire.WEB_SOCKET)
