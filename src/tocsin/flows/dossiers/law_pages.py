"""The pages on which counsel chooses: grounds compared, what happened and when, all deadlines on one calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.mention import Reason
from tocsin.flows.dossiers.clock_card import ClockCard, clock_card, said_day, said_length, said_month, said_weekday
from tocsin.flows.dossiers.page import GroundCard, ground_card
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.law.dossier_clocks import Day, calendar, clock_sheets, first_online, rules_of
from tocsin.flows.law.dossier_grounds import ground_sheets, story_candidates
from tocsin.flows.moments import Reader
from tocsin.legal.grounds import load_grounds
from tocsin.legal.packs import load_packs
from tocsin.legal.qualify import Candidate, say_sign
from tocsin.legal.values import Length, Rule, Unit
from tocsin.store.dossiers.rows import DossierRow

_WHAT = {
    "safe": N_("safe day"),
    "last": N_("last day"),
    "extended": N_("last day, as the text moves it"),
    "half": N_("half of it has passed"),
    "before": N_("reminder"),
    "draft": N_("draft to the lawyer by today"),
    "rule": N_("named by the rule"),
}
_ENDS = ("safe", "last", "extended")
_MOST_WORDS = 4
_SHOWN_MENTIONS = 12
_WEIGHED = 200


class Weighed(msgspec.Struct, frozen=True):
    """What speaks for or against a ground: in words, and the words of the post that made us think so."""

    said: str
    words: str


class NearGround(msgspec.Struct, frozen=True, kw_only=True):
    """A ground that a mention comes near to. is_chosen: the dossier has it already."""

    id: str
    name: str
    article: str
    speaks: tuple[Weighed, ...]
    against: tuple[Weighed, ...]
    conflicts: tuple[str, ...]
    is_chosen: bool


class NearMention(msgspec.Struct, frozen=True, kw_only=True):
    """A mention of the story, and the grounds its words come near to."""

    row: int
    text: str
    author: str
    at: datetime
    grounds: tuple[NearGround, ...]


class Choice(msgspec.Struct, frozen=True):
    """A ground or a rule that may be chosen, under the title of its pack."""

    pack: str
    choices: tuple[tuple[str, str], ...]


class GroundsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of grounds. chosen: with their elements; near: by mention; all: every ground, by pack."""

    chosen: tuple[GroundCard, ...]
    near: tuple[NearMention, ...]
    all: tuple[Choice, ...]


class ClocksPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of deadlines of a dossier. suggested: rules that the chosen grounds name; acts, events: (code, name)."""

    online_on: date | None
    cards: tuple[ClockCard, ...]
    suggested: tuple[tuple[str, str], ...]
    rules: tuple[Choice, ...]
    events: tuple[tuple[str, str], ...]
    acts: tuple[tuple[str, str], ...]


class CalendarLine(msgspec.Struct, frozen=True, kw_only=True):
    """A day of the calendar. tone: a class of colour for a day to keep to, "" for a reminder. month: its heading."""

    day: date
    month: str
    is_reminder: bool
    said: str
    weekday: str
    what: str
    name: str
    dossier: str
    left: str
    tone: str


def grounds_page(engine: Engine, brand: Brand, row: DossierRow, reader: Reader, now: datetime) -> GroundsPage:
    """Return the grounds chosen for a dossier, and those that the mentions of its story come near to."""
    t = reader.t
    sheets = ground_sheets(engine, row.number)
    chosen = {sheet.ground.id for sheet in sheets}
    story = engine.store.affairs.successors(brand.slug, [row.story]).get(row.story, row.story)
    found = story_candidates(engine, brand.slug, story, _WEIGHED) if story else []
    near = tuple(
        NearMention(
            row=mention.row,
            text=mention.post.text or mention.post.title,
            author=mention.post.author.name or mention.post.author.handle if mention.post.author else "",
            at=mention.post.created_at,
            grounds=tuple(_near(candidate, chosen, t) for candidate in listed),
        )
        for mention, listed in found[:_SHOWN_MENTIONS]
    )
    packs = tuple(
        Choice(pack.title.say(t.language), tuple((one.id, one.name.say(t.language)) for one in pack.grounds))
        for pack in load_grounds().packs
    )
    cards = tuple(ground_card(sheet.row, sheet.ground, t, now.date()) for sheet in sheets)
    return GroundsPage(chosen=cards, near=near, all=packs)


def clocks_page(engine: Engine, row: DossierRow, reader: Reader, now: datetime) -> ClocksPage:
    """Return the deadlines of a dossier with what may be added to them."""
    t, law = reader.t, load_packs()
    language = t.language
    return ClocksPage(
        online_on=first_online(engine, row.number),
        cards=tuple(clock_card(sheet, reader, now) for sheet in clock_sheets(engine, row.number)),
        suggested=tuple((name, law.rule(name).name.say(language)) for name in rules_of(engine, row.number)),
        rules=tuple(_by_country(list(law.rules.values()), language)),
        events=tuple((code, one.name.say(language)) for code, one in law.words.events.items()),
        acts=tuple((code, one.name.say(language)) for code, one in law.words.acts.items()),
    )


def calendar_lines(engine: Engine, brand: Brand, reader: Reader, now: datetime) -> tuple[CalendarLine, ...]:
    """Return the days to come of all deadlines of a brand, soonest first."""
    t = reader.t
    today = now.astimezone(reader.zone).date()
    return tuple(_calendar_line(day, today, t) for day in calendar(engine, brand.slug, now))


def _calendar_line(day: Day, today: date, t: Translator) -> CalendarLine:
    clock, left = day.sheet.clock, (day.day - today).days
    tone = {"safe": "green", "last": "red", "extended": "faint"}.get(day.what, "")
    return CalendarLine(
        day=day.day,
        month=said_month(day.day, t),
        is_reminder=day.what not in _ENDS,
        said=said_day(day.day, t),
        weekday=said_weekday(day.day, t),
        what=t.text(_WHAT.get(day.what, day.what)),
        name=clock.rule.name.say(t.language) if clock else day.sheet.row.rule,
        dossier=day.dossier,
        left=t.text(N_("today")) if left == 0 else said_length(Length(left, Unit.DAY), t),
        tone="bronze" if not tone and left <= 2 else tone,
    )


def _near(candidate: Candidate, chosen: set[str], t: Translator) -> NearGround:
    ground, language = candidate.ground, t.language
    return NearGround(
        id=ground.id,
        name=ground.name.say(language),
        article=ground.article.say(language),
        speaks=_weighed(candidate.speaks, t),
        against=_weighed(candidate.against, t),
        conflicts=tuple(one.says.say(language) for one in candidate.conflicts),
        is_chosen=ground.id in chosen,
    )


def _weighed(reasons: Sequence[Reason], t: Translator) -> tuple[Weighed, ...]:
    return tuple(Weighed(say_sign(one.code, t.language), t.quoted(one.words)) for one in reasons[:_MOST_WORDS])


def _by_country(rules: Sequence[Rule], language: str) -> Iterator[Choice]:
    for pack in load_grounds().packs:
        names = [(rule.id, rule.name.say(language)) for rule in rules if rule.country == pack.id]
        if names:
            yield Choice(pack.title.say(language), tuple(sorted(names, key=lambda pair: pair[1])))
