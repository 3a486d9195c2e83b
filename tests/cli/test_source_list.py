"""Lists of feeds go in and out of the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.run import tocsin

LIST = b"""<opml version="2.0"><body><outline text="Presse">
<outline text="Gazette" xmlUrl="https://presse.example/rss"/><outline text="Gazette" xmlUrl="https://presse.example/atom"/>
<outline text="Rien"/></outline></body></opml>"""


def test_a_list_becomes_sources_once_and_is_written_again(tmp_path: Path) -> None:
    assert tocsin("init", data=tmp_path).code == 0
    ran = tocsin("source", "import", "-", data=tmp_path, stdin=LIST)
    assert ran.code == 0 and "2 feeds added, 0 known already, 1 that cannot be read." in ran.err
    assert "Entry 3 (Rien)" in ran.err
    again = tocsin("source", "import", "-", data=tmp_path, stdin=LIST)
    assert "0 feeds added, 2 known already" in again.err
    names = [row["name"] for row in tocsin("source", "list", data=tmp_path).rows]
    assert names == ["Gazette", "Gazette 2"]
    written = tocsin("source", "export", data=tmp_path).out
    assert 'xmlUrl="https://presse.example/atom"' in written


def test_a_file_that_is_no_list_is_told_in_one_sentence(tmp_path: Path) -> None:
    assert tocsin("init", data=tmp_path).code == 0
    ran = tocsin("source", "import", "-", data=tmp_path, stdin=b"bonjour")
    assert ran.code == 1 and len(ran.err.strip().splitlines()) == 1
