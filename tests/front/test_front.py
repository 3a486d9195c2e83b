from __future__ import annotations

import gzip
import json
import re
import zipfile
from pathlib import Path

import pytest

from tests.helpers import ROOT

FRONT = ROOT / "scripts" / "front"
STATIC = ROOT / "src" / "tocsin" / "web" / "static"
TEMPLATES = sorted((ROOT / "src" / "tocsin" / "web").rglob("*.html"))
VENDOR = STATIC / "vendor"
FIRST_VISIT_BYTES = 300_000
HTMX_BYTES = 13_500  # htmx as django-htmx carries it, compressed
PAGE_BYTES = 30_000


def _names(file: str) -> list[str]:
    lines = (FRONT / file).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_lists_are_sorted_and_name_nothing_twice() -> None:
    for file in ("icons.txt", "keep.txt"):
        assert _names(file) == sorted(set(_names(file))), file


def test_every_icon_of_a_page_is_in_the_sprite() -> None:
    listed = set(_names("icons.txt"))
    asked = {
        (name, path.relative_to(ROOT).as_posix())
        for path in TEMPLATES
        for name in re.findall(r"{%\s*icon\s+[\"']([\w-]+)[\"']", path.read_text(encoding="utf-8"))
    }
    assert sorted(place for name, place in asked if name not in listed) == []


def test_no_page_carries_a_style_or_a_script_of_its_own() -> None:
    inline = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*(\ssrc=|application/json))", re.IGNORECASE)
    found = [path.name for path in TEMPLATES if inline.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_our_styles_load_nothing_from_elsewhere() -> None:
    for path in [*STATIC.glob("css/**/*.css"), *STATIC.glob("js/*.js"), *STATIC.glob("img/*.svg")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert not re.search(r"https?://|@import|url\((?!#)", text), path.name


def test_scripts_are_short_and_say_nothing_to_people() -> None:
    for path in STATIC.glob("js/*.js"):
        assert path.read_text(encoding="utf-8").count("\n") < 150, path.name


def test_every_package_of_the_pages_has_its_line_in_the_documentation() -> None:
    asked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").partition("## Real servers")[0]
    assert sorted(re.findall(r"^\| `([@\w/.-]+)` \|", text, re.MULTILINE)) == sorted(asked)


def test_the_lock_names_no_registry() -> None:
    assert '"resolved": "http' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")


@pytest.mark.skipif(not (VENDOR / "ready").is_file(), reason="the front-end files of others are not built: make front")
class TestBuilt:
    def test_a_first_visit_is_light_even_with_our_files_as_they_are(self) -> None:
        styles = [*STATIC.glob("css/*.css"), *STATIC.glob("css/rooms/stream.css")]
        ours = sum(path.stat().st_size for path in [*styles, *STATIC.glob("js/*.js"), STATIC / "img" / "favicon.svg"])
        fonts = sum(path.stat().st_size for path in VENDOR.glob("fonts/*-latin-wght-normal.woff2"))
        others = sum((VENDOR / f"{name}.gz").stat().st_size for name in ("tabler.css", "icons.svg"))
        assert ours + fonts + others + HTMX_BYTES + PAGE_BYTES <= FIRST_VISIT_BYTES

    def test_the_sprite_holds_what_the_list_names(self) -> None:
        held = re.findall(r'<symbol id="([\w-]+)"', (VENDOR / "icons.svg").read_text(encoding="utf-8"))
        assert held == _names("icons.txt")

    def test_what_is_compressed_is_what_lies_beside_it(self) -> None:
        for path in VENDOR.glob("*.gz"):
            assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes(), path.name

    def test_the_licence_of_every_package_travels_along(self) -> None:
        text = (VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
        for name in ("@tabler/core", "@tabler/icons", "@fontsource-variable/inter", "vega", "vega-lite", "d3-array"):
            assert re.search(rf"^{re.escape(name)} [\d.]+ \(", text, re.MULTILINE), name


def test_a_wheel_carries_the_pages_whole(tmp_path: Path) -> None:
    if not (VENDOR / "ready").is_file():
        pytest.skip("the front-end files of others are not built: make front")
    from hatchling.builders.wheel import WheelBuilder

    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        place = "tocsin/web/static"
        wanted = {f"{place}/vendor/{name}" for name in ("tabler.css", "charts.js", "icons.svg", "LICENSES.txt")}
        assert wanted | {f"{place}/css/base.css", f"{place}/css/base.css.gz", f"{place}/js/app.js.gz"} <= held
        assert archive.read(f"{place}/css/base.css") == gzip.decompress(archive.read(f"{place}/css/base.css.gz"))
