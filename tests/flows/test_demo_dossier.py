"""The dossier of the demonstration: opened once, its pages asked for as their posts come, nobody outside asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.evidence.make import make_recording
from tocsin.base.capture import Recording, Visit
from tocsin.base.settings import Settings
from tocsin.collect.scenario import builtin_scenario
from tocsin.flows.demo_dossier import DemoDossier
from tocsin.flows.demo_site import DemoSite, Form
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.robot import Robot
from tocsin.flows.evidence.seal import authorities
from tocsin.flows.law.dossier_grounds import ground_sheets
from tocsin.flows.live_demo import LiveDemo, load_demo, open_demo
from tocsin.legal.letters.facts import Facts
from tocsin.store.evidence.rows import CaptureScope, CaptureState

END = datetime(2026, 3, 2, 16, tzinfo=UTC)
LIVE_FOR = timedelta(hours=12)
BASE = "http://127.0.0.1:8474/demo/site"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDemo]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("demo"), allow_hosts=("127.0.0.1:8474",))
    scenario = builtin_scenario("maison_alba")
    engine = open_demo(settings, scenario, END)
    yield load_demo(engine, scenario, END, LIVE_FOR, seed=7, scale=0.05)
    engine.store.close()


@pytest.fixture(scope="module")
def site(demo: LiveDemo) -> DemoSite:
    return DemoSite(demo.posts, BASE)


@pytest.fixture(scope="module")
def dossier(demo: LiveDemo, site: DemoSite) -> DemoDossier:
    made = DemoDossier(demo.engine, site, lambda: END)
    made.open(END - LIVE_FOR)
    return made


def captures(engine: Engine, number: str) -> list[str]:
    return [one.url for one in engine.store.evidence.captures(CaptureScope(dossier=number))]


def test_a_page_shows_what_was_written_by_then(site: DemoSite) -> None:
    early, late = END - timedelta(hours=19), END
    assert site.page("compte", END - timedelta(hours=21)) is None
    assert site.page("fil", early) is None and site.page("no_such", late) is None
    thread = site.page("fil", late)
    assert thread is not None and thread.answers
    some = site.page("fil", thread.answers[0].created_at)
    assert some is not None and len(some.answers) == 1
    article = site.page("article", late)
    assert article is not None and article.first.author is not None and article.answers
    account = site.page("compte", late)
    assert account is not None
    assert all(one.author == account.first.author for one in account.answers)


def test_the_dossier_teaches_grounds_deadlines_and_a_letter(dossier: DemoDossier, demo: LiveDemo) -> None:
    engine = demo.engine
    row = engine.store.dossiers.dossier(dossier.number)
    assert row.opened_at == END - LIVE_FOR and row.story and str(row.online_on) == "2026-03-01"
    sheets = ground_sheets(engine, row.number)
    assert len(sheets) == 2
    assert all(sheet.ticks for sheet in sheets) and not any(sheet.is_ready for sheet in sheets)  # a person goes on
    assert {clock.rule for clock in engine.store.dossiers.clocks(row.number)} == {
        "fr.1881.diffamation_publique",
        "fr.lcen.droit_de_reponse",
    }
    (letter,) = engine.store.dossiers.letters(row.number)
    assert letter.kind == "platform_notice" and "[" in letter.text


def test_it_is_opened_once(dossier: DemoDossier, demo: LiveDemo, site: DemoSite) -> None:
    again = DemoDossier(demo.engine, site, lambda: END)
    again.open(END - LIVE_FOR)
    assert again.number == dossier.number
    assert len(demo.engine.store.dossiers.dossiers()) == 1


def test_no_authority_is_asked(dossier: DemoDossier, demo: LiveDemo) -> None:
    assert dossier.number and not [one for one in authorities(demo.engine) if one.usable]


def test_pages_are_captured_as_their_posts_come_and_the_letter_names_them(
    dossier: DemoDossier, demo: LiveDemo, site: DemoSite
) -> None:
    engine, number = demo.engine, dossier.number
    dossier.step()
    assert captures(engine, number) == [site.url(Form.ACCOUNT)]
    dossier.step()
    assert len(captures(engine, number)) == 1
    demo.step(END)
    dossier.step()
    assert set(captures(engine, number)) == {site.url(form) for form in Form}

    def record(visit: Visit) -> Recording:
        return make_recording()

    robot = Robot(engine, record, lambda: END + timedelta(seconds=5))
    assert robot.turn().recorded == 1
    dossier.captured()
    first = engine.store.evidence.captures(CaptureScope(dossier=number, state=CaptureState.AWAITING_STAMP))
    assert len(first) == 1
    (letter,) = engine.store.dossiers.letters(number)
    assert msgspec.json.decode(letter.facts, type=Facts).captures[0].number == first[0].number
    assert first[0].number in letter.text


def test_a_letter_that_somebody_changed_stays_theirs(dossier: DemoDossier, demo: LiveDemo) -> None:
    (letter,) = demo.engine.store.dossiers.letters(dossier.number)
    demo.engine.store.dossiers.save_letter(msgspec.structs.replace(letter, text="Mes mots."))
    dossier.captured()
    assert demo.engine.store.dossiers.letter(letter.id).text == "Mes mots."


def test_a_play_without_the_rumour_opens_none(tmp_path: Path) -> None:
    scenario = builtin_scenario("maison_alba")
    engine = open_demo(Settings(data_dir=tmp_path), scenario, END)
    empty = DemoDossier(engine, DemoSite((), BASE), lambda: END)
    empty.open(END)
    empty.step()
    assert not engine.store.dossiers.dossiers()
    engine.store.close()
