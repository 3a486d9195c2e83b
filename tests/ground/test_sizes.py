"""The check of sizes sees what a reader would call too large."""

from __future__ import annotations

from pathlib import Path

from tests.ground.load import script

sizes = script("check_sizes")


def _module(tmp_path: Path, source: str) -> list[str]:
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    return list(sizes.module_faults(path, "module.py"))


def test_a_short_module_has_no_fault(tmp_path: Path) -> None:
    assert _module(tmp_path, "def one(a, b):\n    return a\n") == []


def test_a_long_module_is_told_with_its_length(tmp_path: Path) -> None:
    assert _module(tmp_path, "x = 1\n" * 501) == ["module.py: 501 lines, 500 at most; cut it at a seam."]


def test_a_long_function_is_told_with_its_line(tmp_path: Path) -> None:
    faults = _module(tmp_path, "\n\ndef long():\n" + "    x = 1\n" * 60)
    assert faults == ["module.py:3: long has 61 lines, 60 at most."]


def test_self_is_no_parameter_and_a_sixth_by_position_is_too_many(tmp_path: Path) -> None:
    body = (
        "class A:\n    def five(self, a, b, c, d, e): ...\n    def six(self, a, b, c, d, e, f): ...\n"
        "    def named(self, a, b, c, *, d, e, f): ...\n    def nine(self, a, b, c, *, d, e, f, g, h, i): ...\n"
    )
    assert [fault.split(" ", 2)[1] for fault in _module(tmp_path, body)] == ["six", "nine"]


def test_a_crowded_folder_is_told_and_a_family_is_not() -> None:
    crowd = [Path("src/tocsin/net") / f"m{number}.py" for number in range(13)]
    family = [Path("src/tocsin/collect/adapters") / f"m{number}.py" for number in range(13)]
    inits = [Path("src/tocsin/net/__init__.py")]
    assert list(sizes.folder_faults(crowd + inits)) == ["src/tocsin/net: 13 modules, 12 at most; make a sub-folder."]
    assert list(sizes.folder_faults(family + crowd[:12] + inits)) == []
