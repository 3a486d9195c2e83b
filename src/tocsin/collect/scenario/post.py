"""Make one post of a play: who speaks, the words, the ids, and when it is first read."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.ids import stable_id
from tocsin.base.post import Post, PostKind
from tocsin.base.time import to_ms
from tocsin.collect.scenario.clock import length
from tocsin.collect.scenario.dice import Dice
from tocsin.collect.scenario.engage import engagement_at
from tocsin.collect.scenario.people import Cast, Speaker, plain_handle
from tocsin.collect.scenario.text import fill, sentences, speak
from tocsin.collect.scenario.values import Scenario, Speech, Templates

_ANSWERS = frozenset({PostKind.REPLY, PostKind.COMMENT})
_ECHOES = frozenset({PostKind.SHARE, PostKind.QUOTE})


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """A post with what the scenario knows of it, which no reader of the post does.

    source: name of the source it appeared in. track: the chatter, or "affair.step". affair: "" for chatter.
    about: it speaks of the brand. copied: its words are those of another post on purpose.
    """

    post: Post
    source: str
    track: str
    affair: str
    about: bool
    copied: bool


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What all posts of one play share."""

    scenario: Scenario
    seed: int
    end: datetime
    zone: ZoneInfo
    scale: float
    cast: Cast

    def dice(self, *path: str) -> Dice:
        """Return dice of this play alone."""
        return Dice(self.scenario.name, str(self.seed), *path)


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """One post about to be made. number: unique in its track. parent: what is answered, shared or linked to."""

    track: str
    number: str
    source: str
    speaker: Speaker
    at: datetime
    affair: str = ""
    parent: Played | None = None


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a post and where they come from."""

    title: str
    text: str
    family: Templates | None
    copied: bool = False


def make_post(scene: Scene, speech: Speech, cue: Cue, wording: Wording | None = None) -> Played:
    """Return the post of a cue; its words are drawn from the templates of `speech` unless `wording` is given."""
    dice = scene.dice("post", cue.track, cue.number)
    source = scene.scenario.sources[cue.source]
    words = wording or word(scene, speech, cue, dice)
    number = stable_id(scene.scenario.name, str(scene.seed), cue.track, cue.number, str(to_ms(cue.at)))
    handle = plain_handle(cue.speaker.author.handle.partition("@")[0])
    native_id = source.post_id.format(author=handle, id=number)
    url = source.url.format(author=handle, id=number) or None
    low, high = (length(text) for text in source.delay)
    seen_at = min(cue.at + timedelta(seconds=round(dice.between(low.total_seconds(), high.total_seconds()))), scene.end)
    family, parent = words.family, cue.parent.post if cue.parent else None
    stars = family.stars if family and source.stars_max is not None else None
    post = Post(
        platform=source.platform,
        native_id=native_id,
        created_at=cue.at,
        seen_at=seen_at,
        title=words.title,
        text=words.text,
        kind=speech.kind,
        url=url,
        author=cue.speaker.author,
        links=(parent.url,) if parent and parent.url and speech.kind not in _ANSWERS | _ECHOES else (),
        lang_claimed=family.language if family and source.claims_language else None,
        parent_id=parent.native_id if parent and speech.kind in _ANSWERS else None,
        root_id=(parent.root_id or parent.native_id) if parent and speech.kind in _ANSWERS else None,
        shared_id=parent.native_id if parent and speech.kind in _ECHOES else None,
        stars=None if stars is None else float(stars[0] + dice.below(stars[1] - stars[0] + 1)),
        stars_max=None if stars is None else source.stars_max,
        audience=source.audience,
    )
    post = msgspec.structs.replace(post, engagement=engagement_at(post, source.shows, (0, 0), seen_at))
    about = family.about if family else bool(cue.parent and cue.parent.about)
    return Played(post=post, source=cue.source, track=cue.track, affair=cue.affair, about=about, copied=words.copied)


def word(scene: Scene, speech: Speech, cue: Cue, dice: Dice) -> Wording:
    """Return the words of a post: a template filled and spoken, or for a bare share the words it carries on."""
    parent = cue.parent.post if cue.parent else None
    if not speech.templates:
        title, text = (parent.title, parent.text) if parent else ("", "")
        return Wording(title=title, text=text, family=None, copied=True)
    lists, author = scene.scenario.lists, cue.speaker.author
    family = scene.scenario.templates[dice.weigh(speech.templates)]
    said = {
        "author": author.name or author.handle,
        "author_first": (author.name or author.handle).split()[0],
        "to": parent.author.handle if parent and parent.author else "",
        "to_first": (parent.author.name or "").split()[0] if parent and parent.author and parent.author.name else "",
        "about_title": parent.title if parent else "",
    }
    title = fill(dice.pick(family.titles), dice, lists, said) if family.titles else ""
    text = fill(dice.pick(family.texts), dice, lists, said)
    title = sentences(title)
    if not family.plain:
        voice = cue.speaker.voice
        if family.grave and voice.cheerful:
            voice = msgspec.structs.replace(voice, openings=(), closings=())
        text = speak(text, voice, dice, lists, said)
    else:
        text = sentences(text)
    if not title and parent and speech.kind in _ANSWERS and parent.title:
        title = parent.title if parent.title.startswith("Re : ") else f"Re : {parent.title}"
    return Wording(title=title, text=text, family=family)


def may_stray(speech: Speech) -> bool:
    """Return whether such posts may stand on another platform than what they speak of: all but answers and shares."""
    return speech.kind not in _ANSWERS | _ECHOES


def can_carry(scene: Scene, speech: Speech, parent: Played) -> bool:
    """Return whether `speech` may answer, share or quote that post: only on a platform that its sources cover."""
    if may_stray(speech):
        return True
    there = scene.scenario.sources
    return any(there[name].platform == parent.post.platform for name in speech.sources)


def shown_source(scene: Scene, speech: Speech, parent: Played | None, dice: Dice) -> str:
    """Return the name of the source a post appears in: what answers or echoes stays on the platform of its parent."""
    if parent is None or may_stray(speech):
        return dice.weigh(speech.sources)
    there = scene.scenario.sources
    return dice.weigh(
        {name: share for name, share in speech.sources.items() if there[name].platform == parent.post.platform}
    )
