"""What the stream calls its views, filters and corrections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from tocsin.flows.i18n import Translator
from tocsin.flows.stream import ME, NOBODY, Period, Sidebar, Wish
from tocsin.flows.vocabulary import word
from tocsin.screen.correct import Act, Change
from tocsin.store.queries.stream import COUNTED, Order, State


class ListView(NamedTuple):
    """A line of the first pane. waits: how many; "" where nobody must act."""

    label: str
    icon: str
    address: str
    is_here: bool
    waits: str = ""
    tone: str = ""
    number: int = 0
    is_own: bool = False


class Chip(NamedTuple):
    """A filter that holds, and the address of the list without it."""

    label: str
    address: str


def standing_views(wish: Wish, sidebar: Sidebar) -> list[ListView]:
    """Return the views that everybody has, with what waits in each."""
    waiting = sidebar.waiting
    rows = (
        (_("To do"), "inbox", Wish(), waiting.todo, ""),
        (_("Most severe first"), "urgent", Wish(order=Order.GRAVEST), waiting.severe, "red b"),
        (_("Unassigned"), "user", Wish(who=NOBODY), waiting.unassigned, ""),
        (_("To check"), "help", Wish(unsure=True), waiting.unsure, ""),
        (_("Everything"), "messages", Wish(state=State.ALL), 0, ""),
    )
    return [
        ListView(label, icon, found.address(), found == wish, capped(count) if count else "", tone)
        for label, icon, found, count, tone in rows
    ]


def kept_views(wish: Wish, sidebar: Sidebar, person: int) -> tuple[list[ListView], list[ListView]]:
    """Return the views of the team, and one's own."""
    here = wish.address()
    team, own = (
        [
            ListView(view.name, "", view.query, view.query == here, "", "", view.id, view.owner == person)
            for view in part
        ]
        for part in (sidebar.team, sidebar.own)
    )
    return team, own


def capped(count: int) -> str:
    """Return a count as it is shown: nobody counts beyond 200.

    >>> capped(3), capped(200)
    ('3', '200+')
    """
    return f"{count}+" if count >= COUNTED else str(count)


def chips(wish: Wish, t: Translator, names: Mapping[int, str], stories: Mapping[str, str]) -> Iterator[Chip]:
    """Yield the filters that hold, each with the way to take it off."""
    if wish.state is not State.ALL:
        yield Chip(_("to do") if wish.state is State.TODO else _("done"), wish.without("state").address())
    for name in ("tone", "kind", "lang", "platform", "source"):
        for value in getattr(wish, name):
            label = word(value, t) if name in ("tone", "kind", "lang") else value
            yield Chip(label, wish.without(name, value).address())
    if wish.severity:
        yield Chip(_("severity %(score)s and more") % {"score": wish.severity}, wish.without("severity").address())
    if wish.watch:
        yield Chip(_("watch %(name)s") % {"name": wish.watch}, wish.without("watch").address())
    if wish.story:
        yield Chip(stories.get(wish.story) or _("one story"), wish.without("story").address())
    if wish.who:
        yield Chip(_who(wish.who, names), wish.without("who").address())
    if wish.unsure:
        yield Chip(_("tone to check"), wish.without("unsure").address())
    if wish.personal:
        yield Chip(_("personal data"), wish.without("personal").address())
    if wish.period is not Period.ALL:
        yield Chip(_period(wish), wish.without("period").address())


def periods() -> list[tuple[str, str]]:
    """Return the periods to choose from."""
    return [
        (Period.ALL.value, _("all of it")),
        (Period.DAY.value, _("24 hours")),
        (Period.WEEK.value, _("7 days")),
        (Period.MONTH.value, _("30 days")),
        (Period.BETWEEN.value, _("between two days")),
    ]


def _period(wish: Wish) -> str:
    if wish.period is not Period.BETWEEN:
        return dict(periods())[wish.period.value]
    return f"{wish.begin or '…'} – {wish.end or '…'}"


def _who(who: str, names: Mapping[int, str]) -> str:
    if who == ME:
        return _("mine")
    if who == NOBODY:
        return _("unassigned")
    return names.get(int(who), who) if who.isdigit() else who


def correction(change: Change, t: Translator, *, known: bool = False) -> str:
    """Return what a correction says, as a person would. known: the kind was found already, and is confirmed."""
    match change.act:
        case Act.KIND:
            kind = word(str(change.kind), t)
            return (_("Indeed: %(kind)s") if known else _("It is: %(kind)s")) % {"kind": kind}
        case Act.NOT_KIND:
            return _("Not: %(kind)s") % {"kind": word(str(change.kind), t)}
        case Act.TONE:
            return _("Tone: %(tone)s") % {"tone": word(str(change.tone), t)}
        case Act.LESS:
            return _("Less severe")
        case Act.MORE:
            return _("More severe")
        case Act.IRONY:
            return _("Irony")
        case Act.NOT_US:
            return _("It is not us")
        case Act.OTHER_STORY:
            return _("Another story")
