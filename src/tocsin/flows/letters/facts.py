"""All that the letters of one alert tell, read once and told to each person in their words."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import msgspec

from tocsin.base.alert import Alert, AlertCause
from tocsin.base.brand import Brand
from tocsin.base.errors import NotFoundError
from tocsin.base.mention import Reason
from tocsin.flows.alerting.shown import NextRound, next_round
from tocsin.flows.alerts_inbox import AlertLine, alert_lines, alert_posts
from tocsin.flows.engine import Engine
from tocsin.flows.level import Level, level
from tocsin.flows.media import media_in_force
from tocsin.flows.stories.page import StoryPage, story_page
from tocsin.report.media import medium_of
from tocsin.report.values import Medium
from tocsin.spread.media import Media
from tocsin.store.affairs.rows import AlertFilter, PostLine
from tocsin.store.alerting.rows import Telling
from tocsin.store.rows import SourceRow

_SHOWN_POSTS = 3
_READ_POSTS = 60
_SAME_AFFAIR = timedelta(days=14)
_MOST_EARLIER = 10


class AlertFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An alert with what surrounds it. level: of the brand when it rang. story: None when none carries it.

    media: share of the posts in each medium, the largest first. titles: of the press, as they count here.
    reasons: of a single post, the weightiest first.
    earlier: ids of alerts on the same affair, oldest first. taken_by: name of who has it, "" for nobody.
    source: the silent one, None for other causes or when it was removed. next: who is called if nobody takes it.
    """

    alert: Alert
    brand: Brand
    line: AlertLine
    level: Level
    story: StoryPage | None
    posts: tuple[PostLine, ...]
    media: tuple[tuple[Medium, float], ...]
    titles: Media
    told: tuple[Telling, ...]
    reasons: tuple[Reason, ...] = ()
    earlier: tuple[str, ...] = ()
    taken_by: str = ""
    source: SourceRow | None = None
    next: NextRound | None = None

    @property
    def title(self) -> str:
        """What the story is called, "" when no story carries the rise."""
        return self.story.line.title if self.story else self.line.title


def alert_facts(engine: Engine, alert: Alert) -> AlertFacts:
    """Return what is known of an alert now; each part bounded, whatever the size of the affair."""
    brand = engine.store.brand(alert.brand)
    story = _story(engine, brand, alert, alert.at)
    found = alert_posts(engine, alert, _READ_POSTS)
    titles = media_in_force(engine)
    return AlertFacts(
        alert=alert,
        brand=brand,
        line=alert_lines(engine, [alert])[0],
        level=level(engine, brand, alert.at),
        story=story,
        posts=tuple(_to_read(story, found)),
        media=tuple(_media(story, found, titles)),
        titles=titles,
        told=tuple(engine.store.alerting.tellings([alert.id])[alert.id]),
        reasons=_reasons(engine, alert),
        earlier=_earlier(engine, alert),
        taken_by=_name(engine, alert.by) if alert.by and alert.state == "acknowledged" else "",
        source=_source(engine, alert),
        next=next_round(engine, alert),
    )


def _story(engine: Engine, brand: Brand, alert: Alert, now: datetime) -> StoryPage | None:
    if not alert.story or alert.cause is not AlertCause.SURGE:
        return None
    try:
        return story_page(engine, brand, alert.story, now)
    except NotFoundError:
        return None  # put into another one since, or erased


def _to_read(story: StoryPage | None, found: list[PostLine]) -> list[PostLine]:
    """Three posts: the gravest, the one most people may have read, and the first; then the next gravest."""
    if story is None or not story.posts:
        return found[:_SHOWN_POSTS]
    others = [post for post in story.posts if not post.own] or list(story.posts)
    loudest = max(others, key=lambda post: (post.followers or 0, -post.minute, -post.row))
    candidates = [loudest, *story.top[:1], others[0], *story.top, *others]
    chosen: dict[int, PostLine] = {}
    for post in candidates:
        chosen.setdefault(post.exact, post)
    return list(chosen.values())[:_SHOWN_POSTS]


def _media(story: StoryPage | None, found: list[PostLine], titles: Media) -> list[tuple[Medium, float]]:
    if story is not None and story.media:
        return sorted(((one.medium, one.share) for one in story.media), key=lambda one: -one[1])
    counts = Counter(medium_of(post.platform, post.kind, post.url, titles) for post in found)
    return [(medium, number / len(found)) for medium, number in counts.most_common()]


def _reasons(engine: Engine, alert: Alert) -> tuple[Reason, ...]:
    """Why it rang: of a single post what its first reading found, of a rise what the test said."""
    if alert.cause is AlertCause.DANGER and alert.subject.isdigit():
        try:
            verdict = engine.store.mention(int(alert.subject)).verdict
        except NotFoundError:
            return alert.reasons
        return tuple(sorted(verdict.severity.reasons, key=lambda reason: -reason.weight))
    return alert.reasons


def _earlier(engine: Engine, alert: Alert) -> tuple[str, ...]:
    wanted = AlertFilter(since=alert.at - _SAME_AFFAIR, before=alert.at, limit=200)
    same = [
        one.id
        for one in engine.store.affairs.of(alert.timeline).alerts(alert.brand, wanted)
        if one.id != alert.id and (one.subject == alert.subject or (alert.story and one.story == alert.story))
    ]
    return tuple(reversed(same[:_MOST_EARLIER]))


def _name(engine: Engine, mark: str) -> str:
    return next((person.name for person in engine.store.people.everybody() if person.mark == mark), mark)


def _source(engine: Engine, alert: Alert) -> SourceRow | None:
    if alert.cause is not AlertCause.SILENCE:
        return None
    return next((row for row in engine.store.sources() if row.source.name == alert.subject), None)
