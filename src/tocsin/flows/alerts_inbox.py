"""The alerts of a brand: the list, one of them with its reasons, and what people do with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.brand import Brand
from tocsin.base.errors import InputError, NotFoundError
from tocsin.base.seam import LIVE
from tocsin.base.surge import Surge
from tocsin.base.time import minute_of
from tocsin.flows.alerting.shown import (
    FaultLine,
    Names,
    NextRound,
    ToldLine,
    next_round,
    standing_faults,
    told_lines,
)
from tocsin.flows.correct import Hand
from tocsin.flows.engine import Engine
from tocsin.store.affairs.rows import AlertFilter, PostLine
from tocsin.store.rows import AlertStep, AuditEntry

OPEN_STATES = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)
_MORNING = 8
_POSTS = 10
_LONGEST_NOTE = 500
_HOUR_MIN = 60
_WINDOWS = {f"surge.scale.{minutes}": minutes for minutes in (5, 15, 30, 60, 120, 360)}
_PERIODS = {"1": timedelta(days=1), "7": timedelta(days=7), "30": timedelta(days=30)}


class Act(StrEnum):
    """What a person may do with an alert, in one click."""

    TAKE = "take"
    SNOOZE_1H = "snooze-1h"
    SNOOZE_4H = "snooze-4h"
    SNOOZE_MORNING = "snooze-morning"
    FALSE = "false"
    CLOSE = "close"
    REOPEN = "reopen"


_STATE = {
    Act.TAKE: AlertState.ACKNOWLEDGED,
    Act.SNOOZE_1H: AlertState.SNOOZED,
    Act.SNOOZE_4H: AlertState.SNOOZED,
    Act.SNOOZE_MORNING: AlertState.SNOOZED,
    Act.FALSE: AlertState.FALSE,
    Act.CLOSE: AlertState.CLOSED,
    Act.REOPEN: AlertState.OPEN,
}


class AlertWish(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts a reader asks for, in the words of the address; what is unknown counts as not said."""

    state: str = ""
    cause: str = ""
    level: str = ""
    period: str = ""
    before: datetime | None = None


class Rise(msgspec.Struct, frozen=True, kw_only=True):
    """What rang, as it stood when it rang: mentions seen and expected in a window of so many minutes."""

    seen: int
    expected: float
    window_min: int


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """An alert in a list. title: of its story as people named it. surge: what rose, None for other causes.

    told: those who were told, the earliest first. next: who is called if nobody takes it. held: how many others it
    speaks for; these three stay empty where only the alert itself is asked for.
    """

    alert: Alert
    title: str
    surge: Surge | None = None
    told: tuple[ToldLine, ...] = ()
    next: NextRound | None = None
    held: int = 0

    @property
    def shown_level(self) -> str:
        """The level as its mark is drawn: a dangerous post is an alarm."""
        return "watch" if self.alert.level == "watch" else "alarm"

    @property
    def rise(self) -> Rise | None:
        """What rang, from the reasons of the alert: the surge itself may have grown since. None for other causes."""
        for reason in self.alert.reasons:
            window = _WINDOWS.get(reason.code) or (reason.code == "surge.cold_rise" and _HOUR_MIN)
            if window and len(reason.words) >= 2:
                return Rise(seen=int(reason.words[0]), expected=float(reason.words[1]), window_min=window)
        return None


class Affair(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts of one story in a list: the one to look at, and the rest, newest first."""

    head: AlertLine
    rest: tuple[AlertLine, ...] = ()


class AlertList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of alerts: those that wait for somebody, then the others. more: `at` to go on before, None at the end.

    faults: channels that take nothing.
    """

    waiting: tuple[Affair, ...]
    others: tuple[Affair, ...]
    more: datetime | None = None
    faults: tuple[FaultLine, ...] = ()

    @property
    def waiting_alerts(self) -> int:
        """How many alerts wait for somebody."""
        return sum(1 + len(affair.rest) for affair in self.waiting)


class AlertPage(msgspec.Struct, frozen=True, kw_only=True):
    """One alert with all of it. held: alerts that it speaks for; speaker: the one that speaks for it, if one does."""

    line: AlertLine
    posts: tuple[PostLine, ...]
    steps: tuple[AlertStep, ...]
    is_in_story: bool
    held: tuple[AlertLine, ...] = ()
    speaker: AlertLine | None = None


def list_alerts(engine: Engine, brand: Brand, wish: AlertWish, now: datetime, *, limit: int = 40) -> AlertList:
    """Return the alerts of a brand that fit a wish, those that wait for somebody first."""
    states = {state.value: state for state in AlertState}
    causes = {cause.value: cause for cause in AlertCause}
    period = _PERIODS.get(wish.period)
    wanted = AlertFilter(
        states=(states[wish.state],) if wish.state in states else (),
        causes=(causes[wish.cause],) if wish.cause in causes else (),
        levels=(wish.level,) if wish.level in ("watch", "alarm", "danger") else (),
        since=None if period is None else now - period,
        before=wish.before,
        limit=limit + 1,
    )
    affairs = engine.store.affairs
    first: list[Alert] = []
    if wish.before is None and wish.state in ("", "open"):
        unsettled = msgspec.structs.replace(wanted, states=(AlertState.OPEN, AlertState.SNOOZED), limit=100)
        first = [alert for alert in affairs.alerts(brand.slug, unsettled) if is_waiting(alert, now)]
    found = affairs.alerts(brand.slug, wanted)
    shown = {alert.id for alert in first}
    rest = [alert for alert in found[:limit] if alert.id not in shown]
    return AlertList(
        waiting=tuple(_affairs(_with_telling(engine, alert_lines(engine, first)))),
        others=tuple(_affairs(_with_telling(engine, alert_lines(engine, rest)))),
        more=found[limit - 1].at if len(found) > limit else None,
        faults=tuple(standing_faults(engine, brand.slug, now)),
    )


def is_waiting(alert: Alert, now: datetime) -> bool:
    """Return whether an alert waits for somebody: open, or put off until an instant that has come."""
    over = alert.snoozed_until is not None and alert.snoozed_until <= now
    return alert.state is AlertState.OPEN or (alert.state is AlertState.SNOOZED and over)


def alert_lines(engine: Engine, alerts: list[Alert]) -> list[AlertLine]:
    """Return alerts with the titles and surges that tell them."""
    titles = engine.store.affairs.titles([alert.story for alert in alerts if alert.story])
    lines = []
    for alert in alerts:
        surge = engine.store.surge(alert.subject) if alert.cause is AlertCause.SURGE else None
        # The title a person gave to the story says more than the line of the post that rang, save for a single post.
        given = titles.get(alert.story, "") if alert.cause is AlertCause.SURGE else ""
        lines.append(AlertLine(alert=alert, title=given or alert.title, surge=surge))
    return lines


def _with_telling(engine: Engine, lines: list[AlertLine]) -> list[AlertLine]:
    """Return lines with who was told, who is next, and what they speak for."""
    numbers = [line.alert.id for line in lines]
    told = engine.store.alerting.tellings(numbers)
    held = engine.store.alerting.held(numbers)
    names = Names.of(engine)
    return [
        msgspec.structs.replace(
            line,
            told=tuple(told_lines(names, told[line.alert.id])),
            next=next_round(engine, line.alert),
            held=held.get(line.alert.id, 0),
        )
        for line in lines
    ]


def _affairs(lines: list[AlertLine]) -> list[Affair]:
    """Return alerts by story, the loudest of each first; stories in the order of their newest alert."""
    groups: dict[str, list[AlertLine]] = {}
    for line in lines:
        groups.setdefault(line.alert.story or line.alert.id, []).append(line)
    affairs = []
    for group in groups.values():
        head = min(group, key=lambda line: line.shown_level == "watch")  # the newest of the loudest
        affairs.append(Affair(head=head, rest=tuple(line for line in group if line is not head)))
    return affairs


def alert_of_brand(engine: Engine, brand: Brand, number: str) -> Alert:
    """Return a live alert of the brand. Raises NotFoundError, for one of another brand too."""
    alert = engine.store.alert(number)
    if alert.brand != brand.slug or alert.timeline != LIVE:
        raise NotFoundError("There is no alert {id!r}. Take its id from the list of alerts.", id=number)
    return alert


def alert_page(engine: Engine, brand: Brand, number: str) -> AlertPage:
    """Return an alert with its posts, what was done with it, and who was told. Raises NotFoundError."""
    alert = alert_of_brand(engine, brand, number)
    speaker = [engine.store.alert(alert.muted_by)] if alert.muted_by else []
    return AlertPage(
        line=_with_telling(engine, alert_lines(engine, [alert]))[0],
        posts=tuple(alert_posts(engine, alert)),
        steps=tuple(engine.store.alert_log(number)),
        is_in_story=bool(alert.story),
        held=tuple(alert_lines(engine, engine.store.alerting.held_by(number))),
        speaker=next(iter(alert_lines(engine, speaker)), None),
    )


def alert_posts(engine: Engine, alert: Alert, limit: int = _POSTS) -> list[PostLine]:
    """Return the posts to read first about an alert, the gravest first, of bounded cost."""
    affairs = engine.store.affairs
    if alert.cause is AlertCause.DANGER and alert.subject.isdigit():
        return affairs.lines([int(alert.subject)])
    surge = engine.store.surge(alert.subject) if alert.cause is AlertCause.SURGE else None
    if surge is None:
        return []
    return surge_posts(engine, surge, limit)


def surge_posts(engine: Engine, surge: Surge, limit: int = _POSTS) -> list[PostLine]:
    """Return the gravest posts of the window of a surge, one of each text."""
    first, last = minute_of(surge.since), minute_of(surge.at)
    posts = engine.store.affairs.window(surge.brand, first, last, limit * 4)
    chosen: dict[int, PostLine] = {}
    for post in posts:
        chosen.setdefault(post.exact, post)
    return list(chosen.values())[:limit]


def act_on_alert(engine: Engine, number: str, act: Act, hand: Hand, *, zone: ZoneInfo, note: str = "") -> Alert:
    """Do one thing with an alert, and note who did. Raises NotFoundError, InputError on too long a note.

    zone: of the reader, whose morning it is. The alert may be of the hand's brand alone.
    """
    alert = engine.store.alert(number)
    if alert.brand != hand.brand:
        raise NotFoundError("There is no alert {id!r}. Take its id from the list of alerts.", id=number)
    if len(note) > _LONGEST_NOTE:
        raise InputError(
            "A note has at most {most} letters; this one has {length}.", most=_LONGEST_NOTE, length=len(note)
        )
    changed = engine.store.set_alert_state(
        number, _STATE[act], by=hand.person.mark, at=hand.at, until=snooze_until(act, hand.at, zone), note=note.strip()
    )
    engine.store.note_audit(
        AuditEntry(at=hand.at, by=hand.person.mark, action=f"alert.{act.value}", subject=number, text=note.strip())
    )
    return changed


def snooze_until(act: Act, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return until when an act puts an alert off: an hour, four, or the next 8 in the morning of the reader.

    >>> from datetime import UTC
    >>> snooze_until(Act.SNOOZE_MORNING, datetime(2026, 3, 2, 22, tzinfo=UTC), ZoneInfo("Europe/Paris")).isoformat()
    '2026-03-03T07:00:00+00:00'
    """
    if act is Act.SNOOZE_1H:
        return now + timedelta(hours=1)
    if act is Act.SNOOZE_4H:
        return now + timedelta(hours=4)
    if act is not Act.SNOOZE_MORNING:
        return None
    local = now.astimezone(zone)
    morning = local.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    if morning <= local:
        morning = (morning + timedelta(days=1)).replace(hour=_MORNING)
    return morning.astimezone(now.tzinfo)
