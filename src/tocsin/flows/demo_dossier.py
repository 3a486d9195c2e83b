"""The dossier of the demonstration: opened for the rumour, its grounds ticked, its deadlines begun, its pages captured.

Its pages are invented and served by this machine; the visits, the seals and the days are real. No authority is asked
for a time-stamp, so that nothing of a demonstration leaves the house: what waits for one says so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.person import Person
from tocsin.evidence.authorities import shipped_authorities
from tocsin.flows.demo_site import DemoSite, Form
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.dossiers import add_note, open_dossier
from tocsin.flows.evidence.seal import OWN_LIST
from tocsin.flows.i18n import N_, Translator, translator
from tocsin.flows.law.dossier_clocks import start_clock
from tocsin.flows.law.dossier_grounds import choose_ground, tick_element
from tocsin.flows.law.dossier_letters import draft_letter, facts_of_dossier, save_letter
from tocsin.legal.letters.facts import Facts, Recipient, Sender, Words
from tocsin.legal.letters.text import plain_text
from tocsin.store.dossiers.rows import LetterState, NewDossier, Tick, TickState
from tocsin.store.evidence.rows import Ask

_TITLE = N_("Alleged plastic in the Sablés d’Alba")
_NOTE = N_(
    "The pages of this dossier are invented and served by this machine. The robot captures them for real, at the"
    " time of your clock, as they stand in the play. Nothing leaves the demonstration: no authority is asked for a"
    " time-stamp."
)
_EXPLANATION = N_(
    "Seven accounts, all created within the last days, published the same words within twenty seconds. The message says"
    " that a recall was decided and then buried. No recall was ever decided: no authority and no customer reported any."
)
_GROUNDS = {
    "fr.civil.denigrement_1240": (
        ("product_discredit", TickState.MET, N_("The Sablés d’Alba are named.")),
        ("spread", TickState.MET, N_("Public accounts, shared since.")),
        ("base_missing", TickState.DOUBTFUL, N_("Checks of the batches are under way; their results decide.")),
    ),
    "fr.1881.diffamation_publique": (
        ("precise_fact", TickState.MET, N_("“The recall was decided and then buried.”")),
        ("identifiable", TickState.MET, N_("The company is named.")),
        ("publicity", TickState.MET, ""),
    ),
}
_RULES = ("fr.1881.diffamation_publique", "fr.lcen.droit_de_reponse")
_LETTER = "platform_notice"


class DemoDossier:
    """The dossier: opened by Alice at the beginning of the play; `step` asks for a capture of each page that is there.

    clock: the real one. The robot's visits happen by it, whatever the hour of the play.
    """

    def __init__(self, engine: Engine, site: DemoSite, clock: Callable[[], datetime]) -> None:
        self.engine = engine
        self.site = site
        self._clock = clock
        self._left = dict(site.firsts())
        self._letter = 0
        self.number = ""

    def open(self, now: datetime) -> None:
        """Open it at the hour of the play, unless it is there. A site without its first post opens none."""
        first = self._left.get(Form.ACCOUNT)
        alice = next((person for person in self.engine.store.people.everybody() if person.is_owner), None)
        if first is None or alice is None:
            self._left = {}
            return
        _ask_nobody(self.engine)
        brand = self.engine.store.brands()[0]
        known = self.engine.store.dossiers.dossiers(brand.slug)
        if known:
            self.number = known[-1].number
            return
        t = translator(self.engine.settings.language)
        online = first.created_at.astimezone(ZoneInfo(brand.time_zone)).date()
        new = NewDossier(
            brand=brand.slug,
            title=t.text(_TITLE),
            by=alice.mark,
            at=now,
            story=_story_of(self.engine, brand.slug, first.key),
            counsel=alice.id,
            online_on=online,
        )
        self.number = open_dossier(self.engine, new).number
        add_note(self.engine, self.number, t.text(_NOTE), alice.mark, now)
        self._qualify(alice, t, now)
        for rule in _RULES:
            start_clock(self.engine, self.number, rule, alice.mark, now)
        self._letter = _write(self.engine, self.number, self.site.url(Form.ACCOUNT), alice, now=now)

    def step(self) -> None:
        """Ask for the captures of the pages whose first post was read by now."""
        for form, first in list(self._left.items()):
            if not self.number or self.engine.store.post(*first.key) is None:
                continue
            alice = next(person for person in self.engine.store.people.everybody() if person.is_owner)
            ask = Ask(
                brand=self.engine.store.brands()[0].slug,
                url=self.site.url(form),
                by=alice.mark,
                at=self._clock(),
                dossier=self.number,
                platform=first.platform,
                native_id=first.native_id,
            )
            self.engine.store.evidence.ask(ask)
            del self._left[form]

    def captured(self) -> None:
        """Write the draft of the letter anew, now that pages were captured; one that somebody changed stays theirs."""
        rows = [row for row in self.engine.store.dossiers.letters(self.number) if row.id == self._letter]
        alice = next(person for person in self.engine.store.people.everybody() if person.is_owner)
        if rows and rows[0].state is LetterState.DRAFT and rows[0].by == alice.mark:
            facts = msgspec.json.decode(rows[0].facts, type=Facts)
            url = self.site.url(Form.ACCOUNT)
            if facts.captures == () and rows[0].text == _text_of(rows[0].language, facts):
                _write(self.engine, self.number, url, alice, now=rows[0].at, letter=self._letter)

    def _qualify(self, alice: Person, t: Translator, now: datetime) -> None:
        for ground, ticks in _GROUNDS.items():
            choose_ground(self.engine, self.number, ground, alice.mark, now)
            for element, state, note in ticks:
                said = t.text(note) if note else ""
                tick = Tick(element=element, state=state, by=alice.mark, at=now, note=said)
                tick_element(self.engine, self.number, ground, tick)


def _ask_nobody(engine: Engine) -> None:
    """Have no time-stamping authority asked by this installation."""
    rows = [
        f'[[authority]]\nname = "{one.name}"\ntitle = ""\nurl = ""\nusable = false\n' for one in shipped_authorities()
    ]
    (engine.settings.data_dir / OWN_LIST).write_text("\n".join(rows), encoding="utf-8")


def _story_of(engine: Engine, brand: str, key: tuple[str, str]) -> str:
    """Return the story that a post of the play is in, "" for none."""
    rows = (row for row in engine.store.latest_mentions(brand, limit=500) if row.post.key == key)
    return next((row.story for row in rows if row.story), "")


def _write(engine: Engine, number: str, url: str, alice: Person, *, now: datetime, letter: int = 0) -> int:
    """Keep the draft of a notice about one page of the dossier, with its capture once there is one."""
    language = engine.settings.language
    t = translator(language)
    known = facts_of_dossier(engine, number, language, alice.mark, now)
    facts = msgspec.structs.replace(
        known,
        sender=Sender(name=alice.name, email=alice.email, organisation=known.brand),
        recipient=Recipient(name="x.example", kind="platform"),
        items=tuple(item for item in known.items if item.url == url),
        captures=tuple(one for one in known.captures if one.url == url),
        words=Words(explanation=t.text(_EXPLANATION)),
    )
    draft = draft_letter(_LETTER, language, facts)
    return save_letter(engine, number, draft, facts, alice.mark, now=now, letter=letter).id


def _text_of(language: str, facts: Facts) -> str:
    return plain_text(draft_letter(_LETTER, language, facts))
