"""The form of a watch: what was typed, pressed or ticked, as a draft that is not stored before it is saved."""

from __future__ import annotations

import re

import msgspec
from django.http import QueryDict

from tocsin.base.brand import Brand, Watch
from tocsin.base.errors import QueryError, TocsinError
from tocsin.flows.watches.chips import Chips, Group, chips_of, draw_query, flipped, near_chip, write_query
from tocsin.screen.query import FieldName, Query, parse_query

CHIPS, TEXT = "chips", "text"
_SEPARATORS = re.compile(r"[,;\n]")
_USUAL_DANGER = 80
_TICK = "tick-"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A watch as its form stands. number: of the watch it changes, None for a new one.

    text: the query. chips: what draws it, None when chips cannot. mode: which of the two is shown. typed: what was
    typed into a group and could not be read, by group. ticks: of the hits, by their keys.
    """

    number: int | None = None
    name: str = ""
    mode: str = CHIPS
    text: str = ""
    chips: Chips | None = Chips()
    typed: dict[str, str] = {}
    error: TocsinError | None = None
    own_accounts: tuple[str, ...] = ()
    sensitive_words: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    danger: str = str(_USUAL_DANGER)
    private_person: bool = False
    ground: str = ""
    ticks: dict[str, bool] = {}

    @property
    def query(self) -> Query | None:
        """The query, None while it is empty or cannot be read."""
        try:
            return parse_query(self.text) if self.text.strip() else None
        except QueryError:
            return None

    def with_text(self, text: str) -> Draft:
        """Return the draft with another query; it stays text when chips cannot draw it, or when it cannot be read."""
        try:
            drawn = draw_query(parse_query(text)) if text.strip() else Chips()
        except QueryError as error:
            return msgspec.structs.replace(self, text=text, chips=None, mode=TEXT, error=error)
        return msgspec.structs.replace(self, text=text, chips=drawn, mode=self.mode if drawn is not None else TEXT)

    def with_chips(self, chips: Chips) -> Draft:
        """Return the draft with other chips, and the query that they write."""
        return msgspec.structs.replace(self, chips=chips, text=write_query(chips))


def draft_of(watch: Watch, number: int) -> Draft:
    """Return the draft that changes a stored watch."""
    return Draft(
        number=number,
        name=watch.name,
        own_accounts=watch.own_accounts,
        sensitive_words=watch.sensitive_words,
        languages=watch.languages,
        sources=watch.sources,
        danger=str(watch.danger_severity),
        private_person=watch.private_person,
        ground=watch.ground,
    ).with_text(watch.query)


def watch_of(draft: Draft, brand: Brand, name: str) -> Watch:
    """Return the watch that the draft describes, under a name. A threshold that is no number stands as -1."""
    return Watch(
        brand=brand.slug,
        name=name,
        query=draft.text.strip(),
        languages=draft.languages,
        sources=draft.sources,
        own_accounts=draft.own_accounts,
        sensitive_words=draft.sensitive_words,
        danger_severity=int(draft.danger) if draft.danger.isascii() and draft.danger.isdigit() else -1,
        private_person=draft.private_person,
        ground=draft.ground,
    )


def read_draft(form: QueryDict) -> Draft:
    """Return the draft of a posted form, with what was pressed done to it."""
    number = form.get("number", "")
    draft = Draft(
        number=int(number) if number.isascii() and number.isdigit() else None,
        name=form.get("name", "").strip()[:200],
        mode=TEXT if form.get("mode") == TEXT else CHIPS,
        own_accounts=tuple(account.lstrip("@").lower() for account in _listed(form.get("own_accounts", ""))),
        sensitive_words=_listed(form.get("sensitive_words", "")),
        languages=tuple(form.getlist("languages")),
        sources=tuple(form.getlist("sources")),
        danger=form.get("danger", str(_USUAL_DANGER)).strip(),
        private_person="private_person" in form,
        ground=form.get("ground", "").strip(),
        ticks={key[len(_TICK) :]: form[key] == "yes" for key in form if key.startswith(_TICK) and form[key]},
    )
    draft = draft.with_text(form.get("query", "")) if draft.mode == TEXT else _with_groups(draft, form)
    return _pressed(draft, form)


def _with_groups(draft: Draft, form: QueryDict) -> Draft:
    """Read the chips that stand in the form, and those typed beside them."""
    chips = Chips(**{group.value: _readable(form.getlist(group.value)) for group in Group})
    typed: dict[str, str] = {}
    error: TocsinError | None = None
    for group in Group:
        text = form.get(f"{group}_new", "")
        try:
            chips = chips.having(group, (*chips.of(group), *chips_of(text)))
        except QueryError as refused:
            typed[group.value], error = text, refused
    try:
        chips = _with_near(_with_test(chips, form), form)
    except QueryError as refused:
        error = refused
    return msgspec.structs.replace(draft.with_chips(chips), typed=typed, error=error)


def _readable(texts: list[str]) -> tuple[str, ...]:
    """Keep the chips that are some: a form that was tampered with must not break the page."""
    kept = []
    for text in texts:
        try:
            parse_query(text)
        except QueryError:
            continue
        kept.append(text)
    return tuple(dict.fromkeys(kept))


def _with_test(chips: Chips, form: QueryDict) -> Chips:
    """Add the test of a field that was chosen and filled in."""
    field, value = form.get("test_field", ""), form.get("test_value", "").strip()
    if not value or field not in FieldName.__members__.values():
        return chips
    text = f'{field}:"{value}"' if " " in value else f"{field}:{value}"
    parse_query(text)
    group = Group.NONE if "test_not" in form else Group.ALL
    return chips.having(group, (*chips.of(group), text))


def _with_near(chips: Chips, form: QueryDict) -> Chips:
    """Add the pair of words that must stand near one another."""
    left, right, distance = (form.get(f"near_{part}", "").strip() for part in ("left", "right", "words"))
    if not left and not right:
        return chips
    wanted = int(distance) if distance.isascii() and distance.isdigit() else 5
    group = Group.NONE if "near_not" in form else Group.ALL
    return chips.having(group, (*chips.of(group), near_chip(left, right, wanted)))


def _pressed(draft: Draft, form: QueryDict) -> Draft:
    """Do what was pressed: take a chip out, turn it over, leave noise out, add a handle, change the mode."""
    if "drop" in form or "flip" in form:
        group, index, what = [*form.get("drop", form.get("flip", "")).split(":"), "", ""][:3]
        return _on_chip(draft, group, index, what)
    if form.get("exclude"):
        return _excluding(draft, form["exclude"])
    if form.get("add") and draft.chips is not None:
        chips = draft.chips.having(Group.ANY, (*draft.chips.any, *_readable([form["add"]])))
        return draft.with_chips(chips)
    if form.get("add"):
        return draft.with_text(f"({draft.text}) OR {form['add']}")
    if form.get("to_mode") == TEXT:
        return msgspec.structs.replace(draft, mode=TEXT)
    if form.get("to_mode") == CHIPS and draft.chips is not None:
        return msgspec.structs.replace(draft, mode=CHIPS)
    return draft


def _on_chip(draft: Draft, group: str, index: str, what: str) -> Draft:
    if draft.chips is None or group not in Group.__members__.values() or not index.isdigit():
        return draft
    texts = list(draft.chips.of(Group(group)))
    place = int(index)
    if place >= len(texts):
        return draft
    if what:
        texts[place] = flipped(texts[place], what)
    else:
        del texts[place]
    return draft.with_chips(draft.chips.having(Group(group), tuple(texts)))


def _excluding(draft: Draft, chip: str) -> Draft:
    excluded = _readable([chip])
    if draft.chips is not None:
        return draft.with_chips(draft.chips.having(Group.NONE, (*draft.chips.none, *excluded)))
    return draft.with_text(" ".join([f"({draft.text})", *(f"NOT {text}" for text in excluded)]))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in _SEPARATORS.split(text) if part.strip()))
