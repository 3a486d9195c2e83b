"""The charts of a story: its curve with what happened, and the map of its spread."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.base.time import minute_of, minute_start
from tocsin.flows.i18n import N_
from tocsin.flows.level import alert_flags, curve_points, curve_words
from tocsin.flows.moments import Reader
from tocsin.flows.stories.page import Fact, StoryPage
from tocsin.flows.stories.spread import PUBLIC_REACH
from tocsin.report.chart import spread_map, story_chart
from tocsin.report.media import is_press, medium_of
from tocsin.report.values import Bubble, Curve, Figure, Flag, MapWords, Medium, SpreadMap
from tocsin.spread.media import Media
from tocsin.store.affairs.rows import PostLine

MEDIA: dict[Medium, str] = {
    Medium.NETWORKS: N_("Networks"),
    Medium.FORUMS: N_("Forums"),
    Medium.REVIEWS: N_("Reviews"),
    Medium.LOCAL_PRESS: N_("Local press"),
    Medium.NATIONAL_PRESS: N_("National press"),
    Medium.OTHER: N_("Elsewhere"),
}
_SHORT_MEDIA: dict[Medium, str] = {**MEDIA, Medium.LOCAL_PRESS: N_("Local"), Medium.NATIONAL_PRESS: N_("National")}
_FLAGS = {
    "first": (N_("first post {clock}"), N_("first {clock}")),
    "relay": (N_("{who} relays {clock}"), N_("relay {clock}")),
    "local_press": (N_("press {clock}"), N_("press {clock}")),
    "national_press": (N_("national press {clock}"), N_("national {clock}")),
}
_NARROW_MIN = 24 * 60
_MOST_BUBBLES = 40
_MOST_ARTICLES, _FIRST_ARTICLES = 16, 4
_WHO = 18


def story_figure(page: StoryPage, reader: Reader) -> Figure:
    """Return the curve of a story against the usual of the whole brand."""
    points = page.points
    start, end = points[0].minute, points[-1].minute
    peak = max(points, key=lambda point: point.seen)
    t = reader.t
    sentence = t.text(
        N_("{posts} in all; at most {peak} in an hour, on {when}."),
        posts=t.plural("{number} mention", "{number} mentions", page.line.posts, number=reader.count(page.line.posts)),
        peak=reader.count(peak.seen),
        when=reader.day_and_clock(minute_start(peak.minute)),
    )
    alerts = [alert for alert in page.alerts if alert.level in ("alarm", "watch")]
    flags = [*alert_flags(alerts, reader), *_fact_flags(page.facts, reader)]
    narrow_from = max(start, end - _NARROW_MIN)
    curve = Curve(
        id=page.line.id,
        words=curve_words(reader, N_("Mentions an hour"), sentence, points),
        points=curve_points(points, reader),
        ticks=reader.ticks(start, end, 9),
        narrow_ticks=reader.ticks(narrow_from, end, 4),
        flags=tuple(flags),
        hot_from=min((minute_of(alert.at) for alert in alerts), default=None),
        narrow_from=narrow_from,
    )
    return story_chart(curve)


def spread_figure(page: StoryPage, reader: Reader) -> Figure | None:
    """Return the map of a story's spread from what is known, None for fewer than three posts."""
    media = page.spread.media
    chosen = weighty(page.posts, media)
    if len(chosen) < 3:
        return None
    causes = page.spread.causes
    places = {post.row: place for place, post in enumerate(chosen)}
    linked = {post.row: _nearest(causes, post.row, places) for post in chosen}
    main = _main_way(chosen, linked, media)
    t = reader.t
    bubbles = tuple(
        Bubble(
            minute=minute_of(post.at),
            medium=medium_of(post.platform, post.kind, post.url, media),
            reach=post.followers or 0,
            label=_label(post, reader, media),
            row=_row(post, reader, media),
            cause=None if linked[post.row] is None else places[linked[post.row]],  # type: ignore[index]
            main=post.row in main,
        )
        for post in chosen
    )
    press = next((post for post in chosen if is_press(medium_of(post.platform, post.kind, post.url, media))), None)
    start, end = minute_of(chosen[0].at), minute_of(chosen[-1].at)
    at = press.at if press else None
    words = MapWords(
        title=t.text(N_("Map of the spread")),
        sentence=" ".join(filter(None, (_sentence(chosen, press, reader, media), _left_out(page, chosen, reader)))),
        lanes={medium: t.text(name) for medium, name in MEDIA.items()},
        short_lanes={medium: t.text(name) for medium, name in _SHORT_MEDIA.items()},
        columns=(t.text(N_("When")), t.text(N_("Who")), t.text(N_("Where")), t.text(N_("Audience"))),
        origin=t.text(N_("origin {clock}"), clock=reader.clock(minute_start(start))),
        press=t.text(N_("into the press, {clock}"), clock=reader.clock(at)) if at else "",
        night=t.text(N_("night")),
        none_yet=t.text(N_("not yet")),
    )
    return spread_map(
        SpreadMap(
            id=page.line.id,
            words=words,
            bubbles=bubbles,
            ticks=reader.ticks(start, end, 200),
            nights=reader.nights(start, end),
            press_at=minute_of(press.at) if press and press is not chosen[0] else None,
        )
    )


def weighty(posts: Sequence[PostLine], media: Media | None = None) -> list[PostLine]:
    """Return the first post and the weightiest others, at most 40, oldest first, the brand's own left out.

    The first articles of each press, then the widest audiences; at most 16 articles while others are left, so that
    neither crowds the other out of the map.
    """
    articles: dict[Medium, list[PostLine]] = {}
    others: list[PostLine] = []
    for post in posts[1:]:
        medium = medium_of(post.platform, post.kind, post.url, media)
        if not post.own:
            (articles.setdefault(medium, []) if is_press(medium) else others).append(post)
    first = [post for group in articles.values() for post in sorted(group, key=_earliest)[:_FIRST_ARTICLES]]
    known = {post.row for post in first}
    later = [post for group in articles.values() for post in group if post.row not in known]
    press = sorted(first, key=_earliest) + sorted(later, key=_loudest)
    others.sort(key=_loudest)
    room = _MOST_BUBBLES - 1
    wanted = max(_MOST_ARTICLES, room - len(others))
    chosen = [*posts[:1], *press[:wanted], *others[: room - min(wanted, len(press))]]
    return sorted(chosen, key=_earliest)


def _earliest(post: PostLine) -> tuple[int, int]:
    return (minute_of(post.at), post.row)


def _loudest(post: PostLine) -> tuple[int, int, int]:
    return (-(post.followers or 0), *_earliest(post))


def _nearest(causes: dict[int, int], row: int, places: dict[int, int]) -> int | None:
    """The row of the nearest post up the chain of what this one relays that stands on the map."""
    seen = {row}
    at = causes.get(row)
    while at is not None and at not in seen:
        if at in places and places[at] < places[row]:
            return at
        seen.add(at)
        at = causes.get(at)
    return None


def _main_way(chosen: Sequence[PostLine], linked: dict[int, int | None], media: Media) -> set[int]:
    """The rows from the origin to the weightiest post: to the press where there is any that relays something."""
    reached = [post for post in chosen if linked[post.row] is not None]
    press = [post for post in reached if is_press(medium_of(post.platform, post.kind, post.url, media))]
    ends = press[:1] or sorted(reached, key=lambda post: -(post.followers or 0))[:1]
    way: set[int] = set()
    at: int | None = ends[0].row if ends else None
    while at is not None and at not in way:
        way.add(at)
        at = linked[at]
    return way


def _sentence(chosen: Sequence[PostLine], press: PostLine | None, reader: Reader, media: Media) -> str:
    t = reader.t
    seen = {medium_of(post.platform, post.kind, post.url, media) for post in chosen}
    began = reader.day_and_clock(chosen[0].at)
    named = ", ".join(t.text(MEDIA[medium]).lower() for medium in Medium if medium in seen)
    if press is None:
        return t.text(N_("Began on {when}; seen in: {media}. Not in the press yet."), when=began, media=named)
    entered = reader.day_and_clock(press.at)
    return t.text(
        N_("Began on {when}; seen in: {media}. Entered the press on {entered}."),
        when=began,
        media=named,
        entered=entered,
    )


def _left_out(page: StoryPage, chosen: Sequence[PostLine], reader: Reader) -> str:
    if page.line.posts <= len(chosen):
        return ""
    return reader.t.text(
        N_("Drawn: {shown} of {posts} posts, the first, those of the press and of the widest audiences."),
        shown=reader.count(len(chosen)),
        posts=reader.count(page.line.posts),
    )


def shown_name(post: PostLine, reader: Reader, media: Media | None = None) -> str:
    """Return the name of the press and of accounts that many follow; a private person's stays masked on this screen."""
    medium = medium_of(post.platform, post.kind, post.url, media)
    if is_press(medium) or post.own or (post.followers or 0) >= PUBLIC_REACH:
        return post.name or post.handle
    return reader.t.text(N_("name masked"))


def _label(post: PostLine, reader: Reader, media: Media) -> str:
    medium = medium_of(post.platform, post.kind, post.url, media)
    if not is_press(medium) and (post.followers or 0) < PUBLIC_REACH:
        return ""
    who = _short(post.name or post.handle)
    if not post.followers:
        return who
    reach = post.followers
    written = f"{reader.count(reach / 1000)} k" if reach >= 10_000 else reader.count(reach)
    return f"{who}, {written}" if who else written


def _row(post: PostLine, reader: Reader, media: Media) -> tuple[str, str, str, str]:
    return (
        reader.day_and_clock(post.at),
        shown_name(post, reader, media),
        reader.t.text(MEDIA[medium_of(post.platform, post.kind, post.url, media)]),
        reader.count(post.followers) if post.followers is not None else "",
    )


def _fact_flags(facts: Sequence[Fact], reader: Reader) -> list[Flag]:
    flags = []
    for fact in facts:
        if fact.code in _FLAGS:
            label, short = _FLAGS[fact.code]
            clock, who = reader.clock(fact.at), _short(fact.words[0])
            flags.append(
                Flag(
                    minute=minute_of(fact.at),
                    label=reader.t.text(label, clock=clock, who=who),
                    short=reader.t.text(short, clock=clock, who=who),
                )
            )
    return flags


def _short(who: str) -> str:
    return who if len(who) <= _WHO else who[: _WHO - 1].rstrip() + "…"
