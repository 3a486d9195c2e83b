"""Duties: find and hand over one author alone, keep out who objected, let go of exactly what was announced."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.store.make import ALBA, START, at, mention, post, put
from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.brand import Brand, Watch
from tocsin.base.errors import ConflictError, NotFoundError
from tocsin.base.ids import stable_int
from tocsin.base.personal import Purpose
from tocsin.base.post import Author
from tocsin.base.seam import LIVE, Delivery, OutboxRow
from tocsin.store.personal.rows import Keep, ObjectionRow
from tocsin.store.rows import AuditEntry, LabelRow
from tocsin.store.store import Store

EVE = Author(platform="mastodon", handle="Eve", name="Ève Martin", followers=3)
LATER = START + timedelta(days=40)
OTHER = Brand(slug="autre", name="Autre")
OTHER_WATCH = Watch(brand="autre", name="main", query="alba")


def number(author: Author = EVE) -> int:
    return stable_int(author.platform, author.handle)


def keep(purpose: Purpose = Purpose.MENTIONS, days: int = 30, brand: str = ALBA.slug) -> Keep:
    return Keep(brand=brand, purpose=purpose, days=days, by="person:1", at=START, done_at=START)


def objection(handle: str = "Eve") -> ObjectionRow:
    return ObjectionRow(id=0, brand=ALBA.slug, platform="mastodon", handle=handle, note="", by="person:1", at=at(9))


def ids(store: Store) -> set[str]:
    return {row.post.native_id for row in store.latest_mentions(ALBA.slug)}


def test_an_author_is_found_by_handle_name_and_platform(store: Store) -> None:
    put(store, [mention(post(1, author=EVE)), mention(post(2))])
    for words in ("@eve", "EVE", "  eve ", "ève m", "Ève Martin"):
        assert [found.handle for found in store.personal.find(ALBA.slug, words)] == ["Eve"], words
    assert store.personal.find(ALBA.slug, "Martin") == []
    assert [found.handle for found in store.personal.find(ALBA.slug, "Martin", inside=True)] == ["Eve"]
    assert store.personal.find(ALBA.slug, "eve", "x") == []
    assert store.personal.find(ALBA.slug, "%") == []
    assert store.personal.find(ALBA.slug, " ") == []


def test_the_nearest_handle_comes_first_and_each_platform_is_named_once(store: Store) -> None:
    handles = ("alban_2", "alb", "Alban", "albanx2", "zalban")
    accounts = [Author(platform=("x", "mastodon")[turn % 2], handle=name) for turn, name in enumerate(handles)]
    put(store, [mention(post(turn, author=account)) for turn, account in enumerate(accounts)])
    find = store.personal.find
    assert [found.handle for found in find(ALBA.slug, "alban")] == ["Alban", "alban_2", "albanx2"]
    assert [found.handle for found in find(ALBA.slug, "alban_")] == ["alban_2"]
    assert [found.handle for found in find(ALBA.slug, "alban", inside=True)] == [
        "Alban",
        "zalban",
        "alban_2",
        "albanx2",
    ]
    assert [found.handle for found in find(ALBA.slug, "alban", "mastodon", inside=True)] == ["albanx2"]
    assert list(store.personal.platforms()) == ["mastodon", "x"]
    assert store.personal.has_few()


def test_of_an_account_with_many_posts_the_newest_are_looked_at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, [mention(post(turn, author=EVE)) for turn in range(1, 6)])
    assert not store.personal.holding(ALBA.slug, number()).is_more
    monkeypatch.setattr("tocsin.store.personal.find.HELD_POSTS", 3)
    held = store.personal.holding(ALBA.slug, number())
    assert (held.posts, held.mentions, held.is_more, held.brands) == (3, 3, True, (ALBA.slug,))


def test_an_author_of_another_brand_is_not_there(store: Store) -> None:
    store.save_brand(OTHER)
    store.save_watch(OTHER_WATCH)
    put(store, [mention(post(1, author=EVE), OTHER_WATCH)])
    assert store.personal.find(ALBA.slug, "eve") == []
    with pytest.raises(NotFoundError):
        store.personal.holding(ALBA.slug, number())


def test_what_is_held_is_counted(store: Store) -> None:
    put(store, [mention(post(1, author=EVE)), mention(post(2, author=EVE)), mention(post(3))])
    held = store.personal.holding(ALBA.slug, number())
    assert (held.posts, held.mentions, held.kinds) == (2, 2, {"complaint": 2})
    assert (held.first_at, held.last_at) == (at(1), at(2))
    assert not held.is_out


def test_a_copy_holds_that_author_and_nobody_else(store: Store) -> None:
    put(
        store,
        [mention(post(1, "Maison Alba, bonjour", author=EVE)), mention(post(2, "un autre secret")), mention(post(3))],
    )
    row = store.personal.newest(ALBA.slug, number(), 1)[0]
    store.add_label(
        LabelRow(subject_kind="mention", subject=str(row), label="irony", by="person:7", at=at(5), note="ironique")
    )
    whole = msgspec.json.encode(store.personal.hand_over(number())).decode()
    assert "bonjour" in whole
    assert "ironique" in whole
    assert "person:7" not in whole
    assert "secret" not in whole
    assert "voisin" not in whole.lower()


def test_who_objected_is_not_collected_again_whatever_the_case(store: Store) -> None:
    put(store, [mention(post(1, author=EVE))])
    store.personal.object_to(objection())
    again = msgspec.structs.replace(EVE, handle="eve")
    result = put(store, [mention(post(2, author=EVE)), mention(post(3, author=again)), mention(post(4))])
    assert result.refused == 2
    assert ids(store) == {"https://example.org/p/1", "https://example.org/p/4"}
    assert store.personal.holding(ALBA.slug, number()).is_out
    with pytest.raises(ConflictError):
        store.personal.object_to(objection("EVE"))


def test_a_lifted_objection_lets_the_account_in_again(store: Store) -> None:
    put(store, [mention(post(1, author=EVE))])
    made = store.personal.object_to(objection())
    store.personal.lift(ALBA.slug, made, at(10))
    assert put(store, [mention(post(2, author=EVE))]).refused == 0
    assert store.personal.objections(ALBA.slug)[0].lifted_at == at(10)
    store.save_brand(OTHER)
    with pytest.raises(NotFoundError):
        store.personal.lift("autre", made, at(10))


def test_an_erased_author_is_named_by_no_objection_and_stays_out(store: Store) -> None:
    put(store, [mention(post(1, author=EVE))])
    made = store.personal.object_to(objection())
    store.erase_author("mastodon", "Eve", now=at(20))
    assert store.personal.objections(ALBA.slug)[0].handle == ""
    with pytest.raises(ConflictError):
        store.personal.lift(ALBA.slug, made, at(30))
    assert put(store, [mention(post(2, author=EVE))]).refused == 1


def test_nothing_goes_that_was_not_announced_and_all_of_it_does(store: Store) -> None:
    put(store, [mention(post(minutes)) for minutes in (1, 2, 3)])
    put(store, [mention(post(60 * 24 * 20, text="Maison Alba, plus tard"))])
    wanted = keep()
    announced = store.personal.due_rows(wanted, LATER)
    assert len(announced) == store.personal.due(wanted, LATER).count == 3
    assert store.personal.let_go(wanted, LATER) == 3
    assert store.personal.let_go(wanted, LATER) == 0
    assert ids(store) == {f"https://example.org/p/{60 * 24 * 20}"}
    assert store.personal.due_rows(wanted, LATER) == []
    assert store.doctor() == []


def an_alert(cause: AlertCause, subject: str, state: AlertState = AlertState.OPEN, story: str = "") -> Alert:
    return Alert(
        id=f"a{subject}",
        brand=ALBA.slug,
        timeline=LIVE,
        cause=cause,
        level="danger",
        at=at(2),
        subject=subject,
        title="",
        story=story,
        state=state,
    )


def test_what_an_open_alert_speaks_of_stays_until_it_is_settled(store: Store) -> None:
    put(store, [mention(post(1)), mention(post(2))])
    row = store.latest_mentions(ALBA.slug)[0].row
    store.save_alert(an_alert(AlertCause.DANGER, str(row)))
    assert (store.personal.due(keep(), LATER).count, store.personal.due(keep(), LATER).held) == (1, 1)
    store.personal.let_go(keep(), LATER)
    assert store.mention(row).row == row
    store.set_alert_state(f"a{row}", AlertState.FALSE, by="person:1", at=LATER)
    assert store.personal.let_go(keep(), LATER) == 1


def test_a_post_goes_when_no_brand_keeps_it_any_more(store: Store) -> None:
    store.save_brand(OTHER)
    store.save_watch(OTHER_WATCH)
    put(store, [mention(post(1)), mention(post(1), OTHER_WATCH)])
    assert store.personal.let_go(keep(), LATER) == 0
    theirs = keep(brand="autre", days=60)
    store.personal.set_keep(theirs, "autre", Purpose.MENTIONS)
    assert store.personal.let_go(keep(), LATER) == 0
    assert store.personal.let_go(keep(), START + timedelta(days=61)) == 1


def test_settled_alerts_go_with_those_who_were_told(store: Store) -> None:
    store.save_alert(an_alert(AlertCause.SILENCE, "old", AlertState.CLOSED))
    store.save_alert(an_alert(AlertCause.SILENCE, "open"))
    told = OutboxRow(
        event="aold", timeline=LIVE, action="mail:a@example.org", delivery=Delivery.AT_LEAST_ONCE, body=b"{}"
    )
    store.outbox_put(told)
    store.set_alert_state("aold", AlertState.CLOSED, by="person:1", at=at(3), note="réglé")
    wanted = keep(Purpose.ALERTS)
    assert store.personal.due_rows(wanted, LATER) == ["aold"]
    assert store.personal.let_go(wanted, LATER) == 1
    assert [alert.id for alert in store.alerts(brand=ALBA.slug)] == ["aopen"]
    assert store.outbox_list() == []
    assert [step.note for step in store.alert_log("aold")] == [""]


def test_words_of_the_trail_go_and_the_trail_stays(store: Store) -> None:
    store.note_audit(AuditEntry(at=at(0), by="person:1", action="x", subject="s", text="de vieux mots"))
    store.note_audit(AuditEntry(at=LATER, by="person:1", action="x", subject="s", text="de jeunes mots"))
    wanted = keep(Purpose.AUDIT, brand="")
    assert store.personal.let_go(wanted, LATER) == 1
    assert [entry.text for entry in store.audit()] == ["de jeunes mots", ""]


def test_labels_go_and_mentions_stay(store: Store) -> None:
    put(store, [mention(post(1))])
    row = store.latest_mentions(ALBA.slug)[0].row
    for kind, subject in (("mention", str(row)), ("story", "abc")):
        store.add_label(LabelRow(subject_kind=kind, subject=subject, label="irony", by="person:1", at=at(1)))
    assert store.personal.let_go(keep(Purpose.LABELS), LATER) == 1
    assert [label.subject_kind for label in store.labels()] == ["story"]
    assert ids(store)


def test_what_is_set_is_read_back_and_taken_back(store: Store) -> None:
    store.personal.set_keep(keep(), ALBA.slug, Purpose.MENTIONS)
    assert store.personal.keeps() == [keep()]
    store.personal.note_done(keep(), LATER)
    assert store.personal.keeps()[0].done_at == LATER
    store.personal.set_keep(None, ALBA.slug, Purpose.MENTIONS)
    assert store.personal.keeps() == []
