"""The plan of a file says how it will be read, and can be overruled."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.base.errors import InputError
from tocsin.base.post import Audience, Post, PostKind
from tocsin.collect.file import (
    DateOrder,
    Field,
    FilePlan,
    OrderReason,
    list_presets,
    load_preset,
    plan_file,
    read_pages,
    save_preset,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def planned(content: str, name: str = "avis.csv", preset: str | None = None, **overrides: str) -> FilePlan:
    return plan_file(io.BytesIO(content.encode()), name=name, preset=preset, overrides=overrides, now=NOW)


def posts(text: str, plan: FilePlan) -> list[Post]:
    found = read_pages(io.BytesIO(text.encode()), plan, source="t", cursor="", now=NOW)
    return [post for page in found for post in page.posts]


def said(plan: FilePlan) -> str:
    return "\n".join(map(str, plan.warnings))


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (
            "Date de publication;Auteur;Texte du message;Nb. d'abonnés;J'aime;Lien;Langue;Note",
            "17/02/2026 08:00;@bruno;Bonjour Alba;1 200;3;https://example.org/1;Français;4,5",
            {"created_at": "Date de publication", "author": "Auteur", "text": "Texte du message", "likes": "J'aime",
             "followers": "Nb. d'abonnés", "url": "Lien", "lang": "Langue", "stars": "Note"},
        ),
        (
            "tweet_id;created_at;text;user_screen_name;user_name;retweet_count;reply_count;in_reply_to_status_id",
            "1234567890123456789;Fri Jan 09 12:29:56 +0000 2015;Hello Alba;bruno;Bruno B.;1;2;",
            {"id": "tweet_id", "created_at": "created_at", "text": "text", "author": "user_screen_name",
             "author_name": "user_name", "shares": "retweet_count", "replies": "reply_count"},
        ),
        (
            "A;B;C;D",
            "12;Un texte assez long pour en être un;2026-01-02T10:00;https://example.org/x",
            {"text": "B", "created_at": "C", "url": "D"},
        ),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_name_and_by_content(header: str, row: str, expected: dict[str, str]) -> None:
    assert planned(f"{header}\n{row}\n{row}x\n").mapping.columns.items() >= expected.items()


def test_a_table_without_header_is_understood() -> None:
    plan = planned("2026-01-02T10:00Z,Bonjour Maison Alba\n2026-01-03T10:00Z,Quand livrez-vous ?\n")
    assert plan.header_line == 0
    assert [post.text for post in plan.preview] == ["Bonjour Maison Alba", "Quand livrez-vous ?"]
    assert "No header" in said(plan)


def test_a_column_of_texts_is_a_file_of_posts() -> None:
    text = 'texte\nBonjour, Maison Alba\nPas content, pas content, pas content\n"Guillemets, oui"\n'
    assert [post.text for post in posts(text, planned(text))] == [
        "Bonjour, Maison Alba", "Pas content, pas content, pas content", "Guillemets, oui",
    ]  # fmt: skip


def test_nested_objects_are_columns_too() -> None:
    row = {"id_str": "1234567890", "full_text": "Bonjour", "user": {"screen_name": "bruno", "followers_count": 7}}
    plan = planned(json.dumps(row))
    assert plan.mapping.columns["author"] == "user.screen_name"
    assert plan.preview[0].author is not None
    assert plan.preview[0].author.followers == 7


def test_the_date_order_is_said_with_its_reason() -> None:
    rows = "date,texte\n02/03/2025,un\n"
    plan = planned(rows)
    assert (plan.mapping.date_order, plan.order_reason) == (DateOrder.DAY_FIRST, OrderReason.AMBIGUOUS)
    assert "date_order" in said(plan)
    assert planned(rows, date_order="month_first").preview[0].created_at.month == 2
    plan = planned(rows + "02/13/2025,deux\n")
    assert (plan.mapping.date_order, plan.order_reason) == (DateOrder.MONTH_FIRST, OrderReason.PROVEN)
    plan = planned(rows + "02/13/2025,deux\n13/02/2025,trois\n14/02/2025,quatre\n")
    assert plan.order_reason is OrderReason.CONTRADICTED
    assert [reject.line for reject in plan.rejects] == [3]


def test_any_field_can_be_overruled_or_taken_away() -> None:
    text = "id,texte,Contenu réel,date\n1000000001,court,Le vrai texte,2026-01-01\n"
    plan = planned(text, text="contenu reel", created_at="", platform_is="forum")
    assert plan.mapping.columns[Field.TEXT] == "Contenu réel"
    assert plan.preview[0].text == "Le vrai texte"
    assert plan.preview[0].platform == "forum"
    assert "No column holds a time" in said(plan)


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"texte": "x"}, "is no field; take one of"),
        ({"text": "absente"}, "There is no column absente for text; the columns are id, texte"),
        ({"date_order": "ymd"}, "date_order=ymd cannot be"),
        ({"time_zone": "Mars/Base"}, "There is no time zone Mars/Base"),
        ({"stars_max": "cinq"}, "stars_max=cinq"),
        ({"kind_is": "poème"}, "kind_is=poème"),
    ],
)
def test_a_wrong_override_is_told_with_what_is_right(overrides: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        planned("id,texte\n1000000001,un\n", **overrides)


def test_ids_that_only_count_rows_get_a_platform_of_the_file() -> None:
    january, february = (planned('{"id":"1","text":"un"}\n', f"Avis {month}.jsonl") for month in ("janvier", "février"))
    assert january.preview[0].key == ("file:avis-janvier", "1")
    assert february.preview[0].key == ("file:avis-février", "1")
    assert "only count the rows" in said(january)
    assert planned('{"id":"a74a015af4cf0084","text":"un"}\n').preview[0].platform == "file"


def test_without_ids_the_same_file_gives_the_same_ids() -> None:
    text = "auteur,date,texte\nbruno,2026-01-01,un\nbruno,2026-01-02,un\nchloe,2026-01-01,un\n"
    first, second = posts(text, planned(text)), posts(text, planned(text, "autre nom.csv"))
    assert [post.key for post in first] == [post.key for post in second]
    assert len({post.native_id for post in first}) == 3
    by_url = "lien,texte\nhttps://www.facebook.com/1,un\nhttps://example.org/2,deux\n"
    assert [post.platform for post in posts(by_url, planned(by_url))] == ["facebook", "web"]


def test_a_mapping_can_be_saved_and_used_again(tmp_path: Path) -> None:
    text = "quoi;quand\nUn long texte;02/03/2025\n"
    plan = planned(text, text="quoi", created_at="quand", date_order="month_first", platform_is="forum")
    save_preset(plan.mapping, tmp_path / "forum.toml")
    again = planned(text, preset=str(tmp_path / "forum.toml"))
    assert again.preview == plan.preview
    assert again.mapping.preset == "forum"


def test_a_preset_that_is_not_there_or_broken_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no preset nimporte; take one of 4cat, brandwatch"):
        load_preset("nimporte")
    with pytest.raises(InputError, match="cannot be read"):
        load_preset(str(tmp_path / "absent.toml"))
    for content, says in (("[", "cannot be read"), ('name="a"\n[columns]\nx="y"', "unknown field x"),
                          ('name="a"\n[options]\nx="y"', "unknown option x")):  # fmt: skip
        (tmp_path / "a.toml").write_text(content)
        with pytest.raises(InputError, match=says):
            load_preset(str(tmp_path / "a.toml"))


def test_every_preset_states_its_source_and_its_doubt() -> None:
    for name in list_presets():
        preset = load_preset(name)
        assert preset.name == name
        assert preset.source
        assert preset.doubt
        assert preset.columns[Field.TEXT]


# Small invented files under the headers that the tools write.
KNOWN = {
    "4cat": "id,thread_id,timestamp,body,author,like_count\n"
    "1000000001,1000000001,2026-01-02 10:00:00,Bonjour,bruno,3\n",
    "minet": "id,timestamp_utc,local_time,user_screen_name,text,like_count,retweet_count\n"
    "1234567890123456789,1767348000,2026-01-02T11:00:00,bruno,Bonjour,3,1\n",
    "brandwatch": "Report:,Alba\nBrand:,Alba\n\n"
    "Query Id,Query Name,Date,Title,Snippet,Url,Author,Content Source Name,Language\n"
    "7,Alba,2026-01-02 10:00:00.0,,Bonjour,https://x.com/bruno/status/1,bruno,Twitter,fr\n",
    "talkwalker": "url,published,title_snippet,content_snippet,source_type,lang\n"
    "https://example.org/1,2026-01-02 10:00:00,,Bonjour,FORUM,fr\n",
    "meltwater": "Date\tHeadline\tURL\tOpening Text\tHit Sentence\tSource\tInfluencer\tLanguage\n"
    "02-Jan-2026 11:00AM\t\thttps://example.org/1\tBon\tBonjour\texample.org\tBruno\tFrench\n",
    "visibrain": "Date;Heure;Auteur;Texte;Lien;Nb abonnés\n02/01/2026;11:00;bruno;Bonjour;https://x.com/bruno/status/1;12\n",
    "x-archive": 'window.YTD.tweets.part0 = [ {\n  "tweet" : {\n "id_str" : "1234567890123456789",\n "id" : "12",'
    ' "created_at" : "Fri Jan 02 10:00:00 +0000 2026",\n "full_text" : "Bonjour", "lang":"fr",'
    ' "entities":{"urls":[{"expanded_url":"https://example.org/a"}]}, "favorite_count":"3" } } ]',
    "mastodon-archive": json.dumps(
        {
            "@context": "https://www.w3.org/ns/activitystreams", "id": "outbox.json", "type": "OrderedCollection",
            "orderedItems": [
                {"@context": "x", "id": "https://social.example.org/1/activity", "type": "Create", "to": [],
                 "actor": "https://social.example.org/users/bruno", "published": "2026-01-02T10:00:00Z",
                 "object": {"id": "https://social.example.org/1", "type": "Note", "content": "<p>Bonjour</p>",
                            "summary": None, "inReplyTo": None, "cc": [],
                            "to": ["https://social.example.org/users/bruno/followers"],
                            "contentMap": {"fr": "<p>Bonjour</p>"}, "url": "https://social.example.org/@bruno/1"}},
            ],
        }
    ),
    "tocsin": json.dumps(
        {"platform": "x", "native_id": "12", "created_at": "2026-01-02T10:00:00Z", "seen_at": "2026-01-03T10:00:00Z",
         "text": "Bonjour", "kind": "reply", "parent_id": "11", "author": {"platform": "x", "handle": "bruno"},
         "engagement": {"likes": 3}, "audience": "restricted"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_known_exports_are_recognised(name: str) -> None:
    plan = planned(KNOWN[name], "export.csv")
    assert plan.mapping.preset == name
    assert not plan.rejects
    (post,) = plan.preview
    assert post.text == "Bonjour"
    assert post.created_at == datetime(2026, 1, 2, 10, tzinfo=UTC)
    if name not in ("x-archive", "talkwalker"):
        assert post.author is not None
        assert post.author.handle.lower().startswith("bruno")


def test_details_of_known_exports_are_kept() -> None:
    tocsin = planned(KNOWN["tocsin"]).preview[0]
    assert (tocsin.kind, tocsin.parent_id, tocsin.audience) == (PostKind.REPLY, "11", Audience.RESTRICTED)
    assert tocsin.engagement is not None
    assert tocsin.engagement.likes == 3
    mastodon = planned(KNOWN["mastodon-archive"]).preview[0]
    assert (mastodon.lang_claimed, mastodon.audience) == ("fr", Audience.RESTRICTED)
    assert mastodon.author is not None
    assert mastodon.author.handle == "bruno@social.example.org"
    assert planned(KNOWN["x-archive"]).preview[0].links == ("https://example.org/a",)
    assert planned(KNOWN["brandwatch"]).preview[0].platform == "x"


def test_the_smallest_input_has_its_preset() -> None:
    plan = planned('{"id":"x-1","text":"Bonjour","autre":1}\n', preset="minimal")
    assert plan.preview[0].native_id == "x-1"
    assert {column.name: column.field for column in plan.columns} == {"id": "id", "text": "text", "autre": ""}
