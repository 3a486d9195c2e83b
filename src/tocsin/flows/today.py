"""The day at a glance: is it serious, since when, what do I do."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.brand import Brand
from tocsin.base.person import Role
from tocsin.base.time import minute_of
from tocsin.flows.alerting.shown import FaultLine, standing_faults
from tocsin.flows.alerts_inbox import OPEN_STATES, AlertLine, alert_lines, is_waiting
from tocsin.flows.dossiers.due import late_seals, near_deadlines, stuck_robot
from tocsin.flows.engine import Engine
from tocsin.flows.level import Level, level
from tocsin.flows.sources import SourceBoard, SourceView, source_board
from tocsin.flows.stories.glance import StoryGlance, stories_to_look_at
from tocsin.flows.stream import todo_since
from tocsin.store.affairs.rows import AlertFilter
from tocsin.store.queries.stream import Ask, State

_OPEN_DAYS = timedelta(days=7)
_LATE = timedelta(minutes=30)
_SHOWN_ALERTS = 3
_SHOWN_SILENT = 2
_MOST_MINE = 50
_LEADERS = (Role.OWNER, Role.MANAGER)
_LAWYERS = (Role.OWNER, Role.COUNSEL)
_LAST_DAYS = 2


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """The one alarm at the head of the page. by: who took it, as logs name them, "" while nobody did; at: when.

    more: how many other alarms stand open beside it.
    """

    line: AlertLine
    by: str = ""
    at: datetime | None = None
    more: int = 0


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for the reader. code: what; count: how many; since: of the one that waits longest.

    is_late: it waits for more than half an hour, or little time is left.
    dossier, title, left: of a deadline, its dossier and the days left to its safe day, below 0 once that has passed;
    last_left: to its last day. lack: why no page can be captured on this machine, "" where that is not known.
    """

    code: str
    count: int
    since: datetime | None = None
    is_late: bool = False
    dossier: str = ""
    title: str = ""
    left: int = 0
    last_left: int = 0
    lack: str = ""

    @property
    def others(self) -> int:
        """How many more there are beside the one told."""
        return self.count - 1


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """All of the page. alerts: the three newest unsettled; open_alerts: how many there are; levels: by story.

    silent: sources that need a person, two at most; board: of all sources. faults: channels that take nothing.
    """

    level: Level
    ring: Ring | None
    tasks: tuple[Task, ...]
    alerts: tuple[AlertLine, ...]
    open_alerts: int
    stories: tuple[StoryGlance, ...]
    silent: tuple[SourceView, ...]
    board: SourceBoard
    faults: tuple[FaultLine, ...] = ()


class BrandLine(msgspec.Struct, frozen=True, kw_only=True):
    """A brand among others: its level and what waits in it."""

    level: Level
    open_alerts: int


def today(engine: Engine, brand: Brand, now: datetime, *, person: int, role: Role | None) -> Today:
    """Return the day of a brand for a person. person: their number."""
    unsettled = _unsettled(engine, brand, now)
    shown = level(engine, brand, now)
    board = source_board(engine, brand.slug, now, all_brands=False)
    silent = [view for view in board.sources if view.needs_somebody]
    waiting = [alert for alert in unsettled if is_waiting(alert, now)]
    return Today(
        level=shown,
        ring=_ring(engine, unsettled, now),
        tasks=tuple(_tasks(engine, brand, _Asked(now, person, role), waiting, board)),
        alerts=tuple(alert_lines(engine, sorted(unsettled, key=_urgency)[:_SHOWN_ALERTS])),
        open_alerts=len(waiting),
        stories=stories_to_look_at(engine, brand, now, _levels(unsettled)),
        silent=tuple(silent[:_SHOWN_SILENT]),
        board=board,
        faults=tuple(standing_faults(engine, brand.slug, now)),
    )


def brand_lines(engine: Engine, brands: list[Brand], now: datetime) -> list[BrandLine]:
    """Return one line a brand, the loudest first."""
    lines = []
    for brand in brands:
        waiting = [alert for alert in _unsettled(engine, brand, now) if is_waiting(alert, now)]
        lines.append(BrandLine(level=level(engine, brand, now, hours=1), open_alerts=len(waiting)))
    rank = {"alarm": 0, "watch": 1, "calm": 2}
    return sorted(lines, key=lambda line: (rank[line.level.code], -line.open_alerts, line.level.brand.name.casefold()))


def _unsettled(engine: Engine, brand: Brand, now: datetime) -> list[Alert]:
    wanted = AlertFilter(states=OPEN_STATES, since=now - _OPEN_DAYS, limit=100)
    return [alert for alert in engine.store.affairs.alerts(brand.slug, wanted) if alert.at <= now]


def _ring(engine: Engine, unsettled: list[Alert], now: datetime) -> Ring | None:
    """The newest alarm of a rise that nobody settled; put off, it stands aside until its instant."""
    alarms = [
        alert
        for alert in unsettled
        if alert.level != "watch" and (alert.state is not AlertState.SNOOZED or is_waiting(alert, now))
    ]
    if not alarms:
        return None
    first = min(alarms, key=lambda alert: (alert.cause is not AlertCause.SURGE, -minute_of(alert.at)))
    taken = [step for step in engine.store.alert_log(first.id) if step.state is AlertState.ACKNOWLEDGED]
    is_taken = first.state is AlertState.ACKNOWLEDGED and bool(taken)
    return Ring(
        line=alert_lines(engine, [first])[0],
        by=taken[-1].by if is_taken else "",
        at=taken[-1].at if is_taken else None,
        more=len(alarms) - 1,
    )


def _urgency(alert: Alert) -> tuple[bool, bool, int]:
    return (alert.state is not AlertState.OPEN, alert.level == "watch", -minute_of(alert.at))


def _levels(unsettled: list[Alert]) -> dict[str, str]:
    levels: dict[str, str] = {}
    for alert in unsettled:
        if alert.story and levels.get(alert.story) != "alarm":
            levels[alert.story] = "watch" if alert.level == "watch" else "alarm"
    return levels


def _tasks(engine: Engine, brand: Brand, asked: _Asked, waiting: list[Alert], board: SourceBoard) -> list[Task]:
    tasks = []
    if waiting:
        since = min(alert.at for alert in waiting)
        tasks.append(Task(code="alerts", count=len(waiting), since=since, is_late=asked.now - since > _LATE))
    if asked.role in _LAWYERS:
        tasks += _dossier_tasks(engine, brand, asked.now)
    stream, first = engine.store.stream, todo_since(asked.now)
    ask = Ask(brand=brand.slug, state=State.TODO, assignee=asked.person, since=first)
    counts = stream.waiting(brand.slug, first)
    numbers = {
        "mine": len(stream.page(ask, limit=_MOST_MINE).rows),
        "severe": counts.severe,
        "unsure": counts.unsure,
    }
    if asked.role in _LEADERS:
        numbers["sources"] = board.in_trouble
        numbers["keys"] = len(board.ending)
        numbers["watch"] = 0 if engine.store.watches(brand.slug) else 1
    return tasks + [Task(code=code, count=count) for code, count in numbers.items() if count]


def _dossier_tasks(engine: Engine, brand: Brand, now: datetime) -> list[Task]:
    """The next deadline, captures that no robot takes, seals whose time-stamps are late."""
    tasks = []
    near = near_deadlines(engine, brand, now)
    if near:
        first = near[0]
        told = Task(
            code="deadline",
            count=len(near),
            is_late=first.left <= _LAST_DAYS,
            dossier=first.dossier,
            title=first.title,
            left=first.left,
            last_left=first.last_left,
        )
        tasks.append(told)
    robot, seals = stuck_robot(engine, brand, now), late_seals(engine, brand, now)
    if robot is not None:
        lack = robot.lack.value if robot.lack else ""
        tasks.append(Task(code="robot", count=robot.captures, since=robot.since, is_late=True, lack=lack))
    if seals is not None:
        tasks.append(Task(code="seals", count=seals.captures, since=seals.since))
    return tasks


class _Asked(msgspec.Struct, frozen=True):
    """Who asks for the day, and when."""

    now: datetime
    person: int
    role: Role | None
