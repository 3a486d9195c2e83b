"""Read the stream of a brand: what was wished for, as an address and as a list; a page of lines with copies folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.kind import Kind, Tone
from tocsin.base.person import Person, Role
from tocsin.base.seam import LIVE
from tocsin.base.time import minute_of
from tocsin.flows.engine import Engine
from tocsin.screen.correct import is_similar
from tocsin.screen.query import And, FieldName, FieldTest, Node, Or, Query, parse_query, query_fields
from tocsin.store.queries.stream import Ask, Mark, Order, State, Waiting
from tocsin.store.queries.work import View, Work
from tocsin.store.rows import MentionRow

TODO_DAYS = 14
LINES = 40
FEW_LINES = 20
MOST_READ = 3 * LINES
NOBODY, ME = "nobody", "me"
_LONGEST_QUERY = 2_000
_Member = TypeVar("_Member", bound=StrEnum)


class Period(StrEnum):
    """How far back a list goes."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    ALL = "all"
    BETWEEN = "between"


_LENGTHS = {Period.DAY: timedelta(hours=24), Period.WEEK: timedelta(days=7), Period.MONTH: timedelta(days=30)}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A list as an address asks for it. The names are those of the address; empty values ask for nothing.

    who: `me`, `nobody`, the number of a person, or "". begin, end: local days, the last included, for `between`.
    """

    q: str = ""
    state: State = State.TODO
    order: Order = Order.NEWEST
    tone: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    watch: str = ""
    story: str = ""
    severity: int = 0
    who: str = ""
    unsure: bool = False
    personal: bool = False
    period: Period = Period.ALL
    begin: str = ""
    end: str = ""

    def address(self, **changes: object) -> str:
        """Return the part of the address after the `?`; what is as it is by default is left out.

        >>> Wish(q="alba", tone=("negative",)).address()
        'q=alba&tone=negative'
        """
        plain = msgspec.to_builtins(msgspec.structs.replace(self, **changes))
        usual = msgspec.to_builtins(Wish())
        pairs: list[tuple[str, str]] = []
        for name, value in plain.items():
            if value != usual[name]:
                values = value if isinstance(value, (list, tuple)) else ["1" if value is True else str(value)]
                pairs.extend((name, one) for one in values)
        return urlencode(pairs)

    def without(self, name: str, value: str = "") -> Wish:
        """Return the wish without one of its filters; value: of a filter that holds several."""
        held = getattr(self, name)
        if isinstance(held, tuple) and value:
            return msgspec.structs.replace(self, **{name: tuple(one for one in held if one != value)})
        usual = getattr(Wish(), name)
        more = {"begin": "", "end": ""} if name == "period" else {}
        return msgspec.structs.replace(self, **{name: State.ALL if name == "state" else usual}, **more)

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for more than a state and an order."""
        return msgspec.structs.replace(self, state=State.TODO, order=Order.NEWEST) != Wish()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list. copies: the near-copies on the page that it stands for. readers: names of who has it open."""

    mention: MentionRow
    work: Work
    assignee: str = ""
    readers: tuple[str, ...] = ()
    copies: tuple[int, ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """All mentions the line stands for, itself first."""
        return (self.mention.row, *self.copies)


class StreamPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the stream. after: where the next one begins. is_cut: there may be more further back than was read."""

    wish: Wish
    lines: tuple[Line, ...]
    after: Mark | None
    is_cut: bool
    newest: int


class Sidebar(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside the list: what waits, and the kept views."""

    waiting: Waiting
    team: tuple[View, ...]
    own: tuple[View, ...]


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Who reads, for which brand and when; a page is made for one of them. world: the timeline that is shown."""

    brand: str
    person: Person
    role: Role
    now: datetime
    zone: ZoneInfo
    world: str = LIVE


def read_wish(params: Mapping[str, Sequence[str]]) -> Wish:
    """Return the wish of an address. Values that no list knows are passed over. Raises InputError on a bad number."""

    def one(name: str) -> str:
        values = params.get(name) or ("",)
        return values[-1].strip()

    def several(name: str, known: Sequence[str] = ()) -> tuple[str, ...]:
        values = dict.fromkeys(value for value in params.get(name) or () if value)
        return tuple(value for value in values if not known or value in known)

    severity = one("severity") or "0"
    if not severity.isascii() or not severity.isdigit() or int(severity) > 100:
        raise InputError("{severity!r} is not a severity; write a number from 0 to 100.", severity=severity)
    return Wish(
        q=one("q")[:_LONGEST_QUERY],
        state=_member(State, one("state"), State.TODO),
        order=_member(Order, one("order"), Order.NEWEST),
        tone=several("tone", [tone.value for tone in Tone]),
        kind=several("kind", [kind.value for kind in Kind]),
        lang=several("lang"),
        platform=several("platform"),
        source=several("source"),
        watch=one("watch"),
        story=one("story"),
        severity=int(severity),
        who=one("who"),
        unsure=bool(one("unsure")),
        personal=bool(one("personal")),
        period=_member(Period, one("period"), Period.ALL),
        begin=one("begin"),
        end=one("end"),
    )


def ask_of(wish: Wish, reader: Reader) -> Ask:
    """Return what the store is asked for. Raises QueryError with its place in `wish.q`, InputError on a bad day."""
    since, until = _span(wish, reader)
    if wish.state is State.TODO:
        since = max(since or 0, todo_since(reader.now))
    query = _query(wish)
    if query is not None and reader.role is Role.READER:
        _refuse_names(query)
    return Ask(
        brand=reader.brand,
        world=reader.world,
        query=query,
        state=wish.state,
        order=wish.order,
        tones=wish.tone,
        kinds=wish.kind,
        languages=wish.lang,
        platforms=wish.platform,
        sources=wish.source,
        watch=wish.watch,
        story=wish.story,
        severity=wish.severity,
        assignee=_assignee(wish.who, reader.person.id),
        unsure=wish.unsure,
        personal=wish.personal,
        since=since,
        until=until,
    )


def read_stream(engine: Engine, reader: Reader, wish: Wish, after: Mark | None = None) -> StreamPage:
    """Return a page of the stream, near-copies folded into the first of them."""
    stream = engine.store.stream
    newest = stream.newest(reader.brand, reader.world)
    ask = ask_of(wish, reader)
    found = stream.page(ask, after, LINES)
    mentions = stream.mentions(found.rows)
    # A wave of copies folds into a few lines: then more is read, so that the page holds what else there is.
    while (
        found.after is not None and not found.is_cut and len(mentions) < MOST_READ and len(_fold(mentions)) < FEW_LINES
    ):
        found = stream.page(ask, found.after, LINES)
        mentions += stream.mentions(found.rows)
    lines = lines_of(engine, reader, mentions)
    return StreamPage(wish=wish, lines=lines, after=found.after, is_cut=found.is_cut, newest=newest)


def lines_of(engine: Engine, reader: Reader, mentions: Sequence[MentionRow]) -> tuple[Line, ...]:
    """Return lines for mentions in their order, near-copies folded, with who has them and who reads them."""
    folded = _fold(mentions)
    rows = [row.row for row in mentions]
    works = engine.store.stream.works(rows)
    present = engine.store.stream.present(rows, reader.now)
    wanted = {number for people in present.values() for number in people} | {work.assignee for work in works.values()}
    names = people_names(engine, reader.brand) if wanted - {0} else {}
    return tuple(
        Line(
            mention=head,
            work=works.get(head.row, Work()),
            assignee=names.get(works[head.row].assignee, "") if head.row in works else "",
            readers=tuple(
                names[number] for number in present.get(head.row, ()) if number in names and number != reader.person.id
            ),
            copies=copies,
        )
        for head, copies in folded
    )


def read_sidebar(engine: Engine, reader: Reader) -> Sidebar:
    """Return what stands beside the list."""
    stream = engine.store.stream
    views = stream.views(reader.brand, reader.person.id)
    return Sidebar(
        waiting=stream.waiting(reader.brand, todo_since(reader.now), reader.world),
        team=tuple(view for view in views if view.shared),
        own=tuple(view for view in views if not view.shared),
    )


def count_newer(engine: Engine, reader: Reader, wish: Wish, row: int) -> int:
    """Return how many mentions of a list came in after a row, at most 200."""
    return engine.store.stream.newer(ask_of(wish, reader), row)


def people_names(engine: Engine, brand: str) -> dict[int, str]:
    """Return the names of those who have a role for a brand, by their numbers."""
    return {member.person.id: member.person.name for member in engine.store.people.members(brand)}


def todo_since(now: datetime) -> int:
    """Return the minute from which on a mention still asks for somebody."""
    return minute_of(now - timedelta(days=TODO_DAYS))


def read_mark(text: str) -> Mark | None:
    """Return the place in a list that an address holds, None without one or when it is none."""
    parts = text.split(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return None
    return tuple(int(part) for part in parts)


def _member(known: type[_Member], value: str, usual: _Member) -> _Member:
    return known(value) if value in known._value2member_map_ else usual


def _assignee(who: str, me: int) -> int | None:
    if who == ME:
        return me
    if who == NOBODY:
        return 0
    return int(who) if who.isascii() and who.isdigit() and len(who) < 19 else None


def _query(wish: Wish) -> Query | None:
    """The query as typed; filters that the index knows narrow it, so that less is looked at."""
    if not wish.q:
        return None
    typed = parse_query(wish.q)
    parts: list[Node] = [typed.root]
    for field, values in (
        (FieldName.LANG, wish.lang),
        (FieldName.PLATFORM, wish.platform),
        (FieldName.KIND, wish.kind),
    ):
        tests: list[Node] = [FieldTest(field, value.casefold()) for value in values]
        if tests:
            parts.append(tests[0] if len(tests) == 1 else Or(tuple(tests)))
    return typed if len(parts) == 1 else Query(text=wish.q, root=And(tuple(parts)))


def _refuse_names(query: Query) -> None:
    """Who may not see names may not find by them either."""
    if any(test.field is FieldName.AUTHOR for test in query_fields(query)):
        raise InputError("Your role does not show private accounts; search without author:.")


def _span(wish: Wish, reader: Reader) -> tuple[int | None, int | None]:
    """The first minute and the one after the last, None for no end."""
    if wish.period in _LENGTHS:
        return minute_of(reader.now - _LENGTHS[wish.period]), None
    if wish.period is not Period.BETWEEN:
        return None, None
    since = minute_of(_midnight(wish.begin, reader.zone)) if wish.begin else None
    until = minute_of(_midnight(wish.end, reader.zone, days=1)) if wish.end else None
    return since, until


def _midnight(day: str, zone: ZoneInfo, days: int = 0) -> datetime:
    try:
        local = date.fromisoformat(day) + timedelta(days=days)
        return datetime(local.year, local.month, local.day, tzinfo=zone)
    except (ValueError, OverflowError):
        raise InputError("{day!r} is not a day; write it as 2026-01-31.", day=day) from None


def _fold(mentions: Sequence[MentionRow]) -> list[tuple[MentionRow, tuple[int, ...]]]:
    heads: list[tuple[MentionRow, list[int]]] = []
    exact: dict[int, list[int]] = {}
    for row in mentions:
        keys = row.verdict.keys
        copies = exact.get(keys.exact)
        if copies is None and keys.bands:
            copies = next((held for head, held in heads if is_similar(head.verdict.keys, keys)), None)
        if copies is None:
            copies = []
            heads.append((row, copies))
        else:
            copies.append(row.row)
        exact[keys.exact] = copies
    return [(head, tuple(copies)) for head, copies in heads]
