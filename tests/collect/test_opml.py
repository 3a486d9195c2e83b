"""Lists of feeds: of any reader, of any depth, with what is wrong in them told."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.errors import InputError
from tocsin.collect.feed.opml import OpmlFeed, read_opml, write_opml

LIST = """<?xml version="1.0" encoding="{charset}"?>
<opml version="1.1"><head><title>Veille d’Alba</title></head><body>
<outline text="Presse" title="Presse"><outline text="Régionale">
<outline type="rss" text="La Gazette d’Exemple" xmlUrl="https://Presse.example/rss?utm_source=x" htmlUrl="https://presse.example/"/>
</outline></outline>
<outline title="Forum" xmlURL="feed:https://forum.example/feed"/>
<outline text="Encore la Gazette" xmlUrl="https://presse.example/rss"/>
<outline text="Sans adresse" type="rss"/>
<outline text="Ailleurs" xmlUrl="ftp://example.org/x"/>
</body></opml>"""


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "cp1252"])
def test_a_list_is_read_with_its_folders_and_what_is_wrong_in_it(charset: str) -> None:
    read = read_opml(LIST.format(charset=charset).encode(charset))
    assert read.feeds == (
        OpmlFeed(url="https://presse.example/rss", name="La Gazette d’Exemple", folder=("Presse", "Régionale")),
        OpmlFeed(url="https://forum.example/feed", name="Forum"),
    )
    assert (read.title, read.repeated) == ("Veille d’Alba", 1)
    assert [reject.raw for reject in read.rejects] == ["Sans adresse", "Ailleurs"]
    assert [reject.params["url"] for reject in read.rejects] == ["", "ftp://example.org/x"]


def test_what_is_written_is_read_again_the_same() -> None:
    feeds = (
        OpmlFeed(url="https://example.org/a?b=1&c=2", name='<Alba> & "fils"', folder=("Presse", "Nord")),
        OpmlFeed(url="https://example.org/b", name="b", folder=("Presse",)),
        OpmlFeed(url="https://example.org/c", name="c"),
    )
    read = read_opml(write_opml(feeds, "Veille"))
    assert set(read.feeds) == set(feeds) and read.title == "Veille"


def test_thousands_of_feeds_and_endless_folders_are_no_trouble() -> None:
    many = "".join(f'<outline xmlUrl="https://example.org/{number}"/>' for number in range(25_000))
    read = read_opml(f"<opml><body>{many}</body></opml>".encode())
    assert (len(read.feeds), len(read.rejects)) == (20_000, 5_000)
    deep = "<outline text='a'>" * 20_000 + '<outline xmlUrl="https://example.org/"/>' + "</outline>" * 20_000
    assert len(read_opml(f"<opml><body>{deep}</body></opml>".encode()).feeds) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "well-formed"),
        (b"{}", "well-formed"),
        (b"<rss><channel/></rss>", "<rss>"),
        (b"<opml><body>", "well-formed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><opml><body>&b;</body></opml>', "entities"),
        (b"<opml>" + b" " * 10_000_001, "larger"),
    ],
)
def test_what_is_no_list_is_told_in_one_sentence(body: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_opml(body)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading(body: bytes) -> None:
    for whole in (body, b"<opml><body><outline xmlUrl='" + body + b"'/></body></opml>"):
        with suppress(InputError):
            read_opml(whole)


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_name_breaks_the_writing(name: str, folder: str) -> None:
    feed = OpmlFeed(url="https://example.org/a", name=name, folder=(folder,))
    assert read_opml(write_opml([feed], name)).feeds[0].url == feed.url
