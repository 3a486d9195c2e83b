"""Read and write the catalogues, and hold a translation against its template."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from sources import SOURCES, Text

LANGUAGES = ("fr",)  # English is the language of the templates

_CODE = re.compile(r"`[^`]*`|https?://\S+|\{[^{}]*\}|<[^<>]*>")
_PERCENT = re.compile(r"%(?:\(\w+\))?[srd]")
_TIGHT = re.compile(r"(?<![\u00a0\u202f\s\d])[;!?»]|(?<=[ \t])[:;!?»]|«(?![\u00a0\u202f])|(?<=\w):(?=\s|$)")
_STRAIGHT = re.compile(r"(?<=\w)'(?=\w)")


def path_of(language: str) -> Path:
    """Return where the catalogue of a language stands."""
    return SOURCES / "locale" / language / "LC_MESSAGES" / "tocsin.po"


def load(language: str) -> Catalog:
    """Return the catalogue of a language; an empty one if there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, project="tocsin", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def save(language: str, catalogue: Catalog) -> None:
    """Write a catalogue, sorted, without line numbers, so that only real changes show in a diff."""
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.header_comment = "# French of tocsin. Key: the English template. See CONTRIBUTING.md, Words.\n#"
    catalogue.fuzzy = False
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=False)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    dates = (
        '"POT-Creation-Date',
        '"Project-Id-Version',
        '"PO-Revision-Date',
        '"Generated-By',
        '"Report-Msgid',
        '"Last-Translator',
        '"Language-T',
    )
    path.write_text("".join(line for line in lines if not line.startswith(dates)), encoding="utf-8")


def key_of(text: Text) -> str | tuple[str, str]:
    """Return the key of a text in a catalogue."""
    return text.one if text.many is None else (text.one, text.many)


def faults_of(message: Message) -> Iterator[str]:
    """Yield what is wrong with one French entry: empty, other values than the template, careless typography."""
    templates = message.id if isinstance(message.id, tuple) else (message.id,)
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    if message.fuzzy:
        yield "is marked fuzzy: read it again and remove the mark"
    if len(forms) < len(templates) or not all(forms):
        yield "is not translated"
        return
    for form in forms:
        wanted, got = _values(templates[-1]), _values(form)
        # The singular may leave out its number.
        if wanted != got and not (len(templates) > 1 and set(got) <= set(wanted)):
            yield f"has the values {sorted(got)} where the template has {sorted(wanted)}"
        for template in templates[:1]:
            if (template[:1].isspace(), template[-1:]) != (form[:1].isspace(), form[-1:]) and (
                template[-1:].isspace() or form[-1:].isspace()
            ):
                yield "begins or ends with another space than the template"
        yield from _typography(form)


def _typography(form: str) -> Iterator[str]:
    bare = _CODE.sub("x", form)
    if _STRAIGHT.search(bare):
        yield "has a straight apostrophe; write ’"
    if _TIGHT.search(bare) and "%" not in form:
        yield "lacks a no-break space before : ; ! ? or inside « »"


def _values(template: str) -> Counter[str]:
    if "{" not in template:
        return Counter(_PERCENT.findall(template))
    return Counter({name for _, name, _, _ in string.Formatter().parse(template) if name})
