"""The check of leaks finds machine paths and index hosts, and lets ordinary paths be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ground.load import script

leaks = script("check_leaks")


def _leaks(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "file.txt"
    path.write_text(text, encoding="utf-8")
    return list(leaks.leaks_of(path, "file.txt"))


@pytest.mark.parametrize("folder", leaks._FOLDERS)
def test_a_machine_path_is_found_with_its_line(tmp_path: Path, folder: str) -> None:
    assert _leaks(tmp_path, f"one\nsee /{folder}/alice/x\n") == [
        f"file.txt:2: an absolute path of a machine: /{folder}/a"
    ]


@pytest.mark.parametrize("host", leaks._HOSTS)
def test_an_index_host_is_found(tmp_path: Path, host: str) -> None:
    assert _leaks(tmp_path, f"https://files.{host}/x") != []


@pytest.mark.parametrize(
    "text", [f"src/{leaks._FOLDERS[2]}/main.py", "https://example.org/home/page", f"~/{leaks._FOLDERS[2]}/x", "1/10"]
)
def test_ordinary_paths_and_addresses_are_let_be(tmp_path: Path, text: str) -> None:
    assert _leaks(tmp_path, text) == []


def test_a_binary_file_has_no_leak(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\xff\xfe")
    assert list(leaks.leaks_of(path, "picture.png")) == []
