"""The check of translations: what it collects from the sources, and what it refuses in a catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tests.ground.load import script

sources = script("sources")
catalogues = script("catalogues")

MODULE = """
raise InputError("Line {line} is not JSON.", line=3)
raise ValueError("for developers")
error = SourceError("The server is gone.", permanent=True)
t.text("Hello {name}", name=name)
self.t.plural("{n} alert", "{n} alerts", 3)
out.text("not a translation")
page.append(Reject(line=1, why="The row has no text."))
help = N_("how many")
"""


def _collected(tmp_path: Path, source: str) -> tuple[dict[str, str | None], list[str]]:
    (tmp_path / "module.py").write_text(source, encoding="utf-8")
    texts, faults = sources.texts_of(tmp_path)
    found = {text.one: text.many for text in texts if text.place.endswith(tuple("0123456789"))}
    return {one: many for one, many in found.items() if one not in sources.reasons().values()}, [f.what for f in faults]


def test_every_text_for_people_is_collected_and_no_other(tmp_path: Path) -> None:
    texts, faults = _collected(tmp_path, MODULE)
    assert texts == {
        "Line {line} is not JSON.": None,
        "The server is gone.": None,
        "Hello {name}": None,
        "{n} alert": "{n} alerts",
        "The row has no text.": None,
        "how many": None,
    }
    assert faults == []


def test_an_error_with_a_sentence_already_filled_in_is_refused(tmp_path: Path) -> None:
    _, faults = _collected(tmp_path, 'raise InputError(f"Line {line} is wrong.")\n')
    assert faults == ["the template must be a literal string, its values given by name"]


def test_reason_codes_are_collected_whole_or_by_their_beginning(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text('Reason(code="a.b")\nReason(code=f"kind.{kind}")\n', encoding="utf-8")
    assert [(code, whole) for code, whole, _ in sources.reason_codes(tmp_path)] == [("a.b", True), ("kind.", False)]


@pytest.mark.parametrize(
    ("template", "french", "fault"),
    [
        ("Hello {name}", "Bonjour {name}", None),
        ("Hello {name}", "Bonjour {nom}", "has the values"),
        ("Hello {name}", "", "is not translated"),
        ("the brand's own", "l'adresse", "straight apostrophe"),
        ("the brand's own", "l’adresse", None),
        ("Wait: now", "Attendez\u00a0: maintenant", None),
        ("Wait: now", "Attendez : maintenant", "no-break space"),
        ("Wait: now", "Attendez: maintenant", "no-break space"),
        ("Really?", "Vraiment?", "no-break space"),
        ("see `a: b`", "voir `a: b`", None),
        ("invalid %(type)s", "incorrect", "has the values"),
    ],
)
def test_a_translation_is_held_against_its_template(template: str, french: str, fault: str | None) -> None:
    found = list(catalogues.faults_of(Message(template, french)))
    assert (found == []) if fault is None else (fault in found[0])


def test_both_plural_forms_are_wanted_and_the_singular_may_leave_out_its_number() -> None:
    key = ("{n} alert", "{n} alerts")
    assert list(catalogues.faults_of(Message(key, ("une alerte", "{n} alertes")))) == []
    assert list(catalogues.faults_of(Message(key, ("une alerte", "")))) == ["is not translated"]
