"""Write the letter of an alert for one person: what happens, against the usual, what to do, which posts matter."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tocsin.base.alert import Alert, AlertCause
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_
from tocsin.flows.letters import words
from tocsin.flows.letters.facts import AlertFacts, alert_facts
from tocsin.flows.letters.letter import Letter, Recipient
from tocsin.flows.letters.links import Links
from tocsin.flows.letters.picture import draw
from tocsin.flows.level import level_figure
from tocsin.flows.moments import Reader
from tocsin.net.send import Inline
from tocsin.report.letter.sheet import (
    Block,
    Buttons,
    Commands,
    Heading,
    Kicker,
    Lead,
    Link,
    Note,
    Picture,
    Quote,
    Sheet,
    Title,
    Tone,
)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How an alert is told this time. others: alerts that leave with it. step: the round, from 0.

    is_copy: to know, not to act. name: of the alert that names the message, its own where "".
    """

    others: tuple[Alert, ...] = ()
    step: int = 0
    is_copy: bool = False
    name: str = ""


FIRST = Told()


def write_alert(
    engine: Engine, alert: Alert, to: Recipient, told: Told = FIRST, *, with_picture: bool = True
) -> Letter:
    """Return the letter of an alert to a person. with_picture: False where pictures cannot travel."""
    facts = alert_facts(engine, alert)
    links = Links(engine.settings, alert.brand)
    picture, drawings = _picture(facts, to, with_picture=with_picture)
    names = {member.person.email: member.person.name for member in engine.store.people.members(alert.brand)}
    sheet = Sheet(
        language=to.language,
        subject=words.subject_of_all(facts, len(told.others), to.reader),
        preview=words.cause(facts, to.reader),
        tone=Tone.WATCH if alert.level == "watch" or alert.cause is AlertCause.SILENCE else Tone.ALARM,
        blocks=tuple(_blocks(facts, told, to, links, (picture, names))),
    )
    return Letter(
        sheet=sheet,
        message_id=message_id(told.name or alert.id, told.step),
        thread=tuple(message_id(one) for one in facts.earlier),
        list_id=f"alerts.{alert.brand}.tocsin.invalid",
        preferences=links.settings(),
        is_urgent=sheet.tone is Tone.ALARM,
        pictures=drawings,
        short="\n".join(_short(facts, links, to.reader)),
    )


def message_id(alert: str, step: int = 0) -> str:
    """Return the Message-ID of the letters of an alert in a round: a mailbox shows one of several tries."""
    return f"<alert.{alert}@tocsin.invalid>" if step == 0 else f"<alert.{alert}.{step}@tocsin.invalid>"


def _short(facts: AlertFacts, links: Links, reader: Reader) -> Iterator[str]:
    """Yield the lines that a telephone shows: what happens, and where to take it."""
    t = reader.t
    yield words.cause(facts, reader)
    if links.is_known:
        yield t.text(N_("It is for me: {where}"), where=links.confirm(facts.alert, "take"))
    else:
        yield t.text(N_("It is for me: {where}"), where=f"tocsin alerts ack {facts.alert.id}")


def _picture(facts: AlertFacts, to: Recipient, *, with_picture: bool) -> tuple[Picture | None, tuple[Inline, ...]]:
    if facts.alert.cause is not AlertCause.SURGE or len(facts.level.points) < 2:
        return None, ()
    figure = level_figure(facts.level, to.reader)
    return draw(figure, f"{facts.alert.id}.{to.language}") if with_picture else (Picture(alt=figure.sentence), ())


def _blocks(
    facts: AlertFacts, told: Told, to: Recipient, links: Links, drawn: tuple[Picture | None, dict[str, str]]
) -> Iterator[Block]:
    reader, t = to.reader, to.reader.t
    picture, names = drawn
    yield Kicker(words=words.kicker(facts, reader))
    yield Title(words=words.cause(facts, reader))
    yield Lead(words=words.figures(facts, reader))
    if picture is not None:
        yield picture
    mix = words.sources(facts, reader) if facts.alert.cause is AlertCause.SURGE else ""
    under = [mix, words.reasons(facts, reader)]
    if picture is not None and picture.wide is not None:
        under.insert(0, t.text(N_("Grey band: the usual for this hour.")))
    if any(under):
        yield Note(words=" ".join(line for line in under if line))
    yield from _acts(facts, links, reader)
    signed = t.text(N_("Each button asks you to sign in.")) if links.is_known else ""
    yield Note(words=f"{signed} {words.others(facts, to, names)}".strip())
    yield from _others(told, links, reader)
    if facts.posts:
        yield Heading(words=t.plural("The post", "The posts that matter", len(facts.posts)))
    for post in facts.posts:
        who, about, text, note = words.quote(post, facts, reader)
        link = Link(words=t.text(N_("See it")), url=links.mention(post.row) or post.url or "")
        yield Quote(who=who, about=about, text=text, note=note, link=link)
    settings = links.settings()
    own = Link(words=t.text(N_("Set my alerts")), url=settings) if settings and to.person else None
    yield Note(words=words.why_you(facts, to, step=told.step, is_copy=told.is_copy), link=own, ruled=True)


def _others(told: Told, links: Links, reader: Reader) -> Iterator[Block]:
    """The alerts that leave with this one, a line each."""
    if not told.others:
        return
    t = reader.t
    n = len(told.others) + 1
    yield Heading(words=t.plural("This message gathers {n} alert", "This message gathers {n} alerts", n))
    for alert in told.others:
        link = Link(words=t.text(N_("See it")), url=links.alert(alert)) if links.is_known else None
        yield Note(words=words.one_line(alert, reader), link=link)


def _acts(facts: AlertFacts, links: Links, reader: Reader) -> Iterator[Block]:
    """Four links to pages that ask; or, where no page has an address, the commands that do the same."""
    t, alert = reader.t, facts.alert
    is_source = alert.cause is AlertCause.SILENCE
    if links.is_known:
        yield Buttons(
            links=(
                Link(words=t.text(N_("Open")), url=links.sources() if is_source else links.alert(alert)),
                Link(words=t.text(N_("It is for me")), url=links.confirm(alert, "take")),
                Link(words=t.text(N_("Pause 4 h")), url=links.confirm(alert, "snooze-4h")),
                Link(words=t.text(N_("False alarm")), url=links.confirm(alert, "false")),
            )
        )
        return
    yield Note(words=t.text(N_("This installation has no web address to link to (web_address); on its machine:")))
    yield Commands(
        rows=(
            (t.text(N_("It is for me")), f"tocsin alerts ack {alert.id}"),
            (t.text(N_("Pause 4 h")), f"tocsin alerts snooze {alert.id} --hours 4"),
            (t.text(N_("False alarm")), f"tocsin alerts false {alert.id}"),
        )
    )
