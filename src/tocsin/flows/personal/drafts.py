"""Drafts for counsel, filled from the installation: the register entry (GDPR, article 30) and the notice (article 14).

Articles of Regulation (EU) 2016/679 as published in the Official Journal of 4 May 2016. Nothing here is advice: each
draft says that counsel must check it, and leaves in brackets what only the company knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.person import Role
from tocsin.base.personal import SHARED, Purpose
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_
from tocsin.flows.moments import Reader
from tocsin.flows.vocabulary import word
from tocsin.report.letter.markup import Html, join, tag
from tocsin.report.letter.plain import wrapped

_STYLE = (
    "body{font:16px/1.55 Georgia,serif;max-width:44rem;margin:2rem auto;padding:0"
    " 1rem;color:#15181d;background:#fefdfb}"
    "h1{font-size:1.6rem}h2{font-size:1.1rem;margin-top:1.6rem}li{margin:.3rem 0}.small{font:13px/1.5 sans-serif;"
    "color:#626871}@media(prefers-color-scheme:dark){body{color:#eceae4;background:#191d23}.small{color:#969ca4}}"
)
PURPOSES: dict[Purpose, str] = {
    Purpose.MENTIONS: N_("posts that name the brand, their authors, and what was read in them"),
    Purpose.LABELS: N_("what our people noted of these posts"),
    Purpose.ALERTS: N_("settled alerts and who was told of them"),
    Purpose.RING: N_("posts that no watch wanted, kept a while for trying new watches"),
    Purpose.AUDIT: N_("free words of the trail of who did what; the trail itself stays"),
}


class DraftKind(StrEnum):
    """Which draft."""

    REGISTER = "register"
    NOTICE = "notice"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft in words: its title, who must check it, and its parts, each with its lines."""

    kind: DraftKind
    language: str
    title: str
    warning: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]

    def text(self) -> str:
        """Return it as plain text."""
        lines = [self.title, "=" * min(78, len(self.title)), "", *wrapped(self.warning)]
        for heading, items in self.parts:
            lines += ["", heading, "-" * min(78, len(heading))]
            for item in items:
                lines += wrapped(f"- {item}" if len(items) > 1 else item, "", "  " if len(items) > 1 else "")
        return "\n".join(lines) + "\n"

    def html(self) -> str:
        """Return it as a page that a word processor opens."""
        head = join(
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
            tag("title", self.title),
            tag("style", Html(_STYLE)),
        )
        parts = [join(tag("h2", heading), _items(items)) for heading, items in self.parts]
        body = join(tag("h1", self.title), tag("p", self.warning, class_="small"), *parts)
        return f"<!doctype html>\n{tag('html', tag('head', head), tag('body', body), lang=self.language)}\n"


def write_draft(engine: Engine, brand: Brand, kind: DraftKind, reader: Reader, now: datetime) -> Draft:
    """Return a draft in the reader's language, as the installation stands now."""
    t = reader.t
    title = N_("Register of processing: {brand}") if kind is DraftKind.REGISTER else N_("Information notice: {brand}")
    parts = _Parts(engine, brand, reader)
    written = parts.register() if kind is DraftKind.REGISTER else parts.notice()
    return Draft(
        kind=kind,
        language=t.language,
        title=t.text(title, brand=brand.name),
        warning=t.text(
            N_(
                "Draft of {day}, written from the settings of this installation; to be checked by your counsel"
                " before any"
                " use. What stands in brackets is yours to fill in."
            ),
            day=now.astimezone(reader.zone).strftime("%d/%m/%Y" if t.language == "fr" else "%Y-%m-%d"),
        ),
        parts=tuple((heading, tuple(items)) for heading, items in written),
    )


class _Parts:
    """The parts that both drafts share, and those of each."""

    def __init__(self, engine: Engine, brand: Brand, reader: Reader) -> None:
        self.engine, self.brand, self.reader = engine, brand, reader
        self.say: Callable[..., str] = reader.t.text

    def register(self) -> Iterator[tuple[str, list[str]]]:
        """Article 30(1), letters a to g, in their order."""
        say = self.say
        yield say(N_("a) Controller")), self._controller()
        yield say(N_("b) Purposes")), self._purposes()
        yield say(N_("c) People concerned and data")), self._people() + self._data()
        yield say(N_("d) Recipients")), self._recipients()
        yield say(N_("e) Transfers outside the European Union")), self._transfers()
        yield say(N_("f) Time limits for erasure")), self._limits()
        yield say(N_("g) Security")), self._security()
        yield say(N_("Legal ground (article 6)")), self._ground()

    def notice(self) -> Iterator[tuple[str, list[str]]]:
        """Article 14(1) and 14(2)."""
        say = self.say
        yield say(N_("Who we are")), self._controller()
        yield say(N_("Why we read what is said in public about {brand}"), brand=self.brand.name), self._purposes()
        yield say(N_("On which ground")), self._ground()
        yield say(N_("What we keep")), self._data()
        yield say(N_("Where it comes from")), self._sources()
        yield say(N_("Who reads it")), self._recipients()
        yield say(N_("Transfers outside the European Union")), self._transfers()
        yield say(N_("How long")), self._limits()
        yield say(N_("Your rights")), self._rights()
        yield say(N_("No decision by a machine alone")), self._decisions()

    def _controller(self) -> list[str]:
        contact = self.engine.settings.contact or self.engine.settings.mail_from
        return [
            self.say(
                N_("[Legal name, form, registered office, number of the company], for the brand {brand}."),
                brand=self.brand.name,
            ),
            self.say(N_("Contact: {contact}."), contact=contact or self.say(N_("[address for requests]"))),
            self.say(N_("Data protection officer, if there is one: [name and address].")),
        ]

    def _purposes(self) -> list[str]:
        watches = self.engine.store.watches(self.brand.slug)
        lines = [
            self.say(
                N_("to learn early what is said in public about {brand}, and to answer customers"),
                brand=self.brand.name,
            ),
            self.say(N_("to notice rumours, dangers to people and attacks, and to prepare a defence of rights")),
            self.say(N_("to measure, in figures that name nobody, how the brand is spoken of")),
        ]
        if watches:
            names = ", ".join(watch.name for watch in watches)
            lines.append(self.say(N_("watches in use: {names}"), names=names))
        lines += [
            self.say(
                N_("watch of a private person ({name}), on the ground: {ground}"), name=watch.name, ground=watch.ground
            )
            for watch in watches
            if watch.private_person
        ]
        return lines

    def _ground(self) -> list[str]:
        return [
            self.say(
                N_(
                    "Legitimate interests (article 6(1)(f)): to know and to answer what is said in public of the"
                    " brand, and"
                    " to establish, exercise or defend legal claims. [Add the balance of interests made on …]."
                )
            ),
            self.say(
                N_(
                    "Special categories (article 9) are not sought: no label, score or ranking is made of opinions,"
                    " beliefs,"
                    " origin, health or orientation. What a post itself says of them is kept as part of the post alone."
                )
            ),
        ]

    def _people(self) -> list[str]:
        return [
            self.say(
                N_(
                    "People: those who publish about the brand, those whom their posts name, and our own people who"
                    " use the tool."
                )
            )
        ]

    def _data(self) -> list[str]:
        return [
            self.say(
                N_(
                    "account: platform, handle, shown name, number of followers, whether verified, as the platform"
                    " shows them"
                )
            ),
            self.say(
                N_(
                    "posts: text, title, address, times, counts shown under them, and earlier versions of a changed"
                    " post"
                )
            ),
            self.say(
                N_(
                    "readings by the machine: language, tone, kind, severity, with their reasons; a person can"
                    " correct each"
                )
            ),
            self.say(N_("no picture is loaded or kept, and no profile of a person is built across subjects")),
        ]

    def _sources(self) -> list[str]:
        rows = [row for row in self.engine.store.sources() if row.brand in ("", self.brand.slug)]
        names = ", ".join(row.source.name for row in rows)
        lines = [
            self.say(N_("What people published where anybody may read it, never behind a sign-in that is not ours."))
        ]
        lines.append(self.say(N_("Sources read: {names}."), names=names or self.say(N_("none yet"))))
        return lines

    def _recipients(self) -> list[str]:
        members = self.engine.store.people.members(self.brand.slug)
        lines = [
            self.say(
                N_("our own people in charge: {roles}"),
                roles=", ".join(
                    f"{word(role.value, self.reader.t)} {count}"
                    for role in Role
                    if (count := sum(member.role is role for member in members))
                ),
            )
        ]
        if self.engine.settings.smtp_host:
            lines.append(
                self.say(N_("the mail server {host}, for alerts and summaries"), host=self.engine.settings.smtp_host)
            )
        for address in self.engine.settings.notify_urls:
            lines.append(self.say(N_("the service {name}, for alerts"), name=address.partition(":")[0]))
        lines.append(self.say(N_("where rights must be defended: our lawyers, bailiffs, platforms and courts")))
        return lines

    def _transfers(self) -> list[str]:
        return [
            self.say(
                N_(
                    "None by the tool itself, which runs on our own machine. [Say where this machine and the mail"
                    " server"
                    " stand, and for each service named above, its country and safeguards.]"
                )
            )
        ]

    def _limits(self) -> list[str]:
        known = {(keep.brand, keep.purpose): keep.days for keep in self.engine.store.personal.keeps()}
        lines = []
        for purpose, words in PURPOSES.items():
            days = known.get(("" if purpose in SHARED else self.brand.slug, purpose))
            if days is not None:
                kept = self.reader.t.plural("{n} day", "{n} days", days)
            elif purpose is Purpose.RING:
                kept = self.reader.t.plural("{n} hour", "{n} hours", self.engine.settings.unmatched_hours)
            else:
                kept = self.say(N_("no limit set yet: [set one on the page Personal data]"))
            lines.append(self.say(N_("{what}: {kept}"), what=self.say(words), kept=kept))
        lines.append(self.say(N_("what an alert still open speaks of stays until it is settled")))
        lines.append(self.say(N_("figures that name nobody stay")))
        return lines

    def _security(self) -> list[str]:
        return [
            self.say(
                N_(
                    "accounts by role and brand, passwords kept as Argon2 hashes, a second step on request, limited"
                    " tries"
                )
            ),
            self.say(N_("every act in a trail that nobody can change; secrets sealed, and kept apart in backups")),
            self.say(
                N_(
                    "names of private people masked on shared screens and in mails; posts shown without loading"
                    " their pictures"
                )
            ),
            self.say(N_("[disk encryption, backups, updates, access to the machine]")),
        ]

    def _rights(self) -> list[str]:
        return [
            self.say(
                N_(
                    "You may ask for a copy of what we hold of you, have it corrected or erased, have its use"
                    " restricted, or object"
                    " to it: write to the contact above. We answer within one month (article 12(3))."
                )
            ),
            self.say(N_("When you object, your account is no longer read, and we keep its name for that alone.")),
            self.say(N_("You may complain to the supervisory authority, in France the CNIL (cnil.fr).")),
        ]

    def _decisions(self) -> list[str]:
        return [
            self.say(
                N_(
                    "Scores only help our people to sort what they read; no decision about you is taken by a machine"
                    " (article 22). The first reading may be wrong, and is corrected when you tell us."
                )
            )
        ]


def _items(items: tuple[str, ...]) -> Html:
    if len(items) == 1:
        return tag("p", items[0])
    return tag("ul", *(tag("li", item) for item in items))
