"""Mastodon and its kin: hashtags, searches or whole servers, asked now and then or as they come."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.time import from_ms, to_ms
from tocsin.base.url import canonical_url
from tocsin.collect.about import About, Checked, Choice, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import (
    Answer,
    Delete,
    Done,
    Frames,
    Gap,
    Page,
    Plan,
    Reply,
    Request,
    Source,
    Subscribe,
    Throttled,
    Upsert,
    Wire,
    answered,
)
from tocsin.collect.lenient import instant, read_list
from tocsin.collect.mastodon import activity
from tocsin.collect.mastodon.harvest import Harvest
from tocsin.collect.mastodon.ids import dump_ids, earlier, load_ids, order
from tocsin.collect.mastodon.memory import Memory, dump_memory, load_memory
from tocsin.collect.mastodon.options import PAGE_STATUSES, Options, read_options
from tocsin.collect.mastodon.post import PLATFORM, to_posts
from tocsin.collect.mastodon.wire import INSTANCES, RESULTS, STATUSES

_OVERLAP_MS = 10 * 60_000  # statuses of other servers come in late, among older ones
_LIVE_OVERLAP_MS = 2 * 3_600_000  # of hashtags that are streamed: what was edited while nobody listened, too
_FRESH_MS = 60_000  # a connection opened so soon after a read catches up once it stands, not before
_ASK_STREAM_MS = 86_400_000
_LONGEST_WAIT = timedelta(hours=1)
_INSTANCE = "/api/v2/instance"
_SCHEMES = {"wss": "https", "https": "https", "ws": "http", "http": "http"}
_OWN_STATUS = re.compile(r"/(?:statuses|objects|notice)/([A-Za-z0-9_-]{1,64})/?\Z")


class MastodonAdapter:
    """Reads servers that speak Mastodon's API; options as in `mastodon.options.Options`."""

    name = "mastodon"
    version = "1"
    about = About(
        title="Mastodon and its kin",
        what="Posts under your hashtags on a server of the fediverse, or all that it shows, with edits and deletions.",
        setup=(
            "Each server sees only a part of the fediverse: add two to four large ones. Most show hashtags to "
            "everybody. To search, or to read posts as they come, make an account on the server, open Preferences, "
            "then Development, then New application; leave only the right to read, save, and copy the access token of "
            "the application here."
        ),
        icon="brand-mastodon",
        fields=(
            Field(
                name="server",
                label="Server",
                input=Input.URL,
                required=True,
                example="https://mastodon.example",
            ),
            Field(
                name="reads",
                label="What is read",
                input=Input.CHOICE,
                default="hashtags",
                choices=(
                    Choice(value="hashtags", label="Hashtags"),
                    Choice(value="search", label="A search (needs an access token)"),
                    Choice(value="local", label="All that is written on this server"),
                    Choice(value="public", label="All that this server sees"),
                ),
            ),
            Field(name="hashtags", label="Hashtags", help="Separated by commas.", example="maisonalba, albalyon"),
            Field(
                name="words",
                label="Words to search for",
                help="Separated by commas. Servers find only the posts of people who agreed to be found.",
                example="maison alba",
            ),
            Field(name="token", label="Access token", input=Input.SECRET),
            Field(name="signed_in", label="The access token is used", input=Input.FLAG, default="no"),
            Field(
                name="live",
                label="Posts as they come",
                input=Input.FLAG,
                default="no",
                help="Deletions are told at once. Most servers want an access token for it.",
            ),
            Field(
                name="every_minutes",
                label="Minutes between two reads",
                input=Input.NUMBER,
                help="Where posts are not read as they come. Left empty: two.",
            ),
            Field(
                name="stream",
                label="Address of the stream",
                help="Only where the server does not tell it.",
                example="wss://streaming.mastodon.example",
            ),
        ),
        terms=Terms(
            url="https://docs.joinmastodon.org/api/guidelines/",
            deletes=Deletes.RECHECKED,
            hosts=("streaming.mastodon.social", "streaming.mastodon.online"),
            pace=Pace(requests=300, per_s=300.0),
        ),
        checked=Checked.SERVER,
        reads_past=True,
    )

    def plan(self, source: Source, cursor: str, now: datetime) -> Plan:
        """Return the next page to read, or the stream once all that came before it is read."""
        options = read_options(source)
        memory = load_memory(cursor)
        now_ms = to_ms(now)
        if source.past is not None:
            return Done() if memory.is_done else options.page(max(0, memory.reading - 1), before=memory.page)
        if memory.reading or memory.next <= now_ms or (options.is_live and memory.read < now_ms - _FRESH_MS):
            return _ask(options, memory, now_ms)
        if not options.is_live:
            return Done(next_at=from_ms(memory.next))
        if not options.stream and now_ms - memory.stream_at >= _ASK_STREAM_MS:
            return Request(url=options.server + _INSTANCE, accept="application/json", reads_status=(401, 403, 404))
        return _subscribe(options, memory)

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return the statuses of a page, or what the messages of a stream tell.

        Raises SourceError: permanent where the server wants an access token, passing where it cannot be read.
        """
        options = read_options(source)
        memory = load_memory(cursor)
        if isinstance(reply, Frames):
            return _heard(options, memory, reply)
        answer = answered(reply)
        if urlsplit(answer.url).path.endswith(_INSTANCE):
            found = INSTANCES.read(answer.body, Harvest(options.host, answer.at, {}).notes)
            memory = msgspec.structs.replace(
                memory,
                stream=_streaming(options, found.streaming if found is not None else ""),
                stream_at=to_ms(answer.at),
            )
            return Page(items=(), next_cursor=dump_memory(memory), more=True)
        return _read(source, options, memory, answer)

    def plan_check(self, source: Source, native_id: str, url: str, now: datetime) -> Request | None:
        """Return the question for one post, to the server that it is of; None where it has no address of its own."""
        options = read_options(source)
        parts = urlsplit(native_id)
        own = _OWN_STATUS.search(parts.path)
        statuses = (401, 403, 404, 406, 410)
        if own is not None and parts.netloc == options.host and "/statuses/" in parts.path:
            address = f"{options.server}/api/v1/statuses/{own[1]}"
            return Request(url=address, headers=options.headers, accept="application/json", reads_status=statuses)
        if parts.scheme not in ("http", "https") or native_id.endswith("/activity"):
            return None
        return Request(url=native_id, accept="application/activity+json", reads_status=statuses)

    def parse_check(self, source: Source, native_id: str, answer: Answer, now: datetime) -> Upsert | Delete | None:
        """Return the post as it stands, its deletion, or None when its server tells neither."""
        # A bare 404 may come of a server that closed, or of a name that somebody else holds by now: it tells nothing.
        if answer.status == 410 or (answer.status == 404 and answer.body.lstrip().startswith(b"{")):
            return Delete(platform=PLATFORM, native_id=native_id, reason="deleted by its author")
        if answer.status != 200:
            return None
        if "/api/v1/statuses/" in answer.url:
            harvest = Harvest(read_options(source).host, answer.at, {})
            status = STATUSES.read(answer.body, harvest.notes)
            posts = to_posts(status, harvest.host, {}, answer.at) if status is not None else None
            return next((Upsert(post=post) for post in posts or () if post.native_id == native_id), None)
        found = activity.read_object(answer.body, answer.at)
        if isinstance(found, str):
            return Delete(platform=PLATFORM, native_id=native_id, reason="deleted by its author")
        return Upsert(post=found) if found is not None and found.native_id == native_id else None


def _ask(options: Options, memory: Memory, now_ms: int) -> Request:
    """Return the question for what is new in a list: from a little before the latest id, on to the end."""
    number = max(0, memory.reading - 1)
    return options.page(number, after=memory.page or _beginning(options, memory, number, now_ms))


def _beginning(options: Options, memory: Memory, number: int, now_ms: int) -> str:
    """Return the id after which a list is read in a new round, "" for its newest page alone."""
    latest = memory.latest.get(_key(options, number), "")
    is_long = options.is_live and options.reads == "hashtags"
    return earlier(latest, _LIVE_OVERLAP_MS if is_long else _OVERLAP_MS, now_ms) if latest else ""


def _read(source: Source, options: Options, memory: Memory, answer: Answer) -> Page:
    harvest = Harvest(options.host, answer.at, load_ids(memory.ids))
    raws = _statuses(options, answer, harvest)
    harvest.take_page(raws)
    number = min(max(0, memory.reading - 1), len(options.lists) - 1)
    if source.past is not None:
        return _past(source.past, options, memory, harvest, number)
    key = _key(options, number)
    known = memory.latest.get(key, "")
    # The first page of a list is its newest; what is older is for a back-fill.
    is_first = not known and not memory.page and not memory.read
    asked = memory.page or _beginning(options, memory, number, to_ms(answer.at))
    if not asked and memory.read and len(raws) >= PAGE_STATUSES:
        harvest.items.append(
            Gap(
                since=from_ms(memory.read),
                until=harvest.oldest,
                why="More came at once than the server shows at once.",
            )
        )
    moved = bool(harvest.highest) and (not asked or order(harvest.highest) > order(asked))
    is_whole = len(raws) < PAGE_STATUSES and not options.is_live
    latest = _later(known, harvest.highest)
    after = msgspec.structs.replace(
        memory, latest=memory.latest | ({key: latest} if latest else {}), ids=dump_ids(harvest.ids)
    )
    if asked and moved and not is_whole:
        after = msgspec.structs.replace(after, reading=number + 1, page=harvest.highest)
        return _page(harvest, after, answer, more=True, first_read=is_first)
    if number + 1 < len(options.lists):
        after = msgspec.structs.replace(after, reading=number + 2, page="")
        return _page(harvest, after, answer, more=True, first_read=is_first)
    at_ms = to_ms(answer.at)
    next_ms = at_ms + (_ASK_STREAM_MS if options.is_live else options.every_s * 1000)
    after = msgspec.structs.replace(after, reading=0, page="", read=at_ms, next=next_ms)
    return _page(harvest, after, answer, more=options.is_live, first_read=is_first)


def _past(past: datetime, options: Options, memory: Memory, harvest: Harvest, number: int) -> Page:
    """Return a page of a back-fill, which goes from the newest to the oldest wanted, list by list."""
    older = bool(harvest.lowest) and (not memory.page or order(harvest.lowest) < order(memory.page))
    # Edited and late ones stand among others: a page whose every status is older ends the list.
    is_past = harvest.oldest is not None and all(
        item.post.created_at < past for item in harvest.items if isinstance(item, Upsert)
    )
    if older and not is_past:
        after = msgspec.structs.replace(memory, reading=number + 1, page=harvest.lowest)
    elif number + 1 < len(options.lists):
        after = msgspec.structs.replace(memory, reading=number + 2, page="")
    else:
        after = msgspec.structs.replace(memory, reading=0, page="", is_done=True)
    return _page(harvest, after, None, more=True, first_read=True)


def _heard(options: Options, memory: Memory, reply: Frames) -> Page:
    harvest = Harvest(options.host, reply.at, load_ids(memory.ids))
    harvest.take_frames(reply.frames)
    after = msgspec.structs.replace(memory, ids=dump_ids(harvest.ids))
    if harvest.highest and not reply.is_first and not memory.reading:
        # Only what came on a connection known to be whole: else the read that is owed would begin after it. Such a
        # connection gave everything until then, of every list.
        keys = [_key(options, number) for number in range(len(options.lists))]
        latest = {key: _later(memory.latest.get(key, ""), harvest.highest) for key in keys}
        after = msgspec.structs.replace(after, latest=latest)
    if reply.is_first:
        after = msgspec.structs.replace(after, reading=1, page="")
    return _page(harvest, after, None, more=reply.is_first)


def _page(harvest: Harvest, memory: Memory, answer: Answer | None, *, more: bool, first_read: bool = False) -> Page:
    if answer is not None:
        harvest.items.extend(_throttled(answer))
    return Page(
        items=tuple(harvest.items),
        next_cursor=dump_memory(memory),
        more=more,
        next_at=None if more or answer is None or not memory.next else from_ms(memory.next),
        notes={name: number for name, number in sorted(harvest.notes.items()) if number},
        first_read=first_read,
    )


def _statuses(options: Options, answer: Answer, harvest: Harvest) -> list[msgspec.Raw]:
    """Return the statuses of a page, each as its text. Raises SourceError."""
    if answer.status in (401, 403, 422):
        raise SourceError(
            "{server} does not show its posts without an access token of its own (status {status}); make one there "
            "and write it in the source.",
            permanent=True,
            server=options.server,
            status=answer.status,
        )
    raw: bytes | msgspec.Raw = answer.body
    if options.reads == "search":
        results = RESULTS.read(answer.body, harvest.notes)
        raw = results.statuses if results is not None else b""
    found = read_list(raw)
    if found is None:
        raise SourceError(
            "{server} gives no posts that can be read; check that it speaks Mastodon's language.",
            permanent=False,
            server=options.server,
        )
    return found


def _throttled(answer: Answer) -> list[Throttled]:
    """Return until when the server wants to be left alone, as its answer says (X-RateLimit-*), if it does."""
    if answer.headers.get("x-ratelimit-remaining", "").strip() != "0":
        return []
    until = instant(answer.headers.get("x-ratelimit-reset", ""))
    if until is None or until <= answer.at:
        return []
    return [Throttled(until=min(until, answer.at + _LONGEST_WAIT))]


def _later(one: str, other: str) -> str:
    return max(one, other, key=order)


def _key(options: Options, number: int) -> str:
    """Return what names a list in the memory: another setting is another list."""
    return f"{options.host}/{options.reads}/{options.lists[min(number, len(options.lists) - 1)]}"


def _streaming(options: Options, told: str) -> str:
    """Return where a server streams, as it tells it, or itself."""
    scheme, mark, rest = told.partition("://")
    url = canonical_url(f"{_SCHEMES.get(scheme.lower(), '')}{mark}{rest}") if mark and len(told) < 300 else None
    if url is None:
        return options.server
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _subscribe(options: Options, memory: Memory) -> Subscribe:
    address = options.stream or memory.stream or options.server
    if options.reads == "hashtags" and len(options.lists) > 1:
        scheme = "wss" if address.startswith("https://") else "ws"
        hello = tuple(
            msgspec.json.encode({"type": "subscribe", "stream": "hashtag", "tag": tag}).decode()
            for tag in options.lists
        )
        url = f"{scheme}://{urlsplit(address).netloc}/api/v1/streaming"
        return Subscribe(url=url, wire=Wire.WEB_SOCKET, headers=options.headers, hello=hello)
    path = {"local": "/public/local", "public": "/public"}.get(options.reads, "/hashtag")
    query = f"?{urlencode({'tag': options.lists[0]})}" if options.reads == "hashtags" else ""
    url = f"{address}/api/v1/streaming{path}{query}"
    return Subscribe(url=url, wire=Wire.EVENTS, headers=options.headers)
