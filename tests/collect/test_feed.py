from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.errors import SourceError
from tocsin.base.post import PostKind, TimeDoubt
from tocsin.collect.adapter import Answer, Done, Page, Reject, Request, Source
from tocsin.collect.adapters.feed import FeedAdapter

URL = "https://blog.example.org/feed"
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
FEED = FeedAdapter()
ITEM = """<item><title>Maison Alba &amp;amp; fils</title><link>https://blog.example.org/a?utm_source=rss&amp;id=1</link>
<guid isPermaLink="false">{guid}</guid><pubDate>Wed, 04 Mar 2026 10:00:00 +0100</pubDate>
<dc:creator>Bruno</dc:creator><description><![CDATA[{text}]]></description></item>"""


def rss(*items: str, head: str = "<title>Blog</title><language>fr-FR</language>") -> str:
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    start = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {spaces}>'
    return f"{start}<channel>{head}{''.join(items)}</channel></rss>"


def item(guid: str = "g1", text: str = "<p>Une file de deux heures.</p>") -> str:
    return ITEM.format(guid=guid, text=text)


def source(**options: str) -> Source:
    return Source(name="blog", adapter="feed", options={"url": URL, **options})


def answer(
    body: str | bytes, at: datetime = NOON, status: int = 200, moved_to: str | None = None, **headers: str
) -> Answer:
    return Answer(
        url=URL,
        status=status,
        headers={name.replace("_", "-"): text for name, text in headers.items()},
        body=body.encode() if isinstance(body, str) else body,
        at=at,
        moved_to=moved_to,
    )


def read(body: str | bytes, cursor: str = "", at: datetime = NOON, **options: str) -> Page:
    return FEED.parse(source(**options), cursor, answer(body, at), at)


def test_an_entry_becomes_a_post_with_all_that_the_feed_says() -> None:
    text = (
        '<p>Une <b>file</b> de deux heures.<br>Voir <a href="/plan?utm_medium=x">le plan</a> '
        '<img src="/f.jpg" alt="La file"></p>'
    )
    page = read(rss(item(text=text)))
    (post,) = page.posts
    assert page.first_read and page.notes == {}
    assert (post.platform, post.native_id) == ("web", f"{URL}#g1")
    assert (post.kind, post.url) == (PostKind.ARTICLE, "https://blog.example.org/a?id=1")
    assert post.title == "Maison Alba & fils"
    assert post.text.startswith("Une file de deux heures.\nVoir le plan")
    assert post.created_at == datetime(2026, 3, 4, 9, 0, tzinfo=UTC) and post.time_doubt is None
    assert post.author is not None and post.author.name == "Bruno"
    assert post.lang_claimed == "fr-fr"
    assert post.links == ("https://blog.example.org/plan",)
    assert [(media.url, media.kind, media.alt) for media in post.media] == [
        ("https://blog.example.org/f.jpg", "image", "La file")
    ]


@pytest.mark.parametrize(
    ("guid", "native_id"),
    [
        ("g1", f"{URL}#g1"),
        ("article:12", f"{URL}#article:12"),
        ("tag:example.org,2026:1", "tag:example.org,2026:1"),
        ("https://blog.example.org/?p=1", "https://blog.example.org/?p=1"),
        ("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a"),
        ("https://blog.example.org/a#une note", "https://blog.example.org/a#une%20note"),
        ("", "https://blog.example.org/a?id=1"),
    ],
)
def test_an_id_is_the_guid_only_if_that_is_one_in_the_whole_world(guid: str, native_id: str) -> None:
    assert read(rss(item(guid))).posts[0].native_id == native_id


def test_a_guid_that_entries_share_names_nothing_and_their_links_do() -> None:
    other = item().replace("id=1", "id=2")
    page = read(rss(item(), other))
    assert [post.native_id for post in page.posts] == [
        "https://blog.example.org/a?id=1",
        "https://blog.example.org/a?id=2",
    ]
    assert page.notes == {"guid_shared": 2}


def test_what_was_read_is_not_given_again_and_what_changed_is() -> None:
    first = read(rss(item("a"), item("b")))
    later = NOON + timedelta(hours=1)
    again = read(rss(item("a"), item("b")), first.next_cursor, later)
    assert again.posts == [] and not again.first_read
    changed = read(rss(item("a"), item("b", "<p>Mise à jour.</p>"), item("c")), again.next_cursor, later)
    assert [post.native_id for post in changed.posts] == [f"{URL}#b", f"{URL}#c"]
    assert changed.posts[0].edited_at == later and changed.posts[1].edited_at is None
    assert changed.notes == {"entry_edited": 1}


def test_markup_that_changes_without_the_words_is_no_edit() -> None:
    first = read(rss(item(text="<p>Une file.</p>")))
    assert read(rss(item(text='<p class="x">Une <em>file</em>.</p>')), first.next_cursor).posts == []


def test_an_entry_that_left_the_feed_is_not_deleted_and_not_new_when_it_comes_back() -> None:
    cursor = read(rss(item("a"), item("b"))).next_cursor
    without = read(rss(item("b")), cursor)
    assert without.items == ()
    assert read(rss(item("a"), item("b")), without.next_cursor).items == ()


def test_the_same_answer_gives_the_same_page() -> None:
    assert read(rss(item())) == read(rss(item()))


@pytest.mark.parametrize(
    ("date", "zone", "created_at", "doubt"),
    [
        (
            "<pubDate>Wed, 04 Mar 2026 10:00:00</pubDate>",
            "Europe/Paris",
            "2026-03-04T09:00:00+00:00",
            TimeDoubt.NO_ZONE,
        ),
        ("<dc:date>2026-03-04T10:00:00</dc:date>", "America/Montreal", "2026-03-04T12:00:00+00:00", TimeDoubt.FUTURE),
        ("<dc:date>2026-03-03T10:00:00</dc:date>", "America/Montreal", "2026-03-03T15:00:00+00:00", TimeDoubt.NO_ZONE),
        (
            "<pubDate>Wed, 04 Mar 2026 10:00:00 EST</pubDate>",
            "Europe/Paris",
            "2026-03-04T12:00:00+00:00",
            TimeDoubt.FUTURE,
        ),
        ("<pubDate>Wed, 04 Mar 2026 10:00:00 CET</pubDate>", "Europe/Paris", "2026-03-04T09:00:00+00:00", None),
        (
            "<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>",
            "Europe/Paris",
            "1970-01-01T00:00:00+00:00",
            TimeDoubt.IMPLAUSIBLE,
        ),
        ("<pubDate>hier</pubDate>", "Europe/Paris", "2026-03-04T12:00:00+00:00", TimeDoubt.MISSING),
        ("", "Europe/Paris", "2026-03-04T12:00:00+00:00", TimeDoubt.MISSING),
    ],
)
def test_a_time_is_aware_and_says_its_doubt(date: str, zone: str, created_at: str, doubt: TimeDoubt | None) -> None:
    body = rss(f"<item><title>Alba</title><guid>2024</guid>{date}</item>")
    place = msgspec.structs.replace(source(), time_zone=zone)
    (post,) = FEED.parse(place, "", answer(body), NOON).posts
    assert (post.created_at.isoformat(), post.time_doubt) == (created_at, doubt)


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Blog</title>
<entry><id>tag:example.org,2026:1</id><title type="{kind}">{title}</title><link href="/a" />
<author><name>Chloé</name></author>
<published>2026-03-04T08:00:00Z</published><updated>2026-03-04T09:00:00Z</updated>{content}</entry></feed>"""


@pytest.mark.parametrize(
    ("kind", "title", "wanted"),
    [
        ("text", "Alba &lt; Bruno", "Alba < Bruno"),
        ("text", "La balise &lt;b&gt;", "La balise <b>"),
        ("html", "&lt;b&gt;Alba&lt;/b&gt; &amp;amp; fils", "Alba & fils"),
        ("xhtml", '<div xmlns="http://www.w3.org/1999/xhtml"><b>Alba</b> &amp; fils</div>', "Alba & fils"),
    ],
)
def test_an_atom_title_is_read_as_its_type_says(kind: str, title: str, wanted: str) -> None:
    (post,) = read(ATOM.format(kind=kind, title=title, content="<summary>Vu.</summary>")).posts
    assert post.title == wanted
    assert (post.url, post.lang_claimed) == ("https://blog.example.org/a", "fr")
    assert post.edited_at == datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def test_xhtml_content_and_an_empty_content_give_the_text() -> None:
    xhtml = '<content type="xhtml"><x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:p>Un.</x:p><x:p>Deux.</x:p></x:div></content>'
    assert read(ATOM.format(kind="text", title="T", content=xhtml)).posts[0].text == "Un.\nDeux."
    empty = "<content></content><summary>Résumé.</summary>"
    assert read(ATOM.format(kind="text", title="T", content=empty)).posts[0].text == "Résumé."


def test_a_json_feed_is_read_and_its_broken_entries_are_rejected() -> None:
    body = """{"version": "https://jsonfeed.org/version/1.1", "title": "Blog", "language": "fr", "items": [
      {"id": 7, "url": "https://blog.example.org/7", "title": "2 < 3", "content_html": "<p>Un.</p><p>Deux.</p>",
       "date_published": "2026-03-04T10:00:00+01:00", "authors": [{"name": "Bruno"}],
       "attachments": [{"url": "https://blog.example.org/7.mp3", "mime_type": "audio/mpeg"}]},
      3, {"id": "8"}, {"id": "9", "content_text": "a <b> c", "author": {"name": "Chloé"}, "date_published": 12}]}"""
    page = read(body)
    first, second = page.posts
    assert (first.native_id, first.title, first.text) == (f"{URL}#7", "2 < 3", "Un.\nDeux.")
    assert first.media[0].kind == "audio" and first.author is not None and first.author.name == "Bruno"
    assert (second.text, second.time_doubt) == ("a <b> c", TimeDoubt.MISSING)
    rejects = [one for one in page.items if isinstance(one, Reject)]
    assert [(one.line, one.raw) for one in rejects] == [(2, "3"), (3, "8")]


def test_comments_are_known_by_their_feed_their_address_or_the_owner() -> None:
    comment = item("https://blog.example.org/a#comment-4")
    assert read(rss(comment)).posts[0].kind is PostKind.COMMENT
    assert read(rss(item(), head="<title>Commentaires pour Blog</title>")).posts[0].kind is PostKind.COMMENT
    assert read(rss(item()), url="https://blog.example.org/comments/feed/").posts[0].kind is PostKind.COMMENT
    assert read(rss(item()), kind="comment").posts[0].kind is PostKind.COMMENT


def test_the_page_that_only_passes_a_reader_on_is_left_out() -> None:
    passing = "https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://journal.example.org/a%3Fb%3D1&amp;ct=ga"
    body = rss(item().replace("https://blog.example.org/a?utm_source=rss&amp;id=1", passing))
    assert read(body).posts[0].url == "https://journal.example.org/a?b=1"


def test_a_mail_address_beside_a_name_is_not_kept() -> None:
    for written in ("alice@example.org (Alice)", "Alice &lt;alice@example.org&gt;"):
        author = read(rss(item().replace(">Bruno<", f">{written}<"))).posts[0].author
        assert author is not None and author.name == "Alice"


@pytest.mark.parametrize("is_first", [True, False])
def test_a_web_page_in_place_of_a_feed_is_told_with_the_feed_it_announces(is_first: bool) -> None:
    cursor = "" if is_first else read(rss(item())).next_cursor
    body = (
        '<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/comments/feed">'
        '<link rel=alternate type="application/rss+xml" href="/rss?a=1&amp;b=2"></head>'
    )
    with pytest.raises(SourceError, match=r"https://blog\.example\.org/rss\?a=1&b=2") as caught:
        read(body, cursor)
    assert caught.value.permanent is is_first


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"bonjour", b"{", b"[]", b'{"a": 1}', b"\x00\xff\xfe", b"<", b"<a/>", b"%PDF-1.7"]
)
def test_what_is_no_feed_is_one_clear_error(body: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        read(body)
    assert URL in str(caught.value)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss()).items == ()
    assert read('{"version": "https://jsonfeed.org/version/1", "title": "t", "items": []}').items == ()
    assert read('<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title></feed>').items == ()


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
        + "]>",
        '<!DOCTYPE r [<!ENTITY j SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>',
    ],
)
def test_a_bomb_of_entities_does_nothing(bomb: str) -> None:
    body = rss(item().replace("Maison", "&j; Maison")).replace("?>", "?>" + bomb, 1)
    assert all("root:" not in post.title and len(post.title) < 1000 for post in read(body).posts)


def test_deep_nesting_does_nothing() -> None:
    assert len(read(rss(item(text="<div>" * 50_000 + "fin"))).posts) == 1


def test_the_first_question_is_plain_and_the_next_one_conditional_until_a_day_has_passed() -> None:
    first = FEED.plan(source(), "", NOON)
    assert isinstance(first, Request) and first.url == URL and first.headers == {}
    tag = {"etag": '"a"', "last_modified": "Wed, 04 Mar 2026 10:00:00 GMT"}
    cursor = FEED.parse(source(every_minutes="60"), "", answer(rss(item()), **tag), NOON).next_cursor
    second = FEED.plan(source(), cursor, NOON + timedelta(hours=23))
    assert isinstance(second, Request)
    assert second.headers == {"if-none-match": '"a"', "if-modified-since": "Wed, 04 Mar 2026 10:00:00 GMT"}
    third = FEED.plan(source(), cursor, NOON + timedelta(hours=24))
    assert isinstance(third, Request) and third.headers == {}


def test_not_modified_keeps_the_memory_but_not_the_day_of_the_last_full_read() -> None:
    cursor = FEED.parse(source(every_minutes="60"), "", answer(rss(item()), etag='"a"'), NOON).next_cursor
    for hour in (8, 16):
        at = NOON + timedelta(hours=hour)
        page = FEED.parse(source(every_minutes="60"), cursor, answer(b"", at, status=304), at)
        assert page.items == () and not page.first_read
        cursor = page.next_cursor
    plan = FEED.plan(source(), cursor, NOON + timedelta(hours=25))
    assert isinstance(plan, Request) and plan.headers == {}
    assert read(rss(item()), cursor, NOON + timedelta(hours=25)).items == ()


def test_a_feed_is_asked_as_often_as_it_speaks() -> None:
    def wait(count: int, **options: str) -> timedelta:
        times = (NOON - timedelta(hours=hour) for hour in range(count))
        items = (
            item(str(at)).replace("Wed, 04 Mar 2026 10:00:00 +0100", at.strftime("%a, %d %b %Y %H:%M:%S GMT"))
            for at in times
        )
        page = FEED.parse(source(**options), "", answer(rss(*items)), NOON)
        assert page.next_at is not None
        plan = FEED.plan(source(**options), page.next_cursor, NOON + timedelta(seconds=1))
        assert isinstance(plan, Done) and plan.next_at == page.next_at
        return page.next_at - NOON

    assert wait(0) == timedelta(minutes=15)
    assert wait(1) == timedelta(hours=24)
    assert wait(7) == timedelta(hours=6)
    assert wait(168) == timedelta(minutes=15)
    assert wait(1, every_minutes="30") == timedelta(minutes=30)
    assert wait(1, every_minutes="1") == timedelta(minutes=5)
    assert wait(1, crisis="yes") == timedelta(minutes=2)


def test_a_crisis_brings_the_next_read_forward() -> None:
    cursor = read(rss(item())).next_cursor
    at = NOON + timedelta(minutes=3)
    assert isinstance(FEED.plan(source(), cursor, at), Done)
    assert isinstance(FEED.plan(source(crisis="yes"), cursor, at), Request)


@pytest.mark.parametrize(
    ("head", "headers", "minutes"),
    [
        ("<ttl>120</ttl>", {}, 120),
        ("", {"cache_control": "public, max-age=7200"}, 120),
        ("", {"expires": "Wed, 04 Mar 2026 14:00:00 GMT", "date": "Wed, 04 Mar 2026 12:00:00 GMT"}, 120),
        ("", {"expires": "Wed, 04 Mar 2026 14:00:00 GMT", "cache_control": "max-age=0"}, 15),
        ("", {"expires": "0"}, 15),
        ("<ttl>99999</ttl>", {}, 24 * 60),
    ],
)
def test_a_server_may_ask_for_longer_waits(head: str, headers: dict[str, str], minutes: int) -> None:
    page = FEED.parse(source(), "", answer(rss(head=head + "<title>b</title>"), **headers), NOON)
    assert page.next_at == NOON + timedelta(minutes=minutes)


def test_a_move_is_believed_after_a_week_and_keeps_the_ids() -> None:
    target = "https://new.example.org/feed"
    cursor = ""
    for day in (0, 3, 6):
        at = NOON + timedelta(days=day)
        cursor = FEED.parse(source(), cursor, answer(rss(item()), at, moved_to=target), at).next_cursor
        plan = FEED.plan(source(), cursor, at + timedelta(days=2))
        assert isinstance(plan, Request) and plan.url == URL
    at = NOON + timedelta(days=8)
    page = FEED.parse(source(), cursor, answer(rss(item()), at, moved_to=target), at)
    assert page.notes == {"address_followed": 1} and page.items == ()
    plan = FEED.plan(source(), page.next_cursor, at + timedelta(days=2))
    assert isinstance(plan, Request) and plan.url == target and plan.headers == {}
    again = FEED.parse(source(), page.next_cursor, answer(rss(item(), item("g2")), at), at)
    assert [post.native_id for post in again.posts] == [f"{URL}#g2"]
    assert msgspec.json.decode(again.next_cursor)["url"] == target


def test_a_passing_move_is_not_believed() -> None:
    moved = answer(rss(item()), moved_to="https://new.example.org/feed")
    cursor = FEED.parse(source(), "", moved, NOON).next_cursor
    at = NOON + timedelta(days=4)
    cursor = FEED.parse(source(), cursor, answer(rss(item()), at), at).next_cursor
    at = NOON + timedelta(days=8)
    page = FEED.parse(source(), cursor, msgspec.structs.replace(moved, at=at), at)
    assert page.notes == {}


def test_another_address_begins_another_memory() -> None:
    cursor = read(rss(item())).next_cursor
    page = read(rss(item()), cursor, url="https://other.example.org/feed")
    assert page.first_read and len(page.posts) == 1


@pytest.mark.parametrize(
    "cursor", ["{", "null", '{"seen": 3}', '{"feed": "https://blog.example.org/feed", "seen": "***"}']
)
def test_a_memory_that_cannot_be_read_begins_anew(cursor: str) -> None:
    assert isinstance(FEED.plan(source(), cursor, NOON), Request)
    assert len(read(rss(item()), cursor).posts) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"url": ""},
        {"url": "ftp://example.org"},
        {"every_minutes": "x"},
        {"kind": "film"},
        {"crisis": "1"},
        {"adress": "x"},
    ],
)
def test_a_wrong_option_is_named(options: dict[str, str]) -> None:
    with pytest.raises(SourceError) as caught:
        FEED.plan(source(**options), "", NOON)
    assert caught.value.permanent and "blog" in str(caught.value)


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "<rss><channel><item>", "<feed>", '{"items": [', "<rdf:RDF>", "<?xml "]),
)
def test_no_bytes_break_it(tail: bytes, start: str) -> None:
    try:
        page = read(start.encode() + tail)
    except SourceError as error:
        assert str(error)
    else:
        assert all(post.created_at.tzinfo for post in page.posts)


@given(st.integers(0, 3000), st.binary(max_size=8))
def test_a_feed_cut_or_damaged_anywhere_gives_its_entries_or_one_clear_error(position: int, noise: bytes) -> None:
    whole = rss(*(item(str(number)) for number in range(5))).encode()
    for body in (whole[:position], whole[:position] + noise + whole[position + len(noise) :]):
        try:
            read(body)
        except SourceError as error:
            assert str(error)
