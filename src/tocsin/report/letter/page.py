"""Write a letter as HTML that mailboxes of all ages show: one table of 600 pixels, inline styles, system fonts.

Styles stand on each element because many mailboxes drop a style sheet; the sheet at the head adds what may be lost:
dark paper, and the narrower drawing on a phone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch

from tocsin.report.letter.markup import Html, join, tag
from tocsin.report.letter.sheet import (
    Block,
    Buttons,
    Commands,
    Entry,
    Figures,
    Heading,
    Kicker,
    Lead,
    Link,
    Note,
    Picture,
    Quote,
    Sheet,
    Title,
    Tone,
    is_link,
)
from tocsin.report.paint import DARK, LIGHT

WIDE_PX = 536
NARROW_PX = 326
_SANS = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_SERIF = "Georgia,'Times New Roman',serif"
_MONO = "Consolas,Menlo,'Liberation Mono',monospace"
_INK, _FAINT, _RULE, _SHEET, _PAPER = (LIGHT[name] for name in ("ink", "ink-3", "rule", "sheet", "paper"))
_LINK, _DARK_LINK = "#1d4a73", "#9cc4ea"
# Bar at the head, words beside the shape, and the same on dark paper.
_TONES: Mapping[Tone, tuple[str, str, str, str]] = {
    Tone.ALARM: (LIGHT["surge"], LIGHT["alarm"], DARK["surge"], DARK["alarm"]),
    Tone.WATCH: (LIGHT["watch"], LIGHT["watch"], DARK["watch"], DARK["watch"]),
    Tone.CALM: (LIGHT["ink"], LIGHT["ink-2"], DARK["ink-2"], DARK["ink-2"]),
}
# An octagon where shapes are cut, a square elsewhere; few fonts of mailboxes hold the sign.
_OCTAGON = "polygon(30% 0,70% 0,100% 30%,100% 70%,70% 100%,30% 100%,0 70%,0 30%)"
_SIGNS: Mapping[Tone, str] = {Tone.WATCH: "\u25b2", Tone.CALM: "\u25cb"}


def page(sheet: Sheet) -> str:
    """Return the letter as a whole HTML document."""
    bar, *_ = _TONES[sheet.tone]
    rows = join(*(_block(block, sheet.tone) for block in _grouped(sheet.blocks)))
    card = tag(
        "table",
        tag("tr", tag("td", rows, class_="pad", align="left", style="padding:24px 32px 26px;text-align:left")),
        class_="card",
        role="presentation",
        width="100%",
        cellpadding="0",
        cellspacing="0",
        style=f"max-width:600px;background:{_SHEET};border:1px solid {_RULE};border-top:5px solid {bar};"
        "border-radius:6px;border-collapse:separate",
    )
    body = tag(
        "table",
        tag("tr", tag("td", card, align="center", style="padding:16px 12px 32px")),
        class_="bg",
        role="presentation",
        width="100%",
        cellpadding="0",
        cellspacing="0",
        style=f"background:{_PAPER};color:{_INK};font-family:{_SANS}",
    )
    preview = tag("div", sheet.preview, style="display:none;max-height:0;overflow:hidden;mso-hide:all")
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="supported-color-schemes", content="light dark"),
        tag("title", sheet.subject),
        tag("style", Html(_style(sheet.tone))),
    )
    whole = tag(
        "html",
        tag("head", head),
        tag("body", preview, body, class_="bg", style=f"margin:0;padding:0;background:{_PAPER}"),
        lang=sheet.language,
    )
    return f"<!doctype html>\n{whole}\n"


def _style(tone: Tone) -> str:
    *_, bar, words = _TONES[tone]
    dark = {
        ".bg": f"background:{DARK['paper']}!important;color:{DARK['ink']}!important",
        ".card": f"background:{DARK['sheet']}!important;border-color:{bar} {DARK['rule']} {DARK['rule']}!important",
        ".faint": f"color:{DARK['ink-3']}!important",
        ".tone": f"color:{words}!important",
        ".sign": f"background:{bar}!important;color:{DARK['sheet']}!important",
        ".lnk": f"color:{_DARK_LINK}!important",
        ".rule": f"border-color:{DARK['rule']}!important",
        ".b1": f"background:{DARK['ink']}!important;color:{DARK['paper']}!important;"
        f"border-color:{DARK['ink']}!important",
        ".b2": f"background:{DARK['sheet']}!important;color:{DARK['ink']}!important;"
        f"border-color:{DARK['rule-strong']}!important",
        ".code": f"background:{DARK['sunk']}!important;color:{DARK['ink']}!important",
        ".on-light": "display:none!important",
        ".wide .on-dark": "display:block!important",
    }
    narrow = (
        ".pad{padding:18px!important}.cell{display:block!important;width:auto!important;padding:0 0 8px!important}"
        ".acts{width:100%!important}.wide{display:none!important}.narrow{display:block!important}"
        ".narrow .on-light{display:block!important}"
    )
    in_the_dark = ".narrow .on-light{display:none!important}.narrow .on-dark{display:block!important}"
    return (
        ":root{color-scheme:light dark}"
        f"@media (max-width:480px){{{narrow}}}"
        f"@media (prefers-color-scheme:dark){{{''.join(f'{name}{{{rule}}}' for name, rule in dark.items())}}}"
        f"@media (prefers-color-scheme:dark) and (max-width:480px){{{in_the_dark}}}"
    )


class _Entries(tuple[Entry, ...]):
    """Lines of a list that follow one another."""

    __slots__ = ()


def _grouped(blocks: tuple[Block, ...]) -> list[Block | _Entries]:
    found: list[Block | _Entries] = []
    for block in blocks:
        if isinstance(block, Entry):
            if found and isinstance(found[-1], _Entries):
                found[-1] = _Entries((*found[-1], block))
            else:
                found.append(_Entries((block,)))
        else:
            found.append(block)
    return found


@singledispatch
def _block(block: object, tone: Tone) -> Html:
    raise TypeError(type(block).__name__)


@_block.register
def _(block: Kicker, tone: Tone) -> Html:
    colour = _TONES[tone][1]
    style = f"color:{colour};font-size:14px;line-height:20px;font-weight:600"
    return tag("div", _shape(tone), Html("&ensp;"), block.words, class_="tone", style=style)


def _shape(tone: Tone) -> Html:
    if tone is not Tone.ALARM:
        return tag("span", _SIGNS[tone], aria_hidden="true", style="font-size:15px;line-height:20px")
    style = (
        f"display:inline-block;width:15px;height:15px;background:{_TONES[tone][0]};clip-path:{_OCTAGON};color:{_SHEET};"
        "font-size:11px;line-height:15px;font-weight:bold;text-align:center;vertical-align:0"
    )
    return tag("span", "!", class_="sign", aria_hidden="true", style=style)


@_block.register
def _(block: Title, tone: Tone) -> Html:
    style = f"font-family:{_SERIF};font-size:23px;line-height:30px;font-weight:bold;padding:8px 0 10px;margin:0"
    return tag("h1", block.words, style=style)


@_block.register
def _(block: Lead, tone: Tone) -> Html:
    return tag("p", block.words, style="font-size:15px;line-height:23px;margin:0;padding:0 0 14px")


@_block.register
def _(block: Note, tone: Tone) -> Html:
    ruled = f"border-top:1px solid {_RULE};padding:14px 0 0;margin:10px 0 0" if block.ruled else "padding:0 0 18px"
    inside = [block.words]
    if block.link is not None:
        inside += [Html(" "), _anchor(block.link, f"color:{_LINK};text-decoration:underline")]
    return tag("div", *inside, class_="faint rule", style=f"color:{_FAINT};font-size:13px;line-height:19px;{ruled}")


@_block.register
def _(block: Heading, tone: Tone) -> Html:
    style = f"font-family:{_SERIF};font-size:17px;line-height:24px;font-weight:bold;padding:6px 0 10px;margin:0"
    return tag("h2", block.words, style=style)


@_block.register
def _(block: Picture, tone: Tone) -> Html:
    if block.wide is None or block.narrow is None:
        return _block(Lead(words=block.alt), tone)
    wide = tag("div", *_drawings(block.wide, block.alt, WIDE_PX), class_="wide")
    narrow = tag(
        "div", *_drawings(block.narrow, block.alt, NARROW_PX), class_="narrow", style="display:none;mso-hide:all"
    )
    return tag("div", wide, narrow, style="padding:0 0 6px")


def _drawings(cids: tuple[str, str], alt: str, width: int) -> tuple[Html, Html]:
    light, dark = (
        tag(
            "img",
            src=f"cid:{cid}",
            alt=alt,
            width=str(width),
            class_=name,
            style=f"display:{shown};width:100%;max-width:{width}px;height:auto;border:0",
        )
        for cid, name, shown in zip(cids, ("on-light", "on-dark"), ("block", "none;mso-hide:all"), strict=True)
    )
    return light, dark


@_block.register
def _(block: Buttons, tone: Tone) -> Html:
    cells = [
        tag("td", _button(link, first=place == 0), class_="cell", style="padding:0 8px 8px 0")
        for place, link in enumerate(block.links)
    ]
    return tag("table", tag("tr", *cells), class_="acts", role="presentation", cellpadding="0", cellspacing="0")


def _button(link: Link, *, first: bool) -> Html:
    ground, ink, edge = (_INK, _SHEET, _INK) if first else (_SHEET, _INK, LIGHT["rule-strong"])
    style = (
        f"display:block;background:{ground};color:{ink};border:1px solid {edge};border-radius:4px;padding:11px 15px;"
        "font-size:14px;line-height:20px;font-weight:600;text-decoration:none;text-align:center;white-space:nowrap"
    )
    return _anchor(link, style, "b1" if first else "b2")


@_block.register
def _(block: Quote, tone: Tone) -> Html:
    who = tag(
        "div",
        tag("b", block.who, style="font-weight:600"),
        " ",
        tag("span", block.about, class_="faint", style=f"color:{_FAINT}"),
        style="font-size:13px;line-height:18px",
    )
    words = tag(
        "div",
        block.text,
        style=f"font-family:{_SERIF};font-size:16px;line-height:23px;padding:4px 0;overflow-wrap:anywhere",
    )
    small = "font-size:13px;line-height:19px;font-weight:600"
    inside = tag("div", block.note, class_="faint", style=f"color:{_FAINT};{small}")
    if block.link is not None and is_link(block.link.url):
        shown = f"{block.link.words}, {block.note}" if block.note else block.link.words
        inside = _anchor(Link(words=shown, url=block.link.url), f"color:{_LINK};{small};text-decoration:none")
    return tag("div", who, words, inside, class_="rule", style=f"padding:12px 0;border-top:1px solid {_RULE}")


@_block.register
def _(block: _Entries, tone: Tone) -> Html:
    rows = []
    for entry in block:
        words: str = tag("b", entry.words, style="font-weight:600")
        if is_link(entry.url):
            words = _anchor(
                Link(words=entry.words, url=entry.url), f"color:{_LINK};font-weight:600;text-decoration:none"
            )
        about = tag("div", entry.about, class_="faint", style=f"color:{_FAINT};font-size:13px;line-height:19px")
        style = f"padding:9px 0;border-top:1px solid {_RULE};font-size:15px;line-height:21px;overflow-wrap:anywhere"
        rows.append(tag("div", words, about if entry.about else Html(""), class_="rule", style=style))
    return tag("div", *rows, style="padding:0 0 14px")


@_block.register
def _(block: Figures, tone: Tone) -> Html:
    edge = f"border-top:1px solid {_RULE};padding:9px 12px 9px 0;vertical-align:baseline;text-align:left"
    rows = [
        tag(
            "tr",
            tag("th", name, scope="row", class_="rule", style=f"{edge};font-weight:normal;font-size:14px"),
            tag("td", figure, class_="rule", style=f"{edge};font-size:20px;font-weight:600;white-space:nowrap"),
            tag("td", usual, class_="rule faint", style=f"{edge};color:{_FAINT};font-size:13px;line-height:18px"),
        )
        for name, figure, usual in block.rows
    ]
    return tag(
        "table", *rows, width="100%", cellpadding="0", cellspacing="0", style=f"font-family:{_SANS};margin:0 0 16px"
    )


@_block.register
def _(block: Commands, tone: Tone) -> Html:
    rows = [
        tag(
            "div",
            tag("div", words, style="font-size:13px;line-height:19px"),
            tag(
                "code",
                command,
                class_="code",
                style=f"display:block;font-family:{_MONO};font-size:13px;line-height:20px;background:{LIGHT['sunk']};"
                "padding:4px 8px;border-radius:4px;overflow-wrap:anywhere",
            ),
            style="padding:0 0 8px",
        )
        for words, command in block.rows
    ]
    return tag("div", *rows, style="padding:0 0 10px")


def _anchor(link: Link, style: str, name: str = "lnk") -> Html:
    if not is_link(link.url):
        return tag("span", link.words)
    return tag("a", link.words, class_=name, href=link.url, style=style)
