"""The words of a digest, in the order of its parts: level, alerts, stories, sources, what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tocsin.base.alert import AlertCause, AlertState
from tocsin.base.person import Rhythm
from tocsin.base.time import minute_start
from tocsin.flows.alerts_inbox import AlertLine
from tocsin.flows.i18n import N_
from tocsin.flows.letters.digest_facts import DigestFacts
from tocsin.flows.letters.letter import Recipient
from tocsin.flows.letters.links import Links
from tocsin.flows.letters.words import listed, percent, said_rise
from tocsin.flows.moments import Reader
from tocsin.flows.vocabulary import word
from tocsin.report.letter.sheet import (
    Block,
    Buttons,
    Entry,
    Figures,
    Heading,
    Kicker,
    Lead,
    Link,
    Note,
    Picture,
    Sheet,
    Title,
    Tone,
)
from tocsin.store.affairs.rows import StoryLine
from tocsin.store.queries.stream import COUNTED
from tocsin.store.rows import AlertStep

_LOUD, _QUIET = 1.3, 0.7  # of the usual: what is called more, or less, than usual
_SILENT = 5
_STEPS = {
    AlertState.ACKNOWLEDGED: N_("taken by {who}, {clock}"),
    AlertState.SNOOZED: N_("put off by {who}, {clock}"),
    AlertState.FALSE: N_("called false by {who}, {clock}"),
    AlertState.CLOSED: N_("closed by {who}, {clock}"),
    AlertState.OPEN: N_("opened again by {who}, {clock}"),
}


def digest_sheet(facts: DigestFacts, to: Recipient, links: Links, picture: Picture, names: Mapping[str, str]) -> Sheet:
    """Return the sheet of a digest. names: of people by their mark."""
    reader, t = to.reader, to.reader.t
    headline = _headline(facts, reader)
    return Sheet(
        language=to.language,
        subject=t.text(N_("{brand}: {headline}"), brand=facts.brand.name, headline=headline),
        preview=_comparison(facts, reader),
        tone=Tone.CALM,
        blocks=tuple(_blocks(facts, to, links, picture, names)),
    )


def _blocks(
    facts: DigestFacts, to: Recipient, links: Links, picture: Picture, names: Mapping[str, str]
) -> Iterator[Block]:
    reader, t = to.reader, to.reader.t
    yield Kicker(words=_period(facts, reader))
    yield Title(words=_capital(_headline(facts, reader)))
    yield Lead(words=_comparison(facts, reader))
    if not facts.is_empty:
        yield picture
        yield Note(words=t.text(N_("Mentions an hour. Grey band: the usual for this hour.")))
        yield Figures(rows=tuple(_figures(facts, reader)))
    yield from _alerts(facts, links, reader, names)
    for title, stories in (
        (N_("New stories"), facts.new),
        (N_("Stories that go on"), facts.growing),
        (N_("Stories that calm down"), facts.calm),
    ):
        yield from _stories(t.text(title), stories, links, reader)
    yield from _silent(facts, links, reader)
    if links.is_known:
        yield Buttons(
            links=(
                Link(words=t.text(N_("Open the day")), url=links.today()),
                Link(words=t.text(N_("See the stream")), url=links.stream()),
            )
        )
    yield _why(facts, links, to)


def _headline(facts: DigestFacts, reader: Reader) -> str:
    t = reader.t
    if not facts.posts:
        return t.text(N_("a day without a word") if facts.rhythm is Rhythm.DAILY else N_("a week without a word"))
    said = t.plural(
        "{number} mention in a day", "{number} mentions in a day", facts.posts, number=reader.count(facts.posts)
    )
    if facts.rhythm is Rhythm.WEEKLY:
        said = t.plural(
            "{number} mention in a week",
            "{number} mentions in a week",
            facts.posts,
            number=reader.count(facts.posts),
        )
    if not facts.alerts:
        return t.text(N_("{said}, no alert"), said=said)
    alerts = t.plural("{n} alert", "{n} alerts", facts.rang)
    return t.text(N_("{said}, {alerts}"), said=said, alerts=alerts)


def _period(facts: DigestFacts, reader: Reader) -> str:
    t = reader.t
    given = {"since": reader.day_and_clock(facts.since), "until": reader.day_and_clock(facts.until)}
    if facts.rhythm is Rhythm.DAILY:
        return t.text(N_("The day of {brand}, from {since} to {until}"), brand=facts.brand.name, **given)
    return t.text(N_("The week of {brand}, from {since} to {until}"), brand=facts.brand.name, **given)


def _comparison(facts: DigestFacts, reader: Reader) -> str:
    """What was said against the usual, in a sentence."""
    t = reader.t
    if facts.usual is None:
        return t.text(N_("What is usual is not known yet: tocsin is still learning."))
    usual, times = reader.count(facts.usual), facts.posts / max(1.0, facts.usual)
    if times > _LOUD:
        return t.text(
            N_("More than usual: {seen} where about {usual} are expected."), seen=reader.count(facts.posts), usual=usual
        )
    if times < _QUIET:
        return t.text(
            N_("Less than usual: {seen} where about {usual} are expected."), seen=reader.count(facts.posts), usual=usual
        )
    return t.text(N_("As usual: {seen} where about {usual} are expected."), seen=reader.count(facts.posts), usual=usual)


def _figures(facts: DigestFacts, reader: Reader) -> Iterator[tuple[str, str, str]]:
    t = reader.t
    before = t.text(
        N_("{n} the day before") if facts.rhythm is Rhythm.DAILY else N_("{n} the week before"),
        n=reader.count(facts.before),
    )
    yield t.text(N_("Mentions")), reader.count(facts.posts), before
    if facts.negative_p is not None:
        low, high = facts.level.negative_low, facts.level.negative_high
        usual = (
            ""
            if low is None or high is None
            else t.text(N_("{low} to {high} usually"), low=percent(low, reader), high=percent(high, reader))
        )
        yield t.text(N_("Negative")), percent(facts.negative_p, reader), usual
    waiting = facts.waiting
    if waiting.severe:
        yield t.text(N_("Severe, without an answer")), _counted(waiting.severe, reader), ""
    if waiting.unsure:
        yield t.text(N_("Tone to check")), _counted(waiting.unsure, reader), ""
    if facts.mine:
        yield t.text(N_("Waiting for you")), reader.count(facts.mine), ""


def _alerts(facts: DigestFacts, links: Links, reader: Reader, names: Mapping[str, str]) -> Iterator[Block]:
    if not facts.alerts:
        return
    yield Heading(words=reader.t.text(N_("Alerts, and what was done")))
    for line, steps in facts.alerts:
        yield Entry(words=_alert(line, reader), about=_done(line, steps, reader, names), url=links.alert(line.alert))
    if facts.rang > len(facts.alerts):
        more = facts.rang - len(facts.alerts)
        words = reader.t.plural("and {n} earlier alert", "and {n} earlier alerts", more)
        link = Link(words=reader.t.text(N_("See all")), url=links.alerts()) if links.is_known else None
        yield Note(words=words, link=link)


def _alert(line: AlertLine, reader: Reader) -> str:
    t, at = reader.t, reader.day_and_clock(line.alert.at)
    if line.alert.cause is AlertCause.SILENCE:
        return t.text(N_("{at}: the source {name} is silent"), at=at, name=line.alert.subject)
    what = t.quoted([line.title]) if line.title else t.text(N_("mentions rise"))
    return t.text(N_("{at}, {level}: {what}"), at=at, level=word(line.alert.level, t), what=what)


def _done(line: AlertLine, steps: Sequence[AlertStep], reader: Reader, names: Mapping[str, str]) -> str:
    t, parts = reader.t, []
    if line.rise is not None:
        parts.append(said_rise(line.rise, reader))
    for step in steps:
        who = names.get(step.by) or step.by or t.text(N_("somebody"))
        parts.append(t.text(_STEPS[step.state], who=who, clock=reader.day_and_clock(step.at)))
    if not steps:
        parts.append(t.text(N_("nobody has taken it")))
    return _capital(listed(parts, reader))


def _stories(title: str, stories: Sequence[StoryLine], links: Links, reader: Reader) -> Iterator[Block]:
    if not stories:
        return
    t = reader.t
    yield Heading(words=title)
    for line in stories:
        parts = [
            t.plural("{number} mention", "{number} mentions", line.posts, number=reader.count(line.posts)),
            t.text(N_("{share} negative"), share=percent(line.negative / max(1, line.posts), reader)),
        ]
        if line.kind != "neutral":
            parts.append(word(line.kind, t))
        yield Entry(words=line.title or t.text(N_("(no title)")), about=", ".join(parts), url=links.story(line.id))


def _silent(facts: DigestFacts, links: Links, reader: Reader) -> Iterator[Block]:
    if not facts.silent:
        return
    t = reader.t
    yield Heading(words=t.text(N_("Sources that are not heard")))
    for view in facts.silent[:_SILENT]:
        last = view.row.last_good_at
        read = t.text(N_("last read {when}"), when=reader.day_and_clock(last)) if last else t.text(N_("never read"))
        why = t.text(view.row.last_error, **view.row.last_error_params) if view.row.last_error else ""
        yield Entry(
            words=view.row.source.name, about=" · ".join(part for part in (read, why) if part), url=links.sources()
        )
    if len(facts.silent) > _SILENT:
        more = len(facts.silent) - _SILENT
        yield Note(words=t.plural("and {n} other source", "and {n} other sources", more))


def _why(facts: DigestFacts, links: Links, to: Recipient) -> Note:
    t = to.reader.t
    if facts.rhythm is Rhythm.DAILY:
        words = t.text(N_("You get this every day at 8 because you asked for it in your settings."))
    else:
        words = t.text(N_("You get this on Mondays at 8 because you asked for it in your settings."))
    if to.person is None:
        words = t.text(N_("Written by `tocsin digest`."))
    settings = links.settings()
    link = Link(words=t.text(N_("Change or end it")), url=settings) if settings and to.person else None
    return Note(words=words, link=link, ruled=True)


def _counted(number: int, reader: Reader) -> str:
    """A count that the store stops at a limit."""
    return f"{reader.count(number)}+" if number >= COUNTED else reader.count(number)


def curve_sentence(facts: DigestFacts, reader: Reader) -> str:
    """Return what the curve of the period says, for whoever does not see it."""
    peak = max(facts.level.points, key=lambda point: point.seen)
    return reader.t.text(
        N_("At most {peak} mentions in an hour, the one that ended on {when}."),
        peak=reader.count(peak.seen),
        when=reader.day_and_clock(minute_start(peak.minute)),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
