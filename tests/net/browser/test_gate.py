from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tocsin.base.capture import Record, Resolution
from tocsin.net.browser import gate
from tocsin.net.browser.gate import Gate, Passage

NAMES = {
    "public.example.org": "93.184.215.14",
    "inner.example.org": "10.0.0.7",
    "v6.example.org": "fd00::7",
    "mapped.example.org": "::ffff:127.0.0.1",
}


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were looked up, in order."""
    names: list[str] = []

    async def resolve(host: str) -> Resolution:
        names.append(host)
        at = datetime(2026, 11, 20, tzinfo=UTC)
        if host not in NAMES:
            return Resolution(host=host, at=at, resolver="system", records=(), error="not_known")
        return Resolution(
            host=host, at=at, resolver="system", records=(Record(name=host, kind="A", value=NAMES[host]),)
        )

    monkeypatch.setattr(gate, "resolve", resolve)
    return names


def _judged(*urls: str, is_exempt: bool = False, allow_hosts: tuple[str, ...] = ()) -> list[Passage]:
    async def go() -> list[Passage]:
        standing = Gate(is_exempt, allow_hosts)
        return [(await standing.judge(url)).passage for url in urls]

    return asyncio.run(go())


def test_a_public_name_may_pass_and_others_not() -> None:
    hosts = ("public", "inner", "v6", "mapped", "unknown")
    assert _judged(*(f"https://{host}.example.org/" for host in hosts)) == [
        Passage.OPEN,
        Passage.INNER,
        Passage.INNER,
        Passage.INNER,
        Passage.NO_NAME,
    ]


def test_a_public_page_does_not_lead_into_ones_own_network() -> None:
    assert _judged("http://inner.example.org/", allow_hosts=("inner.example.org",)) == [Passage.INNER]
    assert _judged("http://inner.example.org/", allow_hosts=("inner.example.org",), is_exempt=True) == [Passage.OPEN]


def test_a_name_is_looked_up_once_a_visit(asked: list[str]) -> None:
    _judged(*["https://public.example.org/"] * 5)
    assert asked == ["public.example.org"]


def test_hosts_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MAX_HOSTS", 1)
    assert _judged("https://public.example.org/", "https://other.example.org/") == [Passage.OPEN, Passage.TOO_MANY]


@pytest.mark.parametrize("ip", ["10.0.0.7", "[fd00::1]", "127.0.0.1", "169.254.169.254", "not an address"])
def test_what_an_inner_address_answered_may_not_be_kept(ip: str) -> None:
    assert Gate(False, ()).judge_answer("https://public.example.org/", ip) is not None


@pytest.mark.parametrize("ip", ["93.184.215.14", "[2606:2800:220:1::1]", "", None])
def test_what_a_public_address_answered_may_be_kept(ip: str | None) -> None:
    assert Gate(False, ()).judge_answer("https://public.example.org/", ip) is None


def test_a_name_of_the_machine_is_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    resolution = asyncio.run(gate.resolve("localhost"))
    assert resolution.error is None and {record.value for record in resolution.records} <= {"127.0.0.1", "::1"}
