"""A script: a small story told by an imagined server, so that an adapter can be played against it without a network.

The story is a list of posts that are written, edited and removed at known instants. A script says how the platform
would show it: `serve` answers one question of the adapter from what stands on the server at that moment. It is a pure
function, so that the same script can be played again, interrupted, or with the server's clock wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

import msgspec

from tocsin.collect.adapter import (
    Answer,
    Frame,
    Frames,
    Letter,
    Letters,
    ReadMail,
    Reply,
    Request,
    Source,
    Subscribe,
)

BEGINS = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # when an adapter first asks, in the stories below
ENDS = BEGINS + timedelta(hours=4)


class StoryPost(msgspec.Struct, frozen=True, kw_only=True):
    """One post of a story. Instants are those of the server's clock.

    number: 1, 2, … in the order of writing. parent: the number of what it replies to. edits: (instant, new text).
    """

    number: int
    at: datetime
    author: str
    text: str
    title: str = ""
    parent: int | None = None
    edits: tuple[tuple[datetime, str], ...] = ()
    gone_at: datetime | None = None


class Verb(StrEnum):
    """What happens to a post."""

    WRITTEN = "written"
    EDITED = "edited"
    REMOVED = "removed"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A post as its server has it at some instant."""

    number: int
    at: datetime
    author: str
    title: str
    text: str
    parent: int | None
    edited_at: datetime | None
    is_gone: bool
    revision: int  # 0 as first written, then one more an edit


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a post, as a stream would tell it."""

    at: datetime
    verb: Verb
    post: Standing


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question put to the imagined server, and what stands on it.

    plan: with the secrets filled in. now: by the server's clock, as are the times of the posts. heard_at: by ours.
    since: of a lasting connection, up to when it was heard before, by the server's clock; when it was opened if never.
    is_first: a lasting connection was just opened.
    """

    plan: Request | Subscribe | ReadMail
    story: tuple[StoryPost, ...]
    now: datetime
    heard_at: datetime
    since: datetime
    is_first: bool = False

    @property
    def url(self) -> str:
        """The address asked, "" for a mailbox."""
        return "" if isinstance(self.plan, ReadMail) else self.plan.url

    @property
    def path(self) -> str:
        """The path of the address asked."""
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address asked; the last counts where one stands twice."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def posts(self) -> list[Standing]:
        """Every post written so far, oldest first, those removed among them."""
        return [standing(post, self.now) for post in self.story if post.at <= self.now]

    @property
    def visible(self) -> list[Standing]:
        """The posts that a reader sees now, oldest first."""
        return [post for post in self.posts if not post.is_gone]

    def events(self, since: datetime | None = None) -> list[Event]:
        """Return what happened after `since` (by default, since last heard) and until now, in order."""
        after = self.since if since is None else since
        found = [event for post in self.story for event in _events(post)]
        return sorted((event for event in found if after < event.at <= self.now), key=lambda event: event.at)

    def answer(self, body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        """Return an answer; a body that is neither text nor bytes is written as JSON."""
        if isinstance(body, str):
            body = body.encode()
        if not isinstance(body, bytes):
            body, headers = msgspec.json.encode(body), {"content-type": "application/json", **(headers or {})}
        return Answer(url=self.url, status=status, headers=dict(headers or {}), body=body, at=self.heard_at)

    def frames(self, frames: Sequence[Frame | bytes]) -> Frames:
        """Return the frames that came over the lasting connection."""
        found = [frame if isinstance(frame, Frame) else Frame(body=frame) for frame in frames]
        return Frames(frames=found, at=self.heard_at, is_first=self.is_first)

    def letters(self, letters: Sequence[Letter], *, validity: int = 1, more: bool = False) -> Letters:
        """Return what a look into the mailbox gave."""
        return Letters(validity=validity, letters=letters, at=self.heard_at, more=more)


@dataclass(frozen=True, kw_only=True)
class Script:
    """How a platform would tell a story to an adapter.

    source: as an owner would set it up; its past is left None. serve: answers a question. native_id: of a post of the
    story, as the adapter must give it; None for one that the source does not show. secrets: values that the source's
    secret fields hold (those not given are made up); none may come out anywhere. every: between two visits where the
    adapter does not say. sees_deletes: removals come to be known without asking for each post again. sees_edits: so do
    edits. keeps_past: what was written before the first visit is read too. order_matters: the server's lists lose their
    meaning when shuffled. checks_gone: what to do with a removed post is known by asking for it (Rechecks).
    """

    source: Source
    serve: Callable[[Asked], Reply]
    native_id: Callable[[StoryPost], str | None]
    story: tuple[StoryPost, ...] = ()
    begins: datetime = BEGINS
    ends: datetime = ENDS
    every: timedelta = timedelta(minutes=10)
    secrets: Mapping[str, str] = field(default_factory=dict)
    sees_deletes: bool = False
    sees_edits: bool = False
    keeps_past: bool = True
    order_matters: bool = False

    def __post_init__(self) -> None:
        if not self.story:
            object.__setattr__(self, "story", STORY)


def standing(post: StoryPost, now: datetime) -> Standing:
    """Return a post as its server has it at `now`."""
    done = [edit for edit in post.edits if edit[0] <= now]
    edited_at, text = done[-1] if done else (None, post.text)
    return Standing(
        number=post.number,
        at=post.at,
        author=post.author,
        title=post.title,
        text=text,
        parent=post.parent,
        edited_at=edited_at,
        is_gone=post.gone_at is not None and post.gone_at <= now,
        revision=len(done),
    )


def shifted(story: Sequence[StoryPost], by: timedelta) -> tuple[StoryPost, ...]:
    """Return the story with every instant later by `by`: as a server tells it whose clock is ahead by that."""
    return tuple(
        msgspec.structs.replace(
            post,
            at=post.at + by,
            edits=tuple((at + by, text) for at, text in post.edits),
            gone_at=None if post.gone_at is None else post.gone_at + by,
        )
        for post in story
    )


def _events(post: StoryPost) -> list[Event]:
    moments = [(post.at, Verb.WRITTEN), *((at, Verb.EDITED) for at, _ in post.edits)]
    if post.gone_at is not None:
        moments.append((post.gone_at, Verb.REMOVED))
    return [Event(at=at, verb=verb, post=standing(post, at)) for at, verb in moments]


def _at(minutes: float) -> datetime:
    return BEGINS + timedelta(minutes=minutes)


# Told on both sides of the first visit (minute 0) and until the end (minute 240), never on a round ten minutes: the
# visits fall there, and playing one a few seconds later must change nothing.
STORY = (
    StoryPost(
        number=1, at=_at(-4000.5), author="alba_lyon", title="Ouverture", text="La boutique ouvre jeudi, à 10 h."
    ),
    StoryPost(number=2, at=_at(-1500.25), author="bruno", title="Livraison", text="Commande reçue, tout est parfait."),
    StoryPost(number=3, at=_at(-95), author="chloe", text="Merci à vous, à bientôt !", parent=2),
    StoryPost(
        number=4,
        at=_at(-31.5),
        author="denis",
        title="Toujours rien",
        text="Trois semaines d’attente & aucune réponse <b>nulle part</b> — c'est long…",
        edits=((_at(57.5), "Trois semaines d’attente, réponse reçue ce matin."),),
    ),
    StoryPost(number=5, at=_at(3.75), author="emma", title="Panne", text="Le site tombe en panne à chaque paiement 😡"),
    StoryPost(number=6, at=_at(4.5), author="farid", text="Pareil ici, carte débitée deux fois.", parent=5),
    StoryPost(
        number=7, at=_at(13.25), author="gaelle", title="Faux", text="C’est une arnaque, fuyez.", gone_at=_at(75.5)
    ),
    StoryPost(number=8, at=_at(13.25), author="hugo", text="Même seconde, autre avis : tout va bien.", parent=7),
    StoryPost(
        number=9,
        at=_at(36.5),
        author="ines",
        title="Édité",
        text="Je retire ma commande.",
        edits=((_at(66), "Je maintiens ma commande."), (_at(126), "Commande reçue, rien à redire.")),
    ),
    StoryPost(number=10, at=_at(84.5), author="jules", text="Réponse tardive au tout premier.", parent=1),
    StoryPost(number=11, at=_at(97), author="مريم", title="مرحبا", text="لم يصل الطلب 东京 ﷺ e\u0301"),
    StoryPost(number=12, at=_at(143.5), author="bruno", title="Brève", text="Vite écrite.", gone_at=_at(146.5)),
    StoryPost(number=13, at=_at(164.75), author="chloe", text="mot " * 1_000 + "fin", parent=5),
    StoryPost(
        number=14, at=_at(175), author="denis", title="Dernier", text="Remboursé. Affaire close.", gone_at=_at(201)
    ),
    StoryPost(number=15, at=_at(203.5), author="emma", title="Bilan", text="Tout est rentré dans l’ordre."),
)
