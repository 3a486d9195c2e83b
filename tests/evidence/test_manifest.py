"""Manifests: one spelling, nothing guessed, doubts told."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.make import START, make_clock, make_recording
from tocsin.base.capture import ClockReading
from tocsin.base.errors import InputError
from tocsin.evidence.canonical import canonical
from tocsin.evidence.manifest import doubts_of, manifest_of, sums
from tocsin.evidence.values import File, Manifest

FILES = (File("page.png", b"png"), File("capture.wacz", b"wacz"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=12,
)


def made(**changes: object) -> Manifest:
    fields: dict[str, object] = {"number": "C-1", "operator": "p-2", "salt": b"s" * 32, **changes}
    return manifest_of(fields.pop("files", FILES), fields.pop("recording", make_recording()), **fields)  # type: ignore[arg-type]


@given(VALUES)
def test_one_value_has_one_spelling_and_it_reads_back(value: object) -> None:
    content = canonical(value)
    assert json.loads(content) == value
    assert canonical(json.loads(content)) == content


def test_keys_stand_in_the_order_of_their_utf_16_units() -> None:
    # RFC 8785, 3.2.3: the emoji is two units from D83D and comes before the letter at FB33.
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    assert list(json.loads(canonical(dict.fromkeys(keys)))) == [
        "\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33",
    ]  # fmt: skip


def test_signs_are_escaped_as_the_standard_says() -> None:
    assert canonical('\u20ac$\u000f\nA\'B"\\\\"/') == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, {1: 2}, b"bytes", {"a": object()}, "\ud83d"])
def test_what_has_no_one_spelling_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        canonical(value)


def test_a_manifest_names_every_file_and_how_the_page_was_taken() -> None:
    fields = json.loads(made().content)
    assert fields["files"] == [
        {"bytes": 4, "path": "capture.wacz", "sha256": hashlib.sha256(b"wacz").hexdigest()},
        {"bytes": 3, "path": "page.png", "sha256": hashlib.sha256(b"png").hexdigest()},
    ]
    assert fields["urls"]["asked"] == make_recording().visit.url
    assert {"account", "clock", "dns", "instants", "method", "net", "operator", "outcome", "salt", "wants"} <= set(
        fields
    )
    assert fields["method"]["host.os"]
    assert made().digest == hashlib.sha256(made().content).hexdigest()


def test_the_order_of_files_does_not_matter() -> None:
    assert made(files=FILES).content == made(files=FILES[::-1]).content


def test_the_salt_hides_what_is_in_a_manifest() -> None:
    assert made().digest != made(salt=b"t" * 32).digest


@pytest.mark.parametrize(
    "changes",
    [
        {"salt": b"short"},
        {"number": "../1"},
        {"number": ""},
        {"files": (File("../x", b""),)},
        {"files": (File("/x", b""),)},
        {"files": (File("a b", b""),)},
        {"files": (File(".hidden", b""),)},
        {"files": (File("x", b"1"), File("x", b"2"))},
        {"files": (File("x\n", b""),)},
    ],
)
def test_names_and_numbers_that_lead_elsewhere_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InputError):
        made(**changes)


def test_a_page_that_is_no_unicode_is_kept_as_far_as_it_is() -> None:
    recording = make_recording(final_url="https://example.org/\ud83d")
    assert json.loads(made(recording=recording).content)["urls"]["final"] == "https://example.org/\ufffd"


def _reading(offset_s: float | None) -> ClockReading:
    return ClockReading(server="ntp.example.org", at=START, offset_s=offset_s, delay_s=0.01, error=None)


@pytest.mark.parametrize(
    ("offsets", "wall_s", "doubts"),
    [
        ((0.01, -0.2), 6.0, ()),
        ((0.01, 2.0), 6.0, ()),
        ((0.01, 2.001), 6.0, ("clock_off",)),
        ((-2.5, None), 6.0, ("clock_off",)),
        ((None, None), 6.0, ("clock_unchecked",)),
        ((0.0, 0.0), 66.0, ("clock_moved",)),
        ((5.0, None), 66.0, ("clock_off", "clock_moved")),
    ],
)
def test_a_clock_that_was_off_unchecked_or_moved_makes_the_time_doubtful(
    offsets: tuple[float | None, float | None], wall_s: float, doubts: tuple[str, ...]
) -> None:
    before, after = (_reading(offsets[0]),), (_reading(offsets[1]),)
    clock = msgspec.structs.replace(make_clock(), before=before, after=after, wall_s=wall_s, monotonic_s=6.0)
    assert doubts_of(clock) == doubts
    recording = make_recording(clock=clock, ended_at=START + timedelta(seconds=wall_s))
    assert made(recording=recording).doubts == doubts


def test_sums_are_what_sha256sum_reads() -> None:
    assert sums(FILES).decode().split("\n")[0] == f"{hashlib.sha256(b'wacz').hexdigest()}  capture.wacz"
