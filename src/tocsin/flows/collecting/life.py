"""The life of a source, as pages and commands ask for it: what kinds there are, a look before, adding, and after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.post import Post
from tocsin.base.seam import PostBatch
from tocsin.collect.about import About, Input
from tocsin.collect.adapter import Done, Page, Source
from tocsin.collect.registry import adapter_names, load_adapter
from tocsin.flows.collecting.asked import Question
from tocsin.flows.collecting.past import PastProgress, past_of, running_pasts, start_past, stop_past
from tocsin.flows.collecting.reach import Reach
from tocsin.flows.collecting.secrets import (
    SecretLine,
    ending_secrets,
    put_secrets,
    remove_secret,
    rotate,
    secrets_of,
    set_secret,
)
from tocsin.flows.collecting.terms import APPROVAL, MOST_USD, Cost, as_seen, bars, cost_of
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_
from tocsin.store.collecting.rows import PastState
from tocsin.store.rows import SourceRow

__all__ = [
    "APPROVAL",
    "MOST_USD",
    "Cost",
    "PastProgress",
    "PastState",
    "Preview",
    "SecretLine",
    "adapters",
    "add",
    "change",
    "cost_of",
    "ending_secrets",
    "past_of",
    "preview",
    "remove_secret",
    "rotate",
    "running_pasts",
    "secrets_of",
    "set_secret",
    "start_past",
    "stop_past",
]

LISTEN_S = 5.0  # how long a source that speaks by itself is listened to before it is added
_MOST_PAGES = 5


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a source gives, before anything of it is kept.

    caught: the native ids of those that a watch catches, by brand. notes: counts of what was not understood. waits: a
    catalogue sentence that says why there are no posts yet, "" when there are some.
    """

    posts: tuple[Post, ...] = ()
    caught: dict[str, frozenset[str]] = {}
    notes: dict[str, int] = {}
    waits: str = ""

    @property
    def wanted(self) -> frozenset[str]:
        """The native ids of the posts that a watch of any brand catches."""
        return frozenset[str]().union(*self.caught.values())

    def wanted_of(self, brand: str) -> frozenset[str]:
        """Return the native ids of the posts that a watch of the brand catches."""
        return self.caught.get(brand, frozenset())


def adapters() -> list[tuple[str, About]]:
    """Return the kinds of source that people can add, by name; one that cannot be loaded is left out."""
    found = []
    for name in adapter_names():
        try:
            about = load_adapter(name).about
        except InputError:
            continue  # told to whoever asks for it by name
        if about.is_listed:
            found.append((name, about))
    return found


def preview(
    engine: Engine,
    source: Source,
    secrets: Mapping[str, str],
    now: datetime,
    *,
    brand: str = "",
    reach: Reach | None = None,
) -> Preview:
    """Return what a source gives first; nothing is stored. A source that speaks by itself is listened to for 5 s.

    secrets: those just typed; the sealed ones of a source that is stored are not taken. Raises SourceError, InputError.
    """
    about = load_adapter(source.adapter).about
    check(source, about, secrets)
    row = SourceRow(source=source)
    barred = bars(engine, row, about, now) if about.terms.approval else None
    if barred is not None:
        raise barred[0]
    question = Question(row=row, source=as_seen(source, about), secrets=dict(secrets))
    with Reach(engine.settings) as reach:
        return _preview(engine, reach, question, now)


def add(
    engine: Engine, brand: str, source: Source, secrets: Mapping[str, str], *, now: datetime | None = None
) -> Source:
    """Keep a source and its secrets; it is read from the next turn of the worker. brand: the only one it serves, or "".

    Raises InputError when the name is taken or what is needed is missing, SourceError for options that cannot be.
    """
    about = load_adapter(source.adapter).about
    check(source, about, secrets)
    if source.name in {row.source.name for row in engine.store.sources()}:
        raise InputError("There is already a source {name!r}; give this one another name.", name=source.name)
    # Paused until its secrets are there, so that it is never asked without them.
    engine.store.save_source(source, brand, enabled=False)
    put_secrets(engine, source.name, source.adapter, dict(secrets), now or datetime.now(UTC))
    engine.store.save_source(source, brand)
    return source


def change(engine: Engine, row: SourceRow, options: Mapping[str, str]) -> Source:
    """Give a source other options; one that had stopped starts anew. Raises InputError and SourceError as `add`."""
    source = msgspec.structs.replace(row.source, options=dict(options))
    about = load_adapter(source.adapter).about
    known = {one.name: "kept" for one in engine.store.collecting.secrets(source.name)}
    check(source, about, known)
    engine.store.save_source(source, row.brand, enabled=row.enabled)
    return source


def check(source: Source, about: About, secrets: Mapping[str, str]) -> None:
    """Raise InputError for what is missing, and SourceError for options that the adapter refuses."""
    for field in about.fields:
        given = secrets.get(field.name, "") if field.input is Input.SECRET else source.options.get(field.name, "")
        if field.required and not given.strip():
            raise InputError("{field} is missing; write it.", field=field.name)
        choices = {choice.value for choice in field.choices}
        if field.input is Input.CHOICE and given and given not in choices:
            raise InputError("{value!r} is no choice for {field}.", value=given, field=field.name)
        if field.input is Input.SECRET and field.name in source.options:
            raise InputError("{field} is a secret and is not kept among the options.", field=field.name)
    for name in sorted(secrets.keys() - set(about.secrets)):
        raise InputError("The source {source} asks for no secret {name!r}.", source=source.name, name=name)
    load_adapter(source.adapter).plan(as_seen(source, about), "", datetime.now(UTC))


def _preview(engine: Engine, reach: Reach, question: Question, now: datetime) -> Preview:
    posts: dict[tuple[str, str], Post] = {}
    notes: dict[str, int] = {}
    waits = ""
    for _ in range(_MOST_PAGES):
        pages = reach.sample(question, now, LISTEN_S)
        page = pages[0] if pages else None
        if page is None:
            waits = N_(
                "The connection stands, and nothing came in five seconds: posts will come as they are published."
            )
        elif isinstance(page, Done):
            waits = N_("The source asks to be read later; nothing can be shown yet.")
        else:
            posts.update({post.key: post for post in page.posts})
            notes = {name: notes.get(name, 0) + page.notes.get(name, 0) for name in sorted({*notes, *page.notes})}
            waits = N_("The source answers, and holds no post yet.")
        if posts or not isinstance(page, Page) or not page.more:
            break
        secrets = {**question.secrets, **page.secrets}
        question = msgspec.structs.replace(question, cursor=page.next_cursor, secrets=secrets)
    screened = engine.stage().run(PostBatch(list(posts.values())), "preview", "backfill:preview")
    caught: dict[str, set[str]] = {}
    for mention in screened.mentions:
        caught.setdefault(mention.brand, set()).add(mention.post.native_id)
    return Preview(
        posts=tuple(posts.values()),
        caught={brand: frozenset(ids) for brand, ids in sorted(caught.items())},
        notes=notes,
        waits="" if posts else waits,
    )
