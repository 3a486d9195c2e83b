"""What the templates of the builder show of a draft: chips in words, the error with its place, the look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from tocsin.base.brand import Brand
from tocsin.base.errors import QueryError
from tocsin.base.ids import stable_id
from tocsin.base.person import Person
from tocsin.flows.i18n import Translator
from tocsin.flows.watches.chips import Chips, Group, chip
from tocsin.flows.watches.look import Look, Wanted, look
from tocsin.flows.watches.precision import kept_ticks, precision_of
from tocsin.flows.watches.words import chip_words, explain, language_name
from tocsin.screen.language import CANDIDATES
from tocsin.screen.query import POST_KINDS, FieldName, Query
from tocsin.store.queries.watching import SeenPost
from tocsin.web.request import WebRequest
from tocsin.web.watches.forms import Draft

_EXCERPT = 60
_BAR_PX = 56  # height of the highest day


def wanted_of(request: WebRequest, draft: Draft, query: Query, brand: Brand) -> Wanted:
    """Return what a draft asks for; posts kept for brands that are not open to the person are not looked at."""
    return Wanted(
        query=query,
        brand=brand,
        brands=tuple(brand.slug for brand in request.brands),
        languages=draft.languages,
        sources=draft.sources,
        accounts=draft.own_accounts,
    )


def builder(request: WebRequest, draft: Draft, brand: Brand, more: Sequence[SeenPost] = ()) -> dict[str, Any]:
    """Return the variables of watches/builder.html. more: posts to look at beside those that are kept."""
    t, query = request.t, draft.query
    found = look(request.engine, wanted_of(request, draft, query, brand), request.now, more) if query else None
    kept = kept_ticks(request.engine, brand.slug, draft.name) if draft.number is not None else {}
    ticks = kept | draft.ticks
    return {
        "draft": draft,
        "groups": groups(draft.chips, draft.typed, t) if draft.chips is not None else [],
        "explained": explain(query, t) if query is not None else "",
        "normalised": str(query) if query is not None else "",
        "is_unanchored": query is not None and query.is_unanchored,
        "needs_reading": query is not None and query.needs_reading,
        "error": t.error(draft.error) if draft.error else "",
        "caret": caret(draft.error) if draft.error and draft.mode == "text" else None,
        "caret_lines": caret_lines(draft.text, draft.error),
        "look": found,
        "look_key": stable_id(draft.text, *draft.languages, "", *draft.sources),
        "noise": _noise(found, t) if found else [],
        "bars": bars(found) if found else [],
        "ticks": ticks,
        "precision": precision_of(ticks),
        "languages": languages_of((*brand.languages, *draft.languages), t),
        "sources": sorted({row.source.name for row in request.engine.store.sources()} | set(draft.sources)),
        "source_count": len(request.engine.store.sources()),
        "fields": _fields(),
        "kinds": sorted(POST_KINDS),
    }


def groups(chips: Chips, typed: dict[str, str], t: Translator) -> list[dict[str, Any]]:
    """Return the groups of chips with their titles, hints and chips in words."""
    titles = {
        Group.ANY: (_("At least one of"), _("names, hashtags, handles, products")),
        Group.ALL: (_("And each of"), _("words that must stand there too; a OR b for either")),
        Group.NONE: (_("But none of"), _("other senses of the name: Jessica Alba, rue Alba")),
    }
    return [
        {
            "name": group.value,
            "title": titles[group][0],
            "hint": titles[group][1],
            "typed": typed.get(group.value, ""),
            "chips": [
                {"drawn": drawn, "words": chip_words(text, drawn.node, t)}
                for text in chips.of(group)
                for drawn in (chip(text),)
            ],
        }
        for group in Group
    ]


def caret(error: object) -> int | None:
    """Return the place of an error in its query, None when it has none."""
    return error.position if isinstance(error, QueryError) else None


def caret_lines(text: str, error: object) -> str:
    """Return the stretch of a query round its error, with a caret under the place; "" without a place."""
    at = caret(error)
    if at is None:
        return ""
    at = min(at, len(text))
    start = max(0, at - _EXCERPT)
    stretch = "".join(" " if char.isspace() else char for char in text[start : at + _EXCERPT])
    return f"{stretch}\n{' ' * (at - start)}^"


def bars(found: Look) -> list[dict[str, Any]]:
    """Return the bars of the last days: place and height in pixels; height None where nothing is known."""
    most = max(1, found.most_a_day)
    return [
        {
            "x": place * 22,
            "y": _BAR_PX - _height(day.posts, most),
            "height": None if day.posts is None else _height(day.posts, most),
            "day": day.day,
            "posts": day.posts,
        }
        for place, day in enumerate(found.days)
    ]


def _height(posts: int | None, most: int) -> int:
    return 0 if not posts else max(2, round(_BAR_PX * posts / most))


def _noise(found: Look, t: Translator) -> list[dict[str, Any]]:
    return [
        {
            "noise": noise,
            "shown": shown,
            "said": t.text(noise.sign.value, word=_noise_word(noise.sign.name, noise.word, t)),
            "chip": chip_words(noise.exclude, chip(noise.exclude).node, t) if noise.exclude else "",
        }
        for noise, shown in found.noise
    ]


def _noise_word(sign: str, word: str, t: Translator) -> str:
    return language_name(word, t) if sign == "LANGUAGE" else t.quoted([word])


def languages_of(first: Sequence[str], t: Translator) -> list[tuple[str, str]]:
    """Return languages to choose from with their names: those wanted first, then the common ones."""
    return [(code, language_name(code, t)) for code in dict.fromkeys((*first, *CANDIDATES[:7]))]


def _fields() -> list[tuple[str, str]]:
    return [
        (FieldName.LANG.value, _("language")),
        (FieldName.KIND.value, _("kind of post")),
        (FieldName.PLATFORM.value, _("platform")),
        (FieldName.SOURCE.value, _("source")),
        (FieldName.AUTHOR.value, _("author")),
        (FieldName.STARS.value, _("stars")),
    ]


def may_write(person: Person | None, role: object) -> bool:
    """Return whether the reader of a list may change what it lists."""
    return person is not None and str(role) in ("owner", "manager")
