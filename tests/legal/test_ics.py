from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.legal.ics import Entry, Ring, calendar_file, escaped

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
ENTRY = Entry(
    uid="a@tocsin",
    day=date(2026, 12, 31),
    summary="Diffamation publique : agir, au plus tard",
    description="Deux\nlignes",
    rings=(Ring(datetime(2026, 12, 1, 9, tzinfo=timezone(timedelta(hours=1))), "30 jours"),),
)


def _unfolded(content: bytes) -> list[str]:
    return content.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")


def _unescaped(text: str) -> str:
    found, signs = [], iter(text)
    for sign in signs:
        follower = next(signs) if sign == "\\" else ""
        found.append({"n": "\n"}.get(follower, follower) or sign)
    return "".join(found)


def test_a_whole_day_stands_with_its_alarm_in_utc() -> None:
    assert _unfolded(calendar_file([ENTRY], NOW)) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tocsin//deadlines//EN",
        "CALSCALE:GREGORIAN",
        "BEGIN:VEVENT",
        "UID:a@tocsin",
        "DTSTAMP:20261122T160000Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:Diffamation publique : agir\\, au plus tard",
        "DESCRIPTION:Deux\\nlignes",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:30 jours",
        "TRIGGER;VALUE=DATE-TIME:20261201T080000Z",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_an_instant_is_written_in_utc() -> None:
    entry = Entry(uid="b", day=datetime.fromisoformat("2026-11-23T17:40:00+01:00"), summary="s", description="d")
    assert "DTSTART:20261123T164000Z" in _unfolded(calendar_file([entry], NOW))


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="no offset"):
        calendar_file([ENTRY], datetime(2026, 11, 22))  # noqa: DTZ001


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_any_text_survives_folding_and_escaping(text: str) -> None:
    entry = Entry(uid="a", day=date(2026, 1, 1), summary=text, description="a\r\nb\x00c")
    content = calendar_file([entry], NOW)
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")
    lines = _unfolded(content)
    (summary,) = [line for line in lines if line.startswith("SUMMARY:")]
    assert _unescaped(summary.removeprefix("SUMMARY:")) == text
    assert "DESCRIPTION:a\\nbc" in lines


def test_a_line_never_smuggles_in_another_property() -> None:
    assert "\n" not in escaped("a\r\nATTENDEE:mailto:x@example.org\rb\nc")
