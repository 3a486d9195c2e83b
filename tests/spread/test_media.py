"""Which hosts are titles of the press, and which only look like one."""

from __future__ import annotations

from importlib.resources import files

import pytest

from tocsin.base.errors import InputError
from tocsin.spread.media import press_of, read_host, read_media, shipped_media
from tocsin.spread.values import Press


def test_the_table_that_ships_is_whole_sorted_and_holds_each_host_once() -> None:
    lines = files("tocsin.spread").joinpath("media.tsv").read_text(encoding="utf-8").splitlines()
    hosts = [line.split("\t")[0] for line in lines if not line.startswith("#")]
    assert len(hosts) >= 500 and hosts == sorted(set(hosts))
    assert list(shipped_media()) == hosts
    assert {title.language for title in shipped_media().values()} == {"fr", "en"}
    assert all(read_host(host) == host and title.scope is not None for host, title in shipped_media().items())


@pytest.mark.parametrize(
    ("url", "press"),
    [
        ("https://www.lemonde.fr/a", Press.NATIONAL),
        ("https://blogs.lemonde.fr/a", Press.NATIONAL),
        ("https://LEMONDE.FR./a", Press.NATIONAL),
        ("https://www.scotsman.com/a", Press.LOCAL),
        ("https://france3-regions.francetvinfo.fr/a", Press.LOCAL),
        ("https://www.bbc.co.uk/a", Press.NATIONAL),
        ("https://www.lsa-conso.fr/a", Press.SPECIALISED),
        ("https://lemonde.fr.evil.example/a", None),
        ("https://notlemonde.fr/a", None),
        ("https://lemonde.fr@evil.example/", None),
        ("https://co.uk/a", None),
        ("https://[broken", None),
        (None, None),
    ],
)
def test_a_host_stands_for_its_sub_domains_and_for_no_other(url: str | None, press: Press | None) -> None:
    assert press_of(url) is press


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("example.org\tworldwide\tdaily\tFR\tfr", "worldwide"),
        ("example.org\tlocal\tfanzine\tFR\tfr", "fanzine"),
        ("example.org\tlocal\tdaily\tFrance\tfr", "France"),
        ("not a host\tlocal\tdaily\tFR\tfr", "not a host"),
        ("co.uk\tlocal\tdaily\tGB\ten", "co.uk"),
        ("example.org\tlocal", "2 columns"),
    ],
)
def test_a_wrong_line_of_a_table_is_named_with_its_value(line: str, word: str) -> None:
    with pytest.raises(InputError, match=f"Line 2.*{word}"):
        read_media(["# media", line])


def test_a_longer_host_may_be_no_press_under_a_title() -> None:
    media = read_media(["example.org\tnational\tdaily\tFR\tfr", "shop.example.org\tnone\tdaily\tFR\tfr"])
    assert press_of("https://shop.example.org", media) is None
    assert press_of("https://www.example.org", media) is Press.NATIONAL
