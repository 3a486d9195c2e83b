"""From the wish to the stamped seal: nothing lost, nothing twice, whatever dies and whatever is cut."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.evidence.authority import Authority, Behaviour
from tests.flows.evidence.make import ALICE, PAGE, HandClock, Page, captured, robot
from tests.store.make import ALBA, mention, post, put
from tocsin.base.capture import Recording, Visit
from tocsin.base.errors import AddressError, ConflictError, InputError, NotFoundError, SourceError
from tocsin.evidence.log.checkpoint import open_checkpoint
from tocsin.evidence.values import EntryKind
from tocsin.flows.engine import Engine
from tocsin.flows.evidence import keep
from tocsin.flows.evidence.keys import log_verifier
from tocsin.flows.evidence.log import FILE, sign_log
from tocsin.flows.evidence.request import attach_file, captures_of, request_capture
from tocsin.flows.evidence.robot import LEASE
from tocsin.flows.evidence.seal import seal_recorded
from tocsin.store.dossiers.rows import NewDossier
from tocsin.store.evidence.rows import CaptureScope, CaptureState


def opened(engine: Engine) -> str:
    return engine.store.dossiers.open(NewDossier(brand=ALBA.slug, title="Avis", by=ALICE, at=HandClock()())).number


def test_a_page_is_captured_sealed_and_stamped_by_two(engine: Engine) -> None:
    one = captured(engine)
    assert (one.state, one.index, one.outcome, one.why) == (CaptureState.SEALED, 0, "whole", "asked")
    names = [name for name, _ in engine.store.evidence.vault.paths(one.folder)]
    assert {"capture.wacz", "corroboration.json", "manifest.json", "SHA256SUMS", "page.png"} <= set(names)
    stamps = engine.store.evidence.tokens(0)
    assert [(stamp.token.authority, stamp.token.digest) for stamp in stamps] == [
        ("alpha", one.manifest),
        ("beta", one.manifest),
    ]
    key, head = log_verifier(engine), engine.store.evidence.checkpoint()
    assert key is not None
    assert head is not None
    assert open_checkpoint(head.text, key).size == 1
    assert (engine.store.evidence.vault.root / FILE).read_text() == head.text
    assert key.name == "tocsin.example.org/log"


def test_a_capture_from_a_mention_knows_its_post(engine: Engine) -> None:
    put(engine.store, [mention(post(1, url=PAGE)), mention(post(2))])
    first, second = sorted(engine.store.latest_mentions(ALBA.slug), key=lambda row: row.row)
    one = request_capture(engine, ALBA.slug, "", ALICE, HandClock()(), mention=first.row)
    assert one.url == PAGE
    assert [row.number for row in captures_of(engine, [first, second])[first.row]] == [one.number]
    assert captures_of(engine, [first, second])[second.row] == []
    with pytest.raises(InputError):
        request_capture(engine, ALBA.slug, "", ALICE, HandClock()(), mention=second.row)
    with pytest.raises(NotFoundError):
        request_capture(engine, "other", PAGE, ALICE, HandClock()(), mention=first.row)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://169.254.169.254/latest", "file:///etc/passwd", "http://[::1]/"]
)
def test_a_hostile_address_is_refused_and_the_refusal_noted(sqlite_engine: Engine, url: str) -> None:
    number = opened(sqlite_engine)
    with pytest.raises(AddressError):
        request_capture(sqlite_engine, ALBA.slug, url, ALICE, HandClock()(), dossier=number)
    assert sqlite_engine.store.evidence.captures(CaptureScope()) == []
    (entry,) = sqlite_engine.store.evidence.entries(dossier=number)
    assert entry.kind is EntryKind.REFUSAL
    assert sqlite_engine.store.audit()[0].action == "capture.refused"


def test_without_a_network_a_seal_waits_and_is_stamped_later(engine: Engine, stampers: Sequence[Authority]) -> None:
    clock = HandClock()
    for authority in stampers:
        authority.behaviour = Behaviour.DOWN
    try:
        one = captured(engine, clock=clock)
        assert (one.state, one.sealed_at) == (CaptureState.AWAITING_STAMP, clock())
        assert one.next_at is not None
        assert one.next_at > clock()
        stampers[0].behaviour = Behaviour.STAMPS
        clock.later(hours=2)
        robot(engine, clock=clock).turn()
        assert engine.store.evidence.capture(one.number).state is CaptureState.AWAITING_STAMP
        assert [stamp.token.authority for stamp in engine.store.evidence.tokens(0)] == ["alpha"]
        stampers[1].behaviour = Behaviour.STAMPS
        clock.later(hours=10)
        assert robot(engine, clock=clock).turn().stamped == 1
    finally:
        for authority in stampers:
            authority.behaviour = Behaviour.STAMPS
    late = engine.store.evidence.capture(one.number)
    assert (late.state, late.sealed_at, late.stamped_at) == (CaptureState.SEALED, one.sealed_at, clock())
    assert [row.kind for row in engine.store.evidence.entries()] == [EntryKind.CAPTURE, EntryKind.STAMP]
    assert [row.failures for row in engine.store.evidence.authorities()] == [0, 0]


def test_two_robots_take_a_page_once(sqlite_engine: Engine) -> None:
    request_capture(sqlite_engine, ALBA.slug, PAGE, ALICE, HandClock()())
    page = Page()
    first, second = robot(sqlite_engine, page), robot(sqlite_engine, page)
    assert (first.turn().recorded, second.turn().recorded) == (1, 0)
    assert len(page.visits) == 1
    assert sqlite_engine.store.evidence.log_size() == 1


def test_a_robot_whose_lease_is_over_changes_nothing(sqlite_engine: Engine) -> None:
    clock = HandClock()
    one = request_capture(sqlite_engine, ALBA.slug, PAGE, ALICE, clock())
    fast = robot(sqlite_engine, clock=clock)

    class Slow(Page):
        def __call__(self, visit: Visit) -> Recording:
            clock.later(minutes=10)
            assert fast.take(one.number).state is CaptureState.SEALED
            return super().__call__(visit)

    assert robot(sqlite_engine, Slow(), clock).turn().recorded == 0
    assert sqlite_engine.store.evidence.log_size() == 1
    assert sqlite_engine.store.evidence.vault.folders() == [f"alba/{one.number}"]
    assert list(sqlite_engine.store.evidence.vault.root.glob("*/.part-*")) == []


def test_a_robot_that_cannot_begin_tries_again_and_then_tells(sqlite_engine: Engine) -> None:
    clock = HandClock()
    one = request_capture(sqlite_engine, ALBA.slug, PAGE, ALICE, clock())

    def broken(visit: Visit) -> Recording:
        raise SourceError("No browser answers ({why}).", permanent=False, why="none")

    for _ in range(3):
        robot(sqlite_engine, broken, clock).turn()  # type: ignore[arg-type]
        clock.later(hours=2)
    row = sqlite_engine.store.evidence.capture(one.number)
    assert (row.state, row.error, row.error_params) == (
        CaptureState.FAILED,
        "No browser answers ({why}).",
        {"why": "none"},
    )


def test_a_kill_between_the_note_and_the_place_loses_nothing(sqlite_engine: Engine) -> None:
    """The files are whole beside their place, the note is there, the rename is not: the next robot does it."""
    one = request_capture(sqlite_engine, ALBA.slug, PAGE, ALICE, HandClock()())
    vault = sqlite_engine.store.evidence.vault
    claimed = sqlite_engine.store.evidence.claim("dead:1", HandClock()(), LEASE)
    assert claimed is not None
    placed = keep.keep_recording(sqlite_engine, claimed, Page()(Visit(url=PAGE)))
    target = vault.root / placed.folder
    target.chmod(0o700)
    target.rename(vault.root / ALBA.slug / f".part-{one.number}-dead-1")
    assert vault.folders() == []
    assert robot(sqlite_engine).turn().sealed == 1
    assert vault.folders() == [placed.folder]


def test_a_recorded_capture_whose_files_are_gone_is_told(sqlite_engine: Engine) -> None:
    one = request_capture(sqlite_engine, ALBA.slug, PAGE, ALICE, HandClock()())
    claimed = sqlite_engine.store.evidence.claim("dead:1", HandClock()(), LEASE)
    assert claimed is not None
    keep.keep_recording(sqlite_engine, claimed, Page()(Visit(url=PAGE)))
    sqlite_engine.store.evidence.vault.remove(f"alba/{one.number}")
    assert seal_recorded(sqlite_engine, HandClock()()) == []
    assert sqlite_engine.store.evidence.capture(one.number).state is CaptureState.FAILED


def test_what_was_signed_is_gone_on_from_or_nothing_is_signed(sqlite_engine: Engine) -> None:
    captured(sqlite_engine)
    captured(sqlite_engine)
    db = sqlite_engine.store._db
    for table, key in (("store_logentry", "number"), ("store_loghash", "place")):
        db.run(f"drop trigger {table}_no_delete")
        db.run(f"delete from {table} where {key} > 0")
    with pytest.raises(ConflictError):
        sign_log(sqlite_engine, HandClock()())


def test_an_attached_file_is_sealed_and_proves_less(engine: Engine) -> None:
    number = opened(engine)
    one = attach_file(engine, number, "copie d’écran.PNG", b"png", ALICE, now=HandClock()())
    assert (one.is_robot, one.state, one.dossier) == (False, CaptureState.RECORDED, number)
    assert robot(engine).turn().sealed == 1
    assert [name for name, _ in engine.store.evidence.vault.paths(one.folder)] == [
        "SHA256SUMS",
        "attached.png",
        "manifest.json",
    ]
    for name, content in (("x.exe", b"x"), ("x.png", b"")):
        with pytest.raises(InputError):
            attach_file(engine, number, name, content, ALICE, now=HandClock()())
    assert engine.store.evidence.turns(number) == []
