"""Files become posts: every row is a post or a reject, whatever the format."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.helpers import shared
from tocsin.base.errors import InputError
from tocsin.base.html import plain_text
from tocsin.base.post import Post, PostKind, TimeDoubt
from tocsin.collect.adapter import Page, Reject
from tocsin.collect.file import Bounds, FileFormat, FilePlan, plan_file, read_pages, write_reject

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def planned(raw: bytes, name: str = "avis.csv", **overrides: str) -> FilePlan:
    return plan_file(io.BytesIO(raw), name=name, overrides=overrides, now=NOW)


def pages(raw: bytes, plan: FilePlan, cursor: str = "", page_rows: int = 4096) -> list[Page]:
    return list(read_pages(io.BytesIO(raw), plan, source="test", cursor=cursor, now=NOW, page_rows=page_rows))


def read(raw: bytes, name: str = "avis.csv", **overrides: str) -> tuple[list[Post], list[Reject]]:
    items = [item for page in pages(raw, planned(raw, name, **overrides)) for item in page.items]
    return [i.post for i in items if not isinstance(i, Reject)], [i for i in items if isinstance(i, Reject)]


def notes(raw: bytes, **overrides: str) -> dict[str, int]:
    (page,) = pages(raw, planned(raw, **overrides))
    return page.notes


def workbook(*rows: list[object], sheets: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for sheet in sheets:
        book.create_sheet(sheet).append(["autre"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


LINES = b'{"id":"1001","text":"un"}\n{"id":"1002","text":"deux"}\n'


@pytest.mark.parametrize(
    "raw",
    [
        LINES,
        LINES.rstrip(),
        LINES.replace(b"\n", b"\r\n\r\n"),
        b"\xef\xbb\xbf" + LINES,
        LINES.decode().encode("utf-16"),
        LINES.decode().encode("utf-16-le"),
        gzip.compress(LINES, mtime=0),
        b'[{"id":"1001","text":"un"},{"id":"1002","text":"deux"}]',
        b'\n [\n{"id":"1001",\n"text":"un"},\n\n{"id":1002,"text":"deux"}\n]\n',
        b'{"meta":{"n":2},"data":[{"id":"1001","text":"un"},{"id":"1002","text":"deux"}]}',
        b'{"1001":{"text":"un"},"1002":{"text":"deux"}}',
        b'{\n "id":"1001",\n "text":"un"\n}\n{\n "id":"1002",\n "text":"deux"\n}\n',
        b"id,text\n1001,un\n1002,deux\n",
        b"id;text\r\n1001;un\r\n1002;deux\r\n",
        b"id\ttext\n1001\tun\n1002\tdeux",
        b"id|text\n1001|un\n1002|deux",
        b"id,text\r1001,un\r1002,deux\r",
        b'sep=;\n"id";"text"\n1001;"un"\n\n1002;"deux"\n',
        b"Rapport du mois\n\nid,text,note\n1001,un,5\n1002,deux,4\n",
        workbook(["id", "text"], ["1001", "un"], [1002, "deux"]),
        gzip.compress(workbook(["id", "text", None], ["1001", "un"], [], [1002, "deux"], sheets=("b",))),
    ],
)
def test_every_shape_gives_the_same_posts(raw: bytes) -> None:
    posts, rejects = read(raw)
    assert [(post.native_id, post.text) for post in posts] == [("1001", "un"), ("1002", "deux")]
    assert rejects == []


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"id,text\n", "a header and no row"),
        (b"[]", "a header and no row"),
        (b'{"data":[]}', "a header and no row"),
        (b"%PDF-1.7 \x00\x01", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (bytes(range(1, 256)) * 20, "not text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password-protected"),
        (b"PK\x03\x04 broken", "broken workbook"),
        (workbook(["id", "text"], ["1", "un"])[:-200], "broken workbook"),
        (b"\x1f\x8bbroken", "broken gzip"),
        (gzip.compress(LINES, mtime=0)[:14], "breaks off|broken gzip"),
        (b"{broken\n{broken\n", "No row"),
        (b"date,nombre\n2026-01-01,3\n2026-01-02,4\n", "looks like the text"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_clear_sentence(raw: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        planned(raw)


def test_a_zip_archive_and_a_bomb_are_refused() -> None:
    for name, size, says in (("a.csv", 10, "zip archive"), ("xl/a.xml", 201 << 20, "more than 200 MB")):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as part:
            for _ in range(max(1, size >> 20)):
                part.write(bytes(min(size, 1 << 20)))
        with pytest.raises(InputError, match=says):
            planned(out.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("bounds", "says"),
    [(Bounds(most_mb=1), "more than 1 MB"), (Bounds(most_ratio=20), "more than 20 times its size, which posts never")],
)
def test_a_gzip_bomb_behind_good_posts_ends_with_one_sentence(bounds: Bounds, says: str, encoding: str) -> None:
    raw = gzip.compress((LINES.decode() + (" " * 1_000_000 + "\n") * 40).encode(encoding), compresslevel=1)
    plan = plan_file(io.BytesIO(raw), name="b.jsonl.gz", now=NOW, bounds=bounds)
    given: list[Page] = []
    with pytest.raises(InputError, match=says):
        given.extend(read_pages(io.BytesIO(raw), plan, source="test", cursor="", now=NOW, page_rows=2))


def test_the_ratio_of_a_short_file_is_its_own_affair() -> None:
    raw = gzip.compress(LINES + b" " * (4 << 20), compresslevel=1)
    plan = plan_file(io.BytesIO(raw), name="b.jsonl.gz", now=NOW, bounds=Bounds(most_ratio=2))
    assert [row.native_id for row in plan.preview] == ["1001", "1002"]


def test_a_file_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.csv cannot be opened"):
        plan_file(tmp_path / "absent.csv", name="absent.csv", now=NOW)


def test_bad_json_lines_are_rejected_with_their_number_and_the_rest_is_done() -> None:
    raw = b'{"id":"1001","text":"un"}\n{"id":\n\n[1]\n{"id":"1002","text":" "}\n{"id":"1003","text":["x"]}\n' + LINES
    posts, rejects = read(raw)
    assert [post.native_id for post in posts] == ["1001", "1001", "1002"]
    assert [reject.line for reject in rejects] == [2, 4, 5, 6]
    whys = [reject.why.format(**reject.params) for reject in rejects]
    assert "column 7" in whys[0]
    assert "no object" in whys[1]
    assert "no text" in whys[2]
    assert "a list" in whys[3]
    assert rejects[0].raw == '{"id":'


def test_a_broken_record_of_an_array_costs_itself_alone() -> None:
    raw = b'[\n{"id":"1001","text":"un"},\n{"id":"1002" "text":"deux"},\n{"id":"1003","text":"trois"}, 7\n]'
    posts, rejects = read(raw)
    assert [post.native_id for post in posts] == ["1001", "1003"]
    assert [reject.line for reject in rejects] == [3, 4]


def test_bad_rows_of_a_table_are_rejected_with_their_number() -> None:
    raw = "id,date,texte\n1001,2026-01-02,un\n1002,2026-01-02\n1003,avant-hier,trois\n1004,2026-01-02,\n"
    raw += '1005,2026-01-02,"cinq\nlignes",\n1006,2026-01-02,six,de,trop\n1007,2026-01-02,"sept\n'
    posts, rejects = read(raw.encode())
    assert [post.native_id for post in posts] == ["1001", "1005"]
    assert [reject.line for reject in rejects] == [3, 4, 5, 8, 9]
    whys = [reject.why.format(**reject.params) for reject in rejects]
    assert "2 columns where the header has 3" in whys[0]
    assert "'avant-hier'" in whys[1]
    assert "no text" in whys[2]
    assert "5 columns" in whys[3]
    assert "never closed" in whys[4]


def test_a_carriage_return_inside_a_cell_is_a_space_there() -> None:
    raw = b"id,texte\n1001,un\rdeux\r\n1002,trois\r\n"
    posts, rejects = read(raw)
    assert [post.text for post in posts] == ["un deux", "trois"]
    assert not rejects
    assert notes(raw)["stray_return"] == 1


def test_a_quote_never_closed_does_not_swallow_the_rest() -> None:
    rows = "".join(f"{n},texte {n}\n" for n in range(2000, 2500))
    posts, rejects = read(f'id,texte\n1001,"ouvert\n{rows}'.encode())
    assert len(posts) == 500
    assert [reject.line for reject in rejects] == [2]


def test_long_texts_pass_and_monstrous_rows_do_not() -> None:
    long, monster = "é" * 32_768, "x" * (1 << 20)
    for raw in (
        f'{{"id":"1001","text":"{long}"}}\n{{"id":"1002","text":"{monster}"}}\n{{"id":"1003","text":"fin"}}\n',
        f'[{{"id":"1001","text":"{long}"}},{{"id":"1002","text":"{monster}"}},{{"id":"1003","text":"fin"}}]',
        f"id,text\n1001,{long}\n1002,{monster}\n1003,fin\n",
        f'id,text\n1001,{long}\n1002,"{"é" * (1 << 19)}\n"\n1003,fin\n',
    ):
        posts, rejects = read(raw.encode())
        assert [(post.native_id, len(post.text)) for post in posts] == [("1001", 32_768), ("1003", 3)]
        assert all("longer than 1 MB" in reject.why or "never closed" in reject.why for reject in rejects)
        assert rejects
        assert all(len(reject.raw) <= 200 for reject in rejects)


def test_mixed_encodings_are_read_line_by_line_and_counted() -> None:
    raw = "id,text\n1001,déjà\n".encode() + "1002,été à 5 €\n".encode("cp1252") + "1003,œuf\n".encode() + b"1004,a\0b\n"
    posts, _ = read(raw)
    assert [post.text for post in posts] == ["déjà", "été à 5 €", "œuf", "ab"]
    assert notes(raw)["read_as_cp1252"] == 1
    assert notes(raw)["nul_removed"] == 1


def test_a_windows_file_is_read_as_such_and_said() -> None:
    raw = "id;texte\n1001;été à 5 €\n".encode("cp1252")
    assert [post.text for post in read(raw)[0]] == ["été à 5 €"]
    assert any("Windows-1252" in str(remark) for remark in planned(raw).warnings)


def test_odd_json_is_read_as_far_as_it_goes() -> None:
    raw = b'{"id":"1001","text":"a\\ud800b"}\n{"id":1234567890123456789,"text":"c\\u0000d"}\n'
    raw += b'{"id":1.5e18,"text":"x\ty"},\n'
    posts, rejects = read(raw)
    assert [post.text for post in posts] == ["a\ufffdb", "cd", "x\ty"]
    assert posts[1].native_id == "1234567890123456789"
    assert len(posts[2].native_id) == 16
    assert not rejects
    assert notes(raw)["id_rounded"] == 1


def test_ids_rounded_by_a_spreadsheet_are_replaced_and_said() -> None:
    raw = workbook(["id", "texte"], [1700000000000000000, "un"], [1700000000000000000, "deux"])
    posts, _ = read(raw)
    assert len({post.native_id for post in posts}) == 2
    assert any("rounded" in str(remark) for remark in planned(raw).warnings)


def test_markup_becomes_text_and_its_links_are_kept() -> None:
    raw = json.dumps(
        {"id": "1001", "text": '<p>Un <a href="https://example.org/a">avis</a></p><p>A &amp; B</p>'}
    ).encode()
    (post,) = read(raw)[0]
    assert post.text == "Un avis\nA & B"
    assert post.links == ("https://example.org/a",)


def test_an_emoji_alone_is_a_post() -> None:
    assert [post.text for post in read("id,text\n1001,😡\n".encode())[0]] == ["😡"]


def test_times_are_corrected_and_counted() -> None:
    raw = b"id,date,text\n1001,2026-01-02 10:00,a\n1002,2031-01-01,b\n1003,,c\n1004,1970-01-01T00:00:00Z,d\n"
    posts, _ = read(raw)
    doubts = [TimeDoubt.NO_ZONE, TimeDoubt.FUTURE, TimeDoubt.MISSING, TimeDoubt.IMPLAUSIBLE]
    assert [post.time_doubt for post in posts] == doubts
    assert posts[0].created_at == datetime(2026, 1, 2, 9, tzinfo=UTC)
    assert posts[1].created_at == posts[2].created_at == NOW
    assert notes(raw) == {"time_future": 1, "time_implausible": 1, "time_missing": 1, "time_no_zone": 1}


def test_what_cannot_be_read_beside_the_text_is_counted_not_rejected() -> None:
    raw = b"id,text,likes,langue,note\n1001,a,12,fr,4\n1002,b,beaucoup,??,9\n1003,c,3,en,5\n"
    raw += b"1004,d,3,en,5\n1005,e,3,en,5\n1006,f,3,en,3\n"
    posts, rejects = read(raw, likes="likes", stars="note", stars_max="5")
    assert not rejects
    assert posts[0].engagement is not None
    assert posts[0].engagement.likes == 12
    assert (posts[0].stars, posts[0].stars_max, posts[0].kind) == (4.0, 5.0, PostKind.REVIEW)
    assert posts[1].engagement is None
    assert posts[1].stars is None
    counted = notes(raw, likes="likes", stars="note", stars_max="5")
    assert counted["unreadable_likes"] == counted["unreadable_stars"] == counted["unreadable_lang_claimed"] == 1


def test_rejects_are_written_as_json_lines() -> None:
    out = io.StringIO()
    write_reject(out, Reject(line=3, why="The date {value} is wrong.", params={"value": "'été'"}, raw="a;b"))
    assert json.loads(out.getvalue()) == {"line": 3, "why": "The date 'été' is wrong.", "raw": "a;b"}


def test_a_gzip_that_breaks_off_gives_what_it_held_then_says_so() -> None:
    whole = "".join(json.dumps({"id": f"{n:06}", "text": f"texte {n * 7919}"}) + "\n" for n in range(60_000)).encode()
    raw = gzip.compress(whole, mtime=0)[:-9000]
    plan = planned(raw)
    got = []
    with pytest.raises(InputError, match="breaks off after"):
        for page in read_pages(io.BytesIO(raw), plan, source="t", cursor="", now=NOW):
            got.extend(page.posts)
    assert len(got) > 40_000


def test_another_file_under_the_same_cursor_is_refused() -> None:
    cursor = pages(LINES, planned(LINES), page_rows=1)[0].next_cursor
    other = LINES.replace(b"un", b"xx")
    with pytest.raises(InputError, match="is not the file"):
        pages(other, planned(other), cursor)
    with pytest.raises(InputError, match="was not made"):
        pages(LINES, planned(LINES), "nonsense")


def test_a_file_that_grew_goes_on_where_it_stopped() -> None:
    last = pages(LINES, planned(LINES))[-1]
    assert not last.more
    grown = LINES + b'{"id":"1003","text":"trois"}\n'
    assert [post.text for page in pages(grown, planned(grown), last.next_cursor) for post in page.posts] == ["trois"]


def test_memory_stays_flat() -> None:
    row = json.dumps({"id": "000001", "text": "Bonjour " * 150}).encode() + b"\n"
    packed = gzip.compress(row * 6_000, mtime=0)
    plan = planned(packed)
    tracemalloc.start()
    paged = read_pages(io.BytesIO(packed), plan, source="t", cursor="", now=NOW, page_rows=200)
    rows = sum(len(page.items) for page in paged)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 6_000
    assert peak < 4 << 20  # the whole text is twice that


TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=60)


@given(
    st.lists(TEXT, min_size=1, max_size=8), st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])
)
@settings(max_examples=60)
def test_any_text_survives_a_table(texts: list[str], delimiter: str, encoding: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "date", "text"])
    for number, text in enumerate(texts):
        writer.writerow([f"post-{number:06}", "2026-01-02T10:00:00Z", text])
    posts, rejects = read(out.getvalue().encode(encoding))
    assert len(posts) + len(rejects) == len(texts)
    assert [post.text for post in posts] == [plain_text(text) for text in texts if not text.isspace()]


@given(st.lists(TEXT, min_size=1, max_size=8), st.booleans())
@settings(max_examples=60)
def test_any_text_survives_json(texts: list[str], lines: bool) -> None:
    objects = [{"id": f"post-{number:06}", "text": text} for number, text in enumerate(texts)]
    raw = "\n".join(map(json.dumps, objects)) if lines else json.dumps(objects, ensure_ascii=False, indent=1)
    posts, rejects = read(raw.encode())
    assert len(posts) + len(rejects) == len(texts)
    assert [post.text for post in posts] == [plain_text(text) for text in texts if not text.isspace()]


ROWS = st.lists(
    st.one_of(
        TEXT.map(lambda text: json.dumps({"text": text, "author": "alice"})),
        st.sampled_from(
            ['{"text":', "[]", '{"text":""}', "7", '{"text":"ok","id":"x-1"}', '{"text":"d","created_at":"?"}']
        ),
    ),
    min_size=1,
    max_size=12,
)


@given(ROWS, st.integers(1, 5))
@settings(max_examples=80)
def test_no_row_is_lost_and_any_cut_resumes_exactly(lines: list[str], page_rows: int) -> None:
    raw = "\n".join(['{"text":"premier","author":"bruno","created_at":"2026-01-02"}', *lines]).encode()
    plan = planned(raw, "posts.jsonl")
    assert plan.shape.format is FileFormat.JSON_LINES
    (whole,) = pages(raw, plan)
    assert len(whole.items) == len(lines) + 1
    for page in pages(raw, plan, page_rows=page_rows):
        rest = [item for later in pages(raw, plan, page.next_cursor) for item in later.items]
        done = int(page.next_cursor.split("-")[0])
        assert rest == list(whole.items)[done:]
    again = [post.key for page in pages(raw, planned(raw, "posts.jsonl")) for post in page.posts]
    assert again == [post.key for post in whole.posts]


SEEDS = [
    b'id,date,text\n1,2026-01-02,"a ""b"" c"\n2,02/03/2026,d\n',
    b'{"id":"1","text":"x"}\n{"id":"2","text":"y"}\n',
    b'{"data":[{"id":"1","text":"x"},{"id":"2","text":"y"}]}',
    gzip.compress(LINES, mtime=0),
    workbook(["id", "texte"], [1, "un"], [2, "deux"]),
]
PIECES = [
    b'"',
    b"\n",
    b"\r",
    b",",
    b"{",
    b"}",
    b"[",
    b"\0",
    b"\xe9",
    b"\\ud800",
    b":",
    b"1e999",
    b"<p>",
    b"sep=,\n",
    b"9" * 30,
    b"",
]


@given(st.data())
@settings(max_examples=150)
def test_a_damaged_file_is_read_or_refused_in_words(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw = raw[:at] + data.draw(st.sampled_from(PIECES)) + raw[at + data.draw(st.integers(0, 9)) :]
    try:
        posts, rejects = read(raw)
    except InputError as error:
        assert str(error)
    else:
        assert posts or rejects


def test_resuming_a_table_with_line_breaks_in_cells_is_exact() -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["date", "auteur", "texte"])
    for number in range(50):
        writer.writerow(["02/01/2026", "chloe", f'ligne {number}\nsuite;\n"cite" {number}'])
    raw = out.getvalue().encode()
    plan = planned(raw)
    (whole,) = pages(raw, plan)
    assert len({post.native_id for post in whole.posts}) == 50
    for page in pages(raw, plan, page_rows=7):
        done = int(page.next_cursor.split("-")[0])
        assert [post for later in pages(raw, plan, page.next_cursor) for post in later.posts] == whole.posts[done:]


@pytest.mark.shared
def test_a_real_stream_is_read_whole() -> None:
    path = shared("airline-stream/posts.jsonl.gz")
    plan = plan_file(path, name=path.name, now=NOW)
    assert plan.mapping.columns == {
        "id": "id", "text": "text", "created_at": "created_at", "author": "author", "shares": "shares",
    }  # fmt: skip
    posts = [post for page in read_pages(path, plan, source="s", cursor="", now=NOW) for post in page.posts]
    assert len(posts) == len({post.native_id for post in posts}) == 7937
    assert posts[0].created_at == datetime(2015, 2, 17, 8, tzinfo=UTC)


@pytest.mark.shared
def test_a_real_table_is_guessed() -> None:
    path = shared("troll-tweets/troll_tweets.csv.gz")
    plan = plan_file(path, name=path.name, time_zone="UTC", now=NOW)
    assert plan.mapping.columns == {
        "text": "content", "created_at": "published", "author": "author", "followers": "followers", "kind": "post_type",
        "lang": "language",
    }  # fmt: skip
    assert plan.preview[0].lang_claimed == "fr"
