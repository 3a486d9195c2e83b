"""A recording becomes files that others can read, true to what the browser had."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import msgspec
from warcio.archiveiterator import ArchiveIterator

from tests.evidence.make import SITE, START, make_exchanges, make_png, make_recording
from tocsin.base.capture import Outcome, Picture, Recording, Visit
from tocsin.evidence.pack import files_of
from tocsin.evidence.values import File


def packed(recording: Recording) -> dict[str, bytes]:
    return {file.path: file.content for file in files_of(recording, number="2026-0042-01", salt=b"salt")}


def opened(recording: Recording) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(packed(recording)["capture.wacz"]))


def records(recording: Recording) -> list[tuple[str, str, dict[str, str], bytes]]:
    """Kind, address, header lines of HTTP or of the record, payload; digests are checked on the way."""
    found = []
    with opened(recording).open("archive/data.warc.gz") as archive:
        for record in ArchiveIterator(archive, check_digests="raise"):
            payload = record.content_stream().read()
            lines = record.http_headers or record.rec_headers
            found.append(
                (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), dict(lines.headers), payload)
            )
    return found


def one(**changes: Any) -> Recording:
    """A recording of one exchange, changed so."""
    return make_recording(exchanges=(msgspec.structs.replace(make_exchanges()[2], **changes),))


def test_a_capture_has_its_files_and_no_empty_ones() -> None:
    whole = packed(make_recording())
    assert list(whole) == [
        "capture.wacz", "page.png", "page-2.png", "text.txt", "dom.html", "page.pdf", "page.mhtml", "certs.pem",
        "net.json", "method.json",
    ]  # fmt: skip
    gone = make_recording(
        outcome=Outcome.FAILED, status=None, exchanges=(), pictures=(), mhtml=None, pdf=None, text="", dom="",
        certificates=(),
    )  # fmt: skip
    assert list(packed(gone)) == ["capture.wacz", "net.json", "method.json"]


def test_the_same_recording_gives_the_same_bytes_and_another_salt_other_names_of_records() -> None:
    assert files_of(make_recording(), number="1", salt=b"a") == files_of(make_recording(), number="1", salt=b"a")
    first, second = (files_of(make_recording(), number="1", salt=salt)[0] for salt in (b"a", b"b"))
    assert first != second


def test_every_answered_exchange_is_a_pair_of_records_with_their_digests() -> None:
    recording = make_recording()
    found = records(recording)
    answered = [one for one in recording.exchanges if one.status is not None]
    responses = [(url, payload) for kind, url, _, payload in found if kind == "response"]
    assert responses == [(one.url, one.body or b"") for one in answered]
    assert sum(kind == "request" for kind, *_ in found) == len(recording.exchanges)


def test_a_request_without_an_answer_keeps_its_reason() -> None:
    (failure,) = [payload for kind, _, _, payload in records(make_recording()) if kind == "metadata"]
    assert failure == b"failure: net::ERR_NAME_NOT_RESOLVED\r\n"


def test_lines_that_told_of_the_wire_stand_aside_so_that_the_body_is_not_decoded_twice() -> None:
    lines = next(lines for kind, url, lines, _ in records(make_recording()) if url == f"{SITE}/fil/7")
    assert "content-encoding" not in {name.lower() for name in lines}
    assert lines["X-Orig-content-encoding"] == "gzip"
    body = make_exchanges()[2].body
    assert body is not None and lines["Content-Length"] == str(len(body))


def test_a_length_that_is_right_stays_where_it_was() -> None:
    body = b"<p>Bonjour</p>"
    recording = one(body=body, headers=(("Content-Length", str(len(body))),))
    assert records(recording)[1][2] == {"Content-Length": "14"}


def test_what_came_in_part_is_told_as_cut() -> None:
    with opened(make_recording()).open("archive/data.warc.gz") as archive:
        cut = {
            record.rec_headers.get_header("WARC-Target-URI"): record.rec_headers.get_header("WARC-Truncated")
            for record in ArchiveIterator(archive)
            if record.rec_type == "response"
        }
    assert {url: reason for url, reason in cut.items() if reason} == {f"{SITE}/film.mp4": "length"}


def test_a_header_of_a_hostile_server_cannot_begin_a_record_or_a_line() -> None:
    recording = one(
        headers=(
            ("content-type", "text/html\r\n\r\nWARC/1.1\r\nWARC-Type: response"),
            ("bad name: x\r\n", "1"),
            (":status", "200"),
            ("set-cookie", "a=1\nb=2"),
            ("x-latin", "caf\u00e9 \x00 \x1b[31m"),
        ),
        reason="OK\r\nX-Injected: 1",
        body=b"WARC/1.1\r\n\r\n",
    )
    found = records(recording)
    assert [kind for kind, *_ in found] == ["warcinfo", "response", "request", "resource"]
    assert found[1][3] == b"WARC/1.1\r\n\r\n"
    assert "X-Injected" not in found[1][2] and "bad name" not in found[1][2]


def test_what_opens_an_account_stays_out_of_the_dossier() -> None:
    page = make_exchanges()[2]
    recording = make_recording(
        visit=Visit(url=page.url, account="Maison Alba"),
        exchanges=(
            msgspec.structs.replace(
                page,
                request_headers=(("Cookie", "session=7e1f"), ("Authorization", "Bearer 7e1f")),
                headers=(("set-cookie", "session=7e1f; HttpOnly"), *page.headers),
            ),
        ),
    )
    files = packed(recording)
    with opened(recording).open("archive/data.warc.gz") as archive:
        assert b"7e1f" not in gzip.decompress(archive.read()) and b"7e1f" not in files["net.json"]
    assert json.loads(files["net.json"])["exchanges"][0]["request_headers"][0][0] == "Cookie"


def test_the_package_names_all_it_holds_with_length_and_digest() -> None:
    package = opened(make_recording())
    described = json.loads(package.read("datapackage.json"))
    assert described["wacz_version"] == "1.1.1" and described["profile"] == "data-package"
    told = {row["path"]: (row["hash"], row["bytes"]) for row in described["resources"]}
    held = {name: package.read(name) for name in package.namelist() if not name.startswith("datapackage")}
    assert told == {
        name: ("sha256:" + hashlib.sha256(content).hexdigest(), len(content)) for name, content in held.items()
    }
    digest = json.loads(package.read("datapackage-digest.json"))
    assert digest["hash"] == "sha256:" + hashlib.sha256(package.read("datapackage.json")).hexdigest()
    assert {one.compress_type for one in package.infolist()} == {zipfile.ZIP_STORED}


def test_the_index_leads_to_each_answer() -> None:
    package = opened(make_recording())
    archive = package.read("archive/data.warc.gz")
    listed = [
        line.split(" ", 2) for line in gzip.decompress(package.read("indexes/index.cdx.gz")).decode().splitlines()
    ]
    assert listed == sorted(listed)
    for _, _, told in listed:
        fields = json.loads(told)
        member = archive[int(fields["offset"]) : int(fields["offset"]) + int(fields["length"])]
        assert f"WARC-Target-URI: {fields['url']}\r\n".encode() in gzip.decompress(member)
        assert fields["recordDigest"] == "sha256:" + hashlib.sha256(member).hexdigest()
    asked = next(json.loads(told) for _, _, told in listed if "api/count" in told)
    assert (asked["method"], asked["requestBody"]) == ("POST", "thread=7")


def test_a_long_visit_has_its_index_in_blocks() -> None:
    picture = make_exchanges()[4]
    many = tuple(
        msgspec.structs.replace(picture, number=n, url=f"{SITE}/p/{n:04}.png", at=START + timedelta(milliseconds=n))
        for n in range(700)
    )
    package = opened(make_recording(exchanges=many))
    blocks = package.read("indexes/index.cdx.gz")
    listed = [json.loads(line.split(" ", 2)[2]) for line in package.read("indexes/index.idx").decode().splitlines()]
    lines = [gzip.decompress(blocks[one["offset"] : one["offset"] + one["length"]]).count(b"\n") for one in listed[1:]]
    assert lines == [300, 300, 101]


def test_pages_name_where_the_visit_ended_and_what_was_asked() -> None:
    rows = [json.loads(line) for line in opened(make_recording()).read("pages/pages.jsonl").splitlines()]
    assert [row.get("url") for row in rows] == [None, f"{SITE}/fil/7", "http://forum.example.org/fil"]
    assert "Message 60" in rows[1]["text"]


def test_pictures_stand_once_beside_the_archive() -> None:
    noise = Picture(top_px=0, width_px=64, height_px=64, png=make_png(64, 64, (1, 2, 3)))
    recording = make_recording(pictures=(noise,))
    files = packed(recording)
    assert files["page.png"] == noise.png and "page-2.png" not in files
    assert all(payload != noise.png for *_, payload in records(recording))


def test_a_post_of_text_alone_takes_less_than_a_megabyte() -> None:
    assert sum(len(file.content) for file in files_of(make_recording())) < 1_000_000


def test_net_json_tells_digests_for_bodies_and_reads_certificates() -> None:
    told = json.loads(packed(make_recording())["net.json"])
    page = told["exchanges"][2]
    assert page["body_sha256"] == hashlib.sha256(make_exchanges()[2].body or b"").hexdigest() and "body" not in page
    leaf = told["certificates"][0]["chain"][0]
    assert leaf["subject"] == "CN=forum.example.org" and leaf["issuer"] == "CN=Test root"


def test_a_certificate_that_cannot_be_read_is_kept_as_it_is() -> None:
    certificates = tuple(msgspec.structs.replace(one, chain=(b"not DER",)) for one in make_recording().certificates)
    files = packed(make_recording(certificates=certificates))
    assert b"not a certificate: 6e6f7420444552" in files["certs.pem"]
    assert "unread" in json.loads(files["net.json"])["certificates"][0]["chain"][0]


def test_lone_surrogates_in_what_a_page_shows_do_not_stop_the_packing() -> None:
    files = files_of(make_recording(text="a\ud800b", title="\udfff", dom="<p>\ud800</p>"))
    assert File("text.txt", b"a?b") in files
