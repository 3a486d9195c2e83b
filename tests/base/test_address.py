from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base import address as module
from tocsin.base.address import Refusal, check_url, refusal
from tocsin.base.errors import AddressError


def test_the_examples_of_the_page_are_true() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("0.0.0.0", Refusal.UNSPECIFIED),
        ("10.1.2.3", Refusal.PRIVATE),
        ("100.64.0.1", Refusal.CARRIER),
        ("100.127.255.255", Refusal.CARRIER),
        ("127.0.0.1", Refusal.LOOPBACK),
        ("127.255.255.254", Refusal.LOOPBACK),
        ("169.254.169.254", Refusal.LINK_LOCAL),
        ("172.31.0.1", Refusal.PRIVATE),
        ("192.0.0.192", Refusal.RESERVED),
        ("192.0.2.1", Refusal.DOCUMENTATION),
        ("192.88.99.1", Refusal.TRANSLATED),
        ("192.168.1.1", Refusal.PRIVATE),
        ("198.19.255.255", Refusal.BENCHMARK),
        ("198.51.100.7", Refusal.DOCUMENTATION),
        ("203.0.113.7", Refusal.DOCUMENTATION),
        ("224.0.0.1", Refusal.MULTICAST),
        ("240.0.0.1", Refusal.RESERVED),
        ("255.255.255.255", Refusal.BROADCAST),
        ("::", Refusal.UNSPECIFIED),
        ("::1", Refusal.LOOPBACK),
        ("::7f00:1", Refusal.TRANSLATED),
        ("::ffff:127.0.0.1", Refusal.TRANSLATED),
        ("::ffff:8.8.8.8", Refusal.TRANSLATED),
        ("64:ff9b::7f00:1", Refusal.TRANSLATED),
        ("64:ff9b:1::1", Refusal.TRANSLATED),
        ("100::1", Refusal.RESERVED),
        ("2001::1", Refusal.RESERVED),
        ("2001:db8::1", Refusal.DOCUMENTATION),
        ("2002:7f00:1::", Refusal.TRANSLATED),
        ("2a00:1450::5efe:7f00:1", Refusal.TRANSLATED),
        ("3fff::1", Refusal.DOCUMENTATION),
        ("4000::1", Refusal.RESERVED),
        ("fd00::1", Refusal.PRIVATE),
        ("fe80::1", Refusal.LINK_LOCAL),
        ("fe80::1%eth0", Refusal.LINK_LOCAL),
        ("fec0::1", Refusal.RESERVED),
        ("ff02::1", Refusal.MULTICAST),
        ("2130706433", Refusal.NOT_AN_ADDRESS),
        ("", Refusal.NOT_AN_ADDRESS),
    ],
)
def test_an_address_that_is_not_public_is_refused_with_its_reason(address: str, reason: Refusal) -> None:
    assert refusal(address) is reason


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "100.63.255.255", "100.128.0.0", "172.32.0.1", "2a00:1450:4007::200e", "2606::1"]
)
def test_a_public_address_is_accepted(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://127.0.0.1./",
        "http://example.org./",
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://①②⑦.0.0.1/",
        "http://９.９.９.９/",
        "http://%31%32%37.0.0.1/",
        "http://example%2eorg/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[v1.x]/",
        "http://localhost/",
        "http://LOCALHOST/",
        "http://api.localhost/",
        "http://alice@example.org/",
        "http://alice:secret@example.org/",
        "http://example.org@127.0.0.1/",
        "http://example.org\\@127.0.0.1/",
        "http://example.org:22/",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://example.org:８０x/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "//example.org/",
        "example.org",
        "http://",
        "http:///path",
        "http:example.org",
        "http://exa mple.org/",
        "http://example.org/\r\nX: y",
        " http://example.org/",
        "http://ex\tample.org/",
        "http://-example.org/",
        "http://a..b/",
        "http://" + "a" * 64 + ".org/",
        "http://.example.org/",
        "http://1.2.3.4.5/",
        "http://example.0x7f/",
    ],
)
def test_an_odd_or_inner_address_is_refused(url: str) -> None:
    with pytest.raises(AddressError) as caught:
        check_url(url)
    assert str(caught.value)


def test_a_secret_in_an_address_is_not_repeated_in_the_message() -> None:
    with pytest.raises(AddressError) as caught:
        check_url("https://alice:hunter2@example.org/feed")
    assert "hunter2" not in str(caught.value)


def test_a_public_address_is_taken_apart() -> None:
    target = check_url("HTTPS://Café.Example.ORG/flux été?a=1#fin".replace(" ", "%20"))
    assert (target.scheme, target.host, target.port) == ("https", "xn--caf-dma.example.org", 443)
    assert target.url == "https://xn--caf-dma.example.org/flux%20%C3%A9t%C3%A9?a=1"
    assert not target.is_literal and not target.is_exempt


def test_a_public_literal_is_accepted() -> None:
    assert check_url("http://9.9.9.9/").is_literal
    assert check_url("http://[2A00:1450:0::1]/").host == "2a00:1450::1"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8080/", "127.0.0.1"),
        ("http://intranet/", "intranet"),
        ("http://intranet:8080/", "Intranet:8080"),
        ("http://[fd00::5]/", "fd00::5"),
        ("http://[fd00::5]:8080/", "[fd00::5]:8080"),
        ("http://localhost/", "localhost"),
        ("http://café.example.org:81/", "café.example.org:81"),
    ],
)
def test_a_host_of_ones_own_network_is_exempt(url: str, allowed: str) -> None:
    assert check_url(url, (allowed,)).is_exempt


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.2/", "127.0.0.1"),
        ("http://127.0.0.1:81/", "127.0.0.1:80"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://a.intranet:81/", "intranet"),
    ],
)
def test_the_exemption_covers_only_the_host_as_written(url: str, allowed: str) -> None:
    with pytest.raises(AddressError):
        check_url(url, (allowed,))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_hidden_in_ipv6_is_always_refused(address: object) -> None:
    assert refusal(f"::ffff:{address}") is not None
    assert refusal(f"64:ff9b::{address}") is not None
    assert refusal(f"::{address}") is not None


@given(st.text(max_size=40))
def test_no_text_breaks_the_check(text: str) -> None:
    for url in (text, f"http://{text}/", f"http://example.org{text}"):
        try:
            target = check_url(url)
        except AddressError as error:
            assert str(error)
        else:
            assert target.url.isascii() and target.port in (80, 443)
