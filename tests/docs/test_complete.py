"""The documentation tells every command, setting and dependency, in both languages where it is for users."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tocsin.base.settings import Settings
from tocsin.cli.main import COMMANDS

DOCS = ROOT / "docs"
PAGES = {
    "add-a-source.md": "ajouter-une-source.md",
    "commands.md": "commandes.md",
    "deadlines.md": "delais.md",
    "feeds.md": "flux.md",
    "mailbox.md": "courrier.md",
    "import.md": "importer.md",
    "install.md": "installer.md",
    "law.md": "droit.md",
    "letters.md": "lettres.md",
    "pages.md": "pages.md",
    "people.md": "personnes.md",
    "queries.md": "requetes.md",
    "reading.md": "lecture.md",
    "scenarios.md": "scenarios.md",
    "settings.md": "reglages.md",
    "social.md": "reseaux.md",
    "surges.md": "alertes.md",
    "told.md": "prevenus.md",
    "tour.md": "visite.md",
    "verify.md": "verifier.md",
}
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def _rows(page: Path) -> set[str]:
    """Return the first code word of every row of the tables of a page."""
    return set(re.findall(r"^\| `([a-z_]+)`", page.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", ["en/settings.md", "fr/reglages.md"])
def test_every_setting_is_documented_and_no_other(page: str) -> None:
    assert _rows(DOCS / page) == set(Settings.__struct_fields__)


@pytest.mark.parametrize("page", ["en/commands.md", "fr/commandes.md"])
def test_every_command_is_documented_and_no_other(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `tocsin ")]
    documented = {name for row in rows for name in re.findall(r"`tocsin ([a-z]+)", row.split("|")[1])}
    assert documented == set(COMMANDS)


@pytest.mark.parametrize(("english", "french"), PAGES.items())
def test_a_page_for_users_exists_in_both_languages(english: str, french: str) -> None:
    assert (DOCS / "en" / english).is_file()
    assert (DOCS / "fr" / french).is_file()


def test_the_two_languages_have_as_many_pages() -> None:
    assert len(list((DOCS / "en").glob("*.md"))) == len(list((DOCS / "fr").glob("*.md")))


def test_every_dependency_has_its_line_and_no_other_has() -> None:
    wanted = set()
    for name in ("runtime.in", "dev.in"):
        lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
        wanted |= {re.split(r"[\[~=<> ]", line)[0].lower() for line in lines if line and line[0] not in "#-"}
    rows = re.findall(r"^\| ([\w.-]+) \|", (DOCS / "dependencies.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {row.lower() for row in rows if row != "package"} == wanted


def test_the_project_asks_for_what_the_requirements_name() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = project.split("dependencies = [")[1].split("\n]")[0]
    asked = {re.split(r"[\[~=<>]", name)[0].lower() for name in re.findall(r'"([^"]+)"', block)}
    lines = (ROOT / "requirements" / "runtime.in").read_text(encoding="utf-8").splitlines()
    assert asked == {re.split(r"[\[~=<> ]", line)[0].lower() for line in lines if line and line[0] != "#"}


@pytest.mark.parametrize(
    "page", sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
)
def test_every_link_within_the_project_leads_somewhere(page: str) -> None:
    path = ROOT / page
    targets = [target for target in LINK.findall(path.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (path.parent / target).exists()] == []
