"""A recording comes back from its files as it was, and a file that is not ours is refused."""

from __future__ import annotations

import json

import msgspec
import pytest

from tests.evidence.make import make_exchanges, make_recording
from tocsin.base.capture import Outcome, Recording, Visit
from tocsin.base.errors import InputError
from tocsin.evidence.corroborate import corroborate_page
from tocsin.evidence.pack import files_of, recording_of


def packed(recording: Recording) -> dict[str, bytes]:
    return {file.path: file.content for file in files_of(recording, number="1", salt=b"s")}


def test_a_recording_comes_back_whole() -> None:
    assert recording_of(packed(make_recording())) == make_recording()


def test_a_visit_that_got_nothing_comes_back_too() -> None:
    bare = make_recording(
        outcome=Outcome.FAILED, status=None, exchanges=(), pictures=(), text="", dom="", mhtml=None, pdf=None,
        certificates=(), resolutions=(), steps=(), wants=(),
    )  # fmt: skip
    assert recording_of(packed(bare)) == bare


def test_bodies_of_all_kinds_come_back() -> None:
    page = make_exchanges()[2]
    bodies = (b"", None, b"\x00\xff" * 9_000, b"HTTP/1.1 200 OK\r\n\r\n", "é\r\n".encode())
    exchanges = tuple(
        msgspec.structs.replace(page, number=n, method="POST", request_body=body, body=body)
        for n, body in enumerate(bodies)
    )
    assert recording_of(packed(make_recording(exchanges=exchanges))).exchanges == exchanges


def test_what_is_not_of_the_web_comes_back_without_its_body() -> None:
    page = make_exchanges()[2]
    local = msgspec.structs.replace(page, number=0, url="data:text/plain,x", body=b"x")
    back = recording_of(packed(make_recording(exchanges=(local, page)))).exchanges
    assert [one.body for one in back] == [None, page.body]


def test_ties_are_the_same_from_the_files_as_from_the_visit() -> None:
    assert corroborate_page(recording_of(packed(make_recording()))) == corroborate_page(make_recording())


def test_the_keys_of_an_account_stay_out() -> None:
    page = msgspec.structs.replace(make_exchanges()[2], number=0, request_headers=(("cookie", "session=7e1f"),))
    visit = Visit(url=page.url, account="Maison Alba")
    back = recording_of(packed(make_recording(visit=visit, exchanges=(page,))))
    assert "7e1f" not in repr(back.exchanges)


def test_what_is_not_ours_is_refused() -> None:
    files = packed(make_recording())
    for path in ("net.json", "method.json", "capture.wacz"):
        with pytest.raises(InputError, match=f"lacks {path}"):
            recording_of({name: content for name, content in files.items() if name != path})
        with pytest.raises(InputError, match="not what tocsin writes"):
            recording_of(files | {path: b"{"})
    net = json.loads(files["net.json"])
    net["exchanges"][2]["body_sha256"] = "00"
    with pytest.raises(InputError, match="exchange 2 is another"):
        recording_of(files | {"net.json": json.dumps(net).encode()})
    with pytest.raises(InputError):
        recording_of(files | {"net.json": json.dumps(net | {"exchanges": net["exchanges"][:3]}).encode()})
    with pytest.raises(InputError):
        recording_of(files | {"certs.pem": b""})
