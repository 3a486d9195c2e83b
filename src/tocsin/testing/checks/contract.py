"""The contract in calm weather: what an adapter says of itself, what it asks, what it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.url import host_of
from tocsin.collect.about import Deletes, Input
from tocsin.collect.adapter import Answer, Delete, Plan, Rechecks, Request, Subscribe, Upsert
from tocsin.testing.checks.rig import Rig, check_cursor, check_page
from tocsin.testing.lint import impurities
from tocsin.testing.play import Key, Way, canaries, fill, source_of
from tocsin.testing.script import Asked, StoryPost

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MARK = re.compile(r"\{\{secret:([^{}]*)\}\}")


def says_what_it_is(rig: Rig) -> None:
    """Its name, its fields and its terms are complete."""
    adapter, about = rig.adapter, rig.adapter.about
    assert _NAME.fullmatch(adapter.name), f"the name {adapter.name!r} is not of small letters, digits and _"
    assert adapter.version, "it has no version"
    assert about.title and about.what.endswith("."), "about.title and about.what (a sentence) say what it brings"
    names = [field.name for field in about.fields]
    assert len(set(names)) == len(names), f"two fields have one name: {names}"
    for field in about.fields:
        assert _NAME.fullmatch(field.name) and field.label, f"the field {field.name!r} has no good name or no label"
        assert bool(field.choices) == (field.input is Input.CHOICE), f"{field.name}: choices belong to Input.CHOICE"
        values = [choice.value for choice in field.choices]
        assert not field.choices or field.default in (*values, ""), f"{field.name}: its default is no choice"
        assert field.input is not Input.SECRET or not field.default, f"{field.name}: a secret has no default"
    given = set(rig.script.source.options)
    assert not given & set(about.secrets), "the script's source holds a secret among its options"
    assert given <= set(names), f"options that no field asks for: {sorted(given - set(names))}"
    assert not about.secrets or about.setup, "about.setup says how to get the secret it asks for"
    if about.terms.deletes is Deletes.RECHECKED:
        assert isinstance(adapter, Rechecks), "its terms say that removals are rechecked, but it has no plan_check"
    if about.terms.url:
        assert urlsplit(about.terms.url).scheme == "https", "terms.url is no https address"
    pace = about.terms.pace
    assert pace is None or (pace.requests > 0 and pace.per_s > 0), "terms.pace allows nothing"


def opens_nothing_and_reads_no_clock(rig: Rig) -> None:
    """Its modules import nothing that reaches outside."""
    found = impurities(type(rig.adapter).__module__)
    assert not found, "it is not pure: " + "; ".join(found[:8])


def plans_and_parses_the_same_again(rig: Rig) -> None:
    """The same arguments give the same result, from another instance too, and change nothing."""
    source = source_of(rig.script, Way())
    before = msgspec.json.encode(source)
    for step, state in zip(rig.run.steps, rig.run.states, strict=True):
        for adapter in (rig.adapter, type(rig.adapter)()):
            plan = adapter.plan(source, step.cursor, state.now)
            assert plan == step.plan, f"plan gave another question the second time ({_short(step.plan)})"
            page = adapter.parse(source, step.cursor, step.reply, step.now)
            assert page == step.page, f"parse gave another page the second time ({step.plan})"
    assert msgspec.json.encode(source) == before, "it changed the options of its source"


def keeps_a_small_cursor(rig: Rig) -> None:
    """The cursor can be stored."""
    for step in rig.run.steps:
        check_cursor(step.page.next_cursor, f"after {_short(step.plan)}")


def sends_secrets_where_they_belong(rig: Rig) -> None:
    """Secrets that a plan names are known, and asked for over https at hosts that the terms or the owner name."""
    options = rig.script.source.options
    hosts = {*rig.adapter.about.terms.hosts, *(host_of(options.get(name, "")) for name in ("url", "server"))}
    hosts |= {options.get(name, "") for name in ("url", "server", "host")}
    known = {*rig.adapter.about.secrets, *rig.run.secrets}
    for plan in rig.run.plans:
        names = set(_MARK.findall(_text(plan)))
        assert names <= known, f"{_short(plan)} names a secret that no field asks for: {sorted(names - known)}"
        if names and isinstance(plan, (Request, Subscribe)):
            parts = urlsplit(plan.url)
            assert parts.scheme in ("https", "wss"), f"{_short(plan)} sends a secret in the clear"
            assert parts.hostname in hosts, f"{_short(plan)} sends a secret to a host that terms.hosts does not name"


def shows_no_secret(rig: Rig) -> None:
    """No secret stands in a plan, a cursor, an item, a note, or an error, even where the server says it back."""
    values = [value for value in rig.run.secrets.values() if value]
    for step in rig.run.steps:
        shown = msgspec.structs.replace(step.page, secrets={})
        for text in (_text(step.plan), repr(shown)):
            assert not any(value in text for value in values), f"a secret stands in what {_short(step.plan)} gave"
        if isinstance(step.reply, Answer):
            echo = msgspec.structs.replace(step.reply, status=401, body=" ".join(values).encode())
            try:
                said = repr(
                    msgspec.structs.replace(
                        rig.adapter.parse(source_of(rig.script, Way()), step.cursor, echo, step.now), secrets={}
                    )
                )
            except SourceError as error:
                said = f"{error} {error.params}"
            assert not any(value in said for value in values), f"an error shows a secret: {said[:200]}"


def reads_the_whole_story(rig: Rig) -> None:
    """Every post that stands has been read, under the id that it must have, as it stands now where that is seen."""
    rows = rig.run.rows
    given = {key[1] for key in rows.posts}
    lost = rig.lasting() - given
    assert not lost, f"posts never read: {sorted(lost)[:5]}; read: {sorted(given)[:5]}"
    strange = (given | {key[1] for key in rows.gone}) - set(rig.ids())
    assert not strange, f"ids that native_id of the script does not give: {sorted(strange)[:5]}"
    for key, post in rows.posts.items():
        told = rig.ids()[key[1]]
        text = told.edits[-1][1] if rig.script.sees_edits and told.edits else told.text
        if rig.script.sees_edits or not told.edits:
            assert _words(text) <= _words(f"{post.title} {post.text}"), (
                f"{key[1]} reads {post.text[:80]!r}, not {text[:80]!r}"
            )
        assert post.author is None or post.author.handle, f"{key[1]} has an author without handle"
        if told.parent is not None and post.parent_id is not None:
            assert post.parent_id in rig.ids(), f"{key[1]} replies to {post.parent_id}, which is no id of the script"
    if rig.script.sees_deletes:
        for name, told in rig.ids().items():
            standing = (
                name in given and told.gone_at is not None and told.gone_at < rig.script.ends - 2 * rig.script.every
            )
            assert not standing, f"{name} was removed and stands all the same"


def gives_posts_that_can_be_kept(rig: Rig) -> None:
    """Times are aware and not of the future, texts can be written, counts fit."""
    for step in rig.run.steps:
        check_page(step.page, f"after {_short(step.plan)}")


def tells_a_first_read(rig: Rig) -> None:
    """What was written before the source was added is told as a first read, so that it rings for nobody."""
    for step in rig.run.steps:
        old = [post for post in step.page.posts if post.created_at < rig.script.begins - timedelta(days=2)]
        assert not old or step.page.first_read, (
            f"{old[0].native_id} is older than the source, and not told as first_read"
        )


def reads_the_past(rig: Rig) -> None:
    """Where `about.reads_past` is set, a source with a past gives what stands since then, and comes to an end."""
    if not rig.adapter.about.reads_past:
        return
    story = sorted(rig.script.story, key=lambda post: post.at)
    past = story[0].at - timedelta(hours=1)
    run = rig.play(Way(past=past, begins=rig.script.ends - timedelta(hours=1)))
    assert run.is_done, "a back-fill never says Done(next_at=None)"
    lost = {name for name in rig.lasting() if rig.ids()[name].at < rig.script.ends - timedelta(hours=2)} - {
        key[1] for key in run.rows.posts
    }
    assert not lost, f"a back-fill since {past} lost {sorted(lost)[:5]}"
    strange = {key[1] for key in run.rows.posts} - set(rig.ids())
    assert not strange, f"a back-fill gave strange ids: {sorted(strange)[:5]}"


def checks_single_posts(rig: Rig) -> None:
    """Where posts can be asked for again, one that stands gives itself, and one that is gone its removal."""
    if not isinstance(rig.adapter, Rechecks):
        return
    for key, plan, answer in asked_again(rig):
        told = rig.ids()[key[1]]
        if answer.status >= 400 and answer.status not in plan.reads_status:
            raise AssertionError(f"the check of {key[1]} got status {answer.status}, which reads_status does not hold")
        found = rig.adapter.parse_check(source_of(rig.script, Way()), key[1], answer, rig.script.ends)
        _check_found(found, told, key)


def asked_again(rig: Rig) -> Iterator[tuple[Key, Request, Answer]]:
    """Yield the question for each post that was read and the server's answer, where single posts can be asked for."""
    if not isinstance(rig.adapter, Rechecks):
        return
    source, now = source_of(rig.script, Way()), rig.script.ends
    for key, post in rig.run.rows.posts.items():
        plan = rig.adapter.plan_check(source, key[1], post.url or "", now)
        if plan is not None:
            sent = fill(plan, canaries(rig.adapter, rig.script))
            answer = rig.script.serve(Asked(plan=sent, story=rig.script.story, now=now, heard_at=now, since=now))
            assert isinstance(answer, Answer), "a question for one post gets an answer"
            yield key, plan, answer


def _check_found(found: Upsert | Delete | None, told: StoryPost, key: tuple[str, str]) -> None:
    if isinstance(found, Delete):
        assert told.gone_at is not None, f"the check of {key[1]} says that it is gone; it stands"
        assert (found.platform, found.native_id) == key, f"the check of {key[1]} removes {found.native_id}"
    else:
        assert told.gone_at is None, f"{key[1]} is gone, and its check says {found!r}"
    if isinstance(found, Upsert):
        assert found.post.key == key, f"the check of {key[1]} gives {found.post.key}"
        text = told.edits[-1][1] if told.edits else told.text
        assert _words(text) <= _words(f"{found.post.title} {found.post.text}"), f"the check of {key[1]} reads otherwise"


def _words(text: str) -> set[str]:
    """Return the words of a text, without what may be markup in it."""
    return {word for word in re.sub(r"<[^<>]*>|&\w+;", " ", text).split() if word.isalpha()}


def _text(plan: Plan) -> str:
    return msgspec.json.encode(plan).decode() + (plan.body.decode("latin-1") if isinstance(plan, Request) else "")


def _short(plan: Plan) -> str:
    return plan.url[:160] if isinstance(plan, (Request, Subscribe)) else type(plan).__name__
