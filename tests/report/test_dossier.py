"""The report tells what was had and what was not, in both languages, whatever the page said."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from tests.evidence.make import FORGED, make_png, make_recording, passage
from tests.report.dossiers import CHANGED, make_attachment, make_facts, make_part
from tocsin.base.capture import Outcome, Picture, Recording, Visit, Want
from tocsin.base.errors import InputError
from tocsin.evidence.values import EntryKind, File
from tocsin.report.dossier import CapturePart, ReportFacts, packet_pdf, report_pdf
from tocsin.report.dossier.words import Words

HOSTILE = '#panic("x") `` $x$ #import "y" <b>{zone}</b> {0} %s \u202eabc \x07 😡 "); #read("/etc/passwd")'


def words(document: bytes, tmp_path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    path = tmp_path / "a.pdf"
    path.write_bytes(document)
    said = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    return re.sub(r"\s+", " ", said)


def of(recording: Recording, **changes: object) -> ReportFacts:
    return make_facts(captures=(make_part(recording),), **changes)


def test_both_languages_have_the_same_words() -> None:
    tables = tomllib.loads((resources.files("tocsin.report.dossier") / "words.toml").read_text("utf-8"))

    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [shape(inner) for inner in value]
        return sorted(re.findall(r"\{\w*\}", str(value)))

    assert shape(tables["fr"]) == shape(tables["en"])


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "fr",
            ["20 novembre 2026, 10 h 30 min 00 s (UTC+01:00)", "Inscrit au journal le 20 novembre 2026, 10 h 30 min 09",
             "10 h 30 min 12 s (UTC+01:00), par alpha, autorité que notre liste dit qualifiée", "Non relevé : non fait",
             "par beta, racine non vérifiée", "aucun : partie publique", "écart mesuré de 12 ms au plus",
             "NON RATTACHÉ : n’existe que dans la page affichée", "La réponse dit : 1111", "À côté de l’échelle"],
        ),
        (
            "en",
            ["20 November 2026, 10:30:00 (UTC+01:00)", "Entered into the log on 20 November 2026, 10:30:09",
             "10:30:12 (UTC+01:00), by alpha, an authority that our list calls qualified", "Not had: not done",
             "by beta, root not verified", "none: public side", "measured offset of 12 ms at most",
             "UNTIED: exists in the rendered page alone", "The answer says: 1111", "Beside the ladder"],
        ),
    ],
)  # fmt: skip
def test_a_report_tells_the_facts_in_both_languages(language: str, said: list[str], tmp_path: Path) -> None:
    text = words(report_pdf(make_facts(language=language)), tmp_path)
    for one in (*said, FORGED, "https://forum.example.org/fil/7", "93.184.215.14:443", "CNAME edge.example.org"):
        assert one in text


def test_a_report_is_pdf_a_and_the_same_twice() -> None:
    first = report_pdf(make_facts())
    assert first == report_pdf(make_facts())
    assert b"<pdfaid:part>2</pdfaid:part>" in first


def test_every_file_stands_there_with_its_digest(tmp_path: Path) -> None:
    facts = make_facts()
    text = words(report_pdf(facts), tmp_path)
    for one in facts.captures[0].manifest.sums:
        assert one.path in text and one.sha256 in text
    assert facts.captures[0].manifest.digest in text and bytes(range(32)).hex() in text


def test_each_capture_is_told_its_level_and_what_it_lacks(tmp_path: Path) -> None:
    def told(part: CapturePart) -> str:
        text = words(report_pdf(make_facts(captures=(part,), language="en")), tmp_path)
        return text[: text.index("Proves")]

    part = make_part()
    both = tuple(msgspec.structs.replace(token, anchored=True) for token in part.seal.tokens)
    strong = msgspec.structs.replace(part, seal=msgspec.structs.replace(part.seal, tokens=both), passages=())
    assert "level 3" in told(strong) and "lacks" not in told(strong)
    assert "level 2" in told(part) and "fewer than two time-stamps, quoted passages are not tied" in told(part)
    assert "level 2" in told(make_part(stamped=False)) and "no qualified authority" in told(make_part(stamped=False))
    assert "level 1" in told(make_attachment())


def test_a_seal_without_a_token_is_told_to_be_awaiting_one(tmp_path: Path) -> None:
    text = words(report_pdf(make_facts(captures=(make_part(stamped=False),))), tmp_path)
    assert "EN ATTENTE D’HORODATAGE" in text


def test_a_doubtful_clock_is_told_loudly(tmp_path: Path) -> None:
    clock = msgspec.structs.replace(make_recording().clock, before=(), after=())
    text = words(report_pdf(of(make_recording(clock=clock))), tmp_path)
    assert "INSTANT DOUTEUX : aucune autre horloge n’a répondu" in text


def test_words_of_a_hostile_page_are_shown_and_never_run(tmp_path: Path) -> None:
    recording = make_recording(
        title=HOSTILE,
        text=HOSTILE,
        visit=Visit(url=f"https://forum.example.org/{HOSTILE}", account=HOSTILE),
        method=msgspec.structs.replace(make_recording().method, fields=(("host.os", HOSTILE), (HOSTILE, HOSTILE))),
    )
    part = msgspec.structs.replace(make_part(recording), passages=(HOSTILE,))
    facts = make_facts(captures=(part,), brand=HOSTILE, made_by=HOSTILE)
    for document in (report_pdf(facts), packet_pdf(facts)):
        text = words(document, tmp_path)
        assert '#panic("x")' in text and "{zone}" in text and "⟨U+202E⟩" in text


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_visit_that_got_nothing_is_reported_all_the_same(outcome: Outcome, tmp_path: Path) -> None:
    bare = make_recording(
        outcome=outcome, status=None, exchanges=(), pictures=(), text="", dom="", mhtml=None, pdf=None, title="",
        certificates=(), resolutions=(), steps=(),
    )  # fmt: skip
    text = words(report_pdf(of(bare)), tmp_path)
    said = Words("fr", "Europe/Paris").name("outcomes", outcome.value)
    assert said.replace("\u00a0", " ") in text
    assert packet_pdf(of(bare))


def test_a_file_that_a_person_attached_is_told_apart(tmp_path: Path) -> None:
    text = words(report_pdf(make_facts(captures=(make_attachment(),))), tmp_path)
    assert "joint par une personne" in text and "lettre.pdf" in text and "Méthode" not in text


def test_a_passage_of_several_lines_is_told_by_its_lines_and_one_that_was_not_looked_up_is_said_so(
    tmp_path: Path,
) -> None:
    part = msgspec.structs.replace(make_part(), passages=(f"{passage(3)}\n\n{CHANGED}", "Jamais recherché"))
    text = words(report_pdf(make_facts(captures=(part,))), tmp_path)
    assert "Envoyé mot pour mot" in text and "La réponse dit : 1111" in text
    assert "Jamais recherché Non recherché dans cette capture." in text


def test_where_nothing_was_quoted_the_lines_without_a_tie_are_shown_and_the_rest_is_counted(tmp_path: Path) -> None:
    lines = "\n".join(f"Ligne ajoutée par la page, numéro {place}" for place in range(50))
    part = make_part(make_recording(text=lines))
    text = words(report_pdf(make_facts(captures=(msgspec.structs.replace(part, passages=()),))), tmp_path)
    assert "numéro 0" in text and "autres dans corroboration.json" in text


def test_what_could_not_be_had_is_named_with_its_reason(tmp_path: Path) -> None:
    wants = (
        Want(field="pictures", reason="below_60000_px_of_90000"),
        Want(field="certificates.cdn.example.org", reason="not_given: it left"),
        Want(field="net.public_ip", reason="not_configured"),
    )
    text = words(report_pdf(of(make_recording(wants=wants), language="en")), tmp_path)
    assert "Pictures of the page Not had: below 60000 pixels, of 90000" in text
    assert "Not had: the browser did not give it: it left" in text and "cdn.example.org" in text
    assert "4. Public IP address Not had: no service set for it" in text


def test_a_long_page_is_shown_in_slices_and_the_rest_is_told(tmp_path: Path) -> None:
    tall = Picture(top_px=0, width_px=400, height_px=16_000, png=make_png(400, 16_000, (250, 240, 230)))
    text = words(report_pdf(of(make_recording(pictures=(tall, tall)))), tmp_path)
    assert "page.png, de 0 à 528 pixels sur 16000" in text and "page.png, de 4752 à 5280" in text
    assert "est dans page.png : 10720 pixels" in text and "est dans page-2.png : 16000 pixels" in text


def test_a_packet_lists_addresses_steps_passages_and_digests(tmp_path: Path) -> None:
    gone = make_recording(
        outcome=Outcome.GONE, status=404, started_at=make_recording().started_at.replace(day=21), text="", pictures=()
    )
    facts = make_facts(captures=(make_part(), make_part(gone, number="2026-0042-02")))
    text = words(packet_pdf(facts), tmp_path)
    assert "Vider le cache" in text and text.count("2026-0042-01 https://forum.example.org/fil") == 2
    assert CHANGED in text and "DISPARITION" in text
    for part in facts.captures:
        assert part.manifest.digest in text
        assert next(one.sha256 for one in part.manifest.sums if one.path == "capture.wacz") in text
    assert text.count("21 novembre 2026") and "sans compte" in text


def test_the_account_used_is_named_in_the_packet(tmp_path: Path) -> None:
    visit = Visit(url="https://forum.example.org/fil/7", account="Maison Alba")
    assert "appartenant au client : Maison Alba" in words(packet_pdf(of(make_recording(visit=visit))), tmp_path)


def test_what_cannot_be_told_is_refused_with_a_sentence() -> None:
    with pytest.raises(InputError, match="fr or en"):
        report_pdf(make_facts(language="de"))
    with pytest.raises(InputError, match="no time zone"):
        report_pdf(make_facts(time_zone="Europe/Nowhere"))
    part: CapturePart = make_part()
    broken = tuple(File(one.path, b"{") if one.path == "net.json" else one for one in part.files)
    with pytest.raises(InputError, match=r"net\.json of the capture 2026-0042-01 cannot be read"):
        report_pdf(make_facts(captures=(msgspec.structs.replace(part, files=broken),)))


def test_every_kind_of_entry_doubt_and_step_has_its_words() -> None:
    for language in ("fr", "en"):
        said = Words(language, "UTC")
        assert {kind.value for kind in EntryKind} == set(said.table("entries"))
        assert {outcome.value for outcome in Outcome} == set(said.table("outcomes"))
