"""Set a document as PDF/A-2b: packaged templates, every word passed as data, nothing fetched, the same bytes twice.

The typesetter (Typst) sees three things: a template of `report/sheets/`, the fields as JSON, the pictures in an empty
folder of their own that is its whole world. Texts are never made part of a source, so that nothing in them can be run.
Only the faces inside the `typst` wheel are used: the same document everywhere, with no face to install. A character
they lack, or one that would not show (a control, a mark that turns the direction of writing), is written by its
Unicode name or number between ⟨ and ⟩: a reader sees that it was there.
"""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, Final

import msgspec
import typst

from tocsin.base.errors import InputError

LANGUAGES = ("fr", "en")
_MAIN = '#import "{template}.typ": document\n#document(json(bytes(sys.inputs.fields)), json(bytes(sys.inputs.frame)))\n'
_MAIN_NAME = "main.typ"
_STANDARD: Final = "a-2b"
_MOST_BYTES = 16 * 1024 * 1024  # of text: some four thousand pages, a minute of work
_MOST_PIXELS = 120_000_000
_ROUNDS = 6  # each names what the one before could not print; two are usual
_PICTURE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\.(?:png|jpg)")
_TEMPLATE_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")

_JOINERS = "\u200d\ufe0e\ufe0f"  # they only bind the parts of one pictograph
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]+"
)
_LONG_WORD = re.compile(r"(?!https?://)\S{100,}")
_PIECE = 40  # characters after which a word too long for any line may be cut
_UNPRINTED = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


def typeset(
    template: str,
    fields: Mapping[str, Any] | msgspec.Struct,
    images: Mapping[str, bytes] | None = None,
    *,
    language: str,
    made_at: datetime,
) -> bytes:
    """Return a document as PDF/A-2b, the same bytes for the same arguments and the same release of the typesetter.

    template: name of a file of `report/sheets/` without `.typ`; it defines `document(fields, frame)`.
    fields: what the template asks for, in values that JSON can hold. `title` and `author` are also told to readers of
    PDF files. images: PNG or JPEG by file name (`page-1.png`); the template shows them by that name.
    language: fr or en, for hyphenation and the words of the frame. made_at: aware instant written as creation date.
    Raises InputError for an image that is none or too large, a text too long, a language or a template unknown;
    ValueError for a naive instant.
    """
    if made_at.tzinfo is None:
        raise ValueError("made_at needs a time zone")
    if language not in LANGUAGES:
        raise InputError("Documents are set in fr or en, not in {language}.", language=language)
    sources = _sources(template)
    pictures = dict(images or {})
    for name, content in pictures.items():
        _check_picture(name, content)
    plain, named = _visible(msgspec.to_builtins(fields))
    text = json.dumps(plain, ensure_ascii=False)
    if len(text) > _MOST_BYTES:
        raise InputError(
            "The document holds {count} characters, {most} at most. Cut it into several.",
            count=len(text),
            most=_MOST_BYTES,
        )
    with tempfile.TemporaryDirectory(prefix="tocsin-sheet-") as folder:
        for name, content in (*sources.items(), *pictures.items()):
            Path(folder, name).write_bytes(content)
        return _set(Path(folder), plain, Frame(language=language, made_at=made_at.astimezone(UTC), named=named))


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What every document is told besides its fields. named: whether characters were written by their names."""

    language: str
    made_at: datetime
    named: bool


def readable(text: str) -> str:
    """Return a text whose characters all show: hidden ones named, endless words with places where they may be cut.

    >>> readable("Sale\\u202emos")
    'Sale⟨U+202E⟩mos'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _HIDDEN.sub(lambda found: _named(found[0]), text)
    return _LONG_WORD.sub(_with_cuts, text)


def _sources(template: str) -> dict[str, bytes]:
    """Every packaged template by its name, with the one line that begins this document."""
    folder = resources.files("tocsin.report") / "sheets"
    sources = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".typ")}
    if not _TEMPLATE_NAME.fullmatch(template) or f"{template}.typ" not in sources:
        known = ", ".join(sorted(name.removesuffix(".typ") for name in sources))
        raise InputError("There is no template {template}; there are {known}.", template=template, known=known)
    return {**sources, _MAIN_NAME: _MAIN.format(template=template).encode()}


def _check_picture(name: str, content: bytes) -> None:
    """Raise InputError for what is not a PNG or JPEG of a size that can be set."""
    if not _PICTURE_NAME.fullmatch(name):
        raise InputError("The image name {name} is not like page-1.png or page-1.jpg.", name=repr(name))
    if name.endswith(".png"):
        width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
        if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or not width or not height:
            raise InputError("The image {name} is not a PNG. Take it again.", name=name)
        if width * height > _MOST_PIXELS:
            raise InputError(
                "The image {name} has {pixels} pixels, {most} at most. Cut it into tiles.",
                name=name,
                pixels=width * height,
                most=_MOST_PIXELS,
            )
    elif content[:3] != b"\xff\xd8\xff":
        raise InputError("The image {name} is not a JPEG. Take it again.", name=name)


def _set(folder: Path, fields: Any, frame: Frame) -> bytes:
    """The document; where a character has no glyph, it is named and the document set again."""
    for _ in range(_ROUNDS):
        try:
            return _compiled(folder, fields, frame)
        except typst.TypstError as error:
            told = str(getattr(error, "diagnostic", error))
            missing = {_unescaped(text) for text in _UNPRINTED.findall(told)}
            if not missing:
                if "failed to decode image" in told or "failed to process image" in told:
                    raise InputError("An image is broken: {error}. Take it again.", error=str(error)) from error
                raise
            pattern = _pattern_of(missing)
            fields = _mapped(fields, partial(pattern.sub, lambda found: _named(found[0])))
            frame = msgspec.structs.replace(frame, named=True)
    raise InputError("The document holds characters that can be neither printed nor named. Remove them.")


def _compiled(folder: Path, fields: Any, frame: Frame) -> bytes:
    made = frame.made_at
    told = {
        "language": frame.language,
        "named": frame.named,
        "made": [made.year, made.month, made.day, made.hour, made.minute, made.second],
    }
    return typst.compile(
        folder / _MAIN_NAME,
        root=folder,
        sys_inputs={"fields": json.dumps(fields, ensure_ascii=False), "frame": json.dumps(told)},
        ignore_system_fonts=True,
        package_path=folder,  # no template asks for a package; none of this machine's could answer
        package_cache_path=folder,
        pdf_standards=_STANDARD,
        timestamp=int(made.timestamp()),
    )


def _visible(value: Any) -> tuple[Any, bool]:
    """The value with texts made readable, and whether any character had to be named."""
    hidden = False

    def show(text: str) -> str:
        nonlocal hidden
        hidden = hidden or _HIDDEN.search(text.replace("\r", "\n")) is not None
        return readable(text)

    return _mapped(value, show), hidden


def _mapped(value: Any, change: Any) -> Any:
    """The same value with every text of it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _mapped(inner, change) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(inner, change) for inner in value]
    return value


def _pattern_of(missing: Iterable[str]) -> re.Pattern[str]:
    """What finds runs of texts that have no glyph, with what binds them."""
    letters = "".join(re.escape(text) for text in sorted(missing) if len(text) == 1 and text not in _JOINERS)
    longer = [re.escape(text) for text in sorted(missing, key=lambda text: (-len(text), text)) if len(text) > 1]
    parts = [*longer, *([f"[{letters}]"] if letters else [])] or [f"[{_JOINERS}]"]
    one = "|".join(parts)
    return re.compile(f"(?:{one})(?:{one}|[{_JOINERS}])*")


def _named(run: str) -> str:
    """A run of characters by their names: symbols in words, letters and controls by number."""
    shown = [letter for letter in run if letter not in _JOINERS] or list(run)
    return f"⟨{' '.join(_name_of(letter) for letter in shown) if len(shown) < 2 else _listed(shown)}⟩"


def _listed(letters: list[str]) -> str:
    return ", ".join(_name_of(letter) for letter in letters)


def _name_of(letter: str) -> str:
    symbol = unicodedata.category(letter) in ("So", "Sk", "Sm", "Sc", "Po", "No")
    return (unicodedata.name(letter, "").lower() if symbol else "") or f"U+{ord(letter):04X}"


def _with_cuts(found: re.Match[str]) -> str:
    word = found[0]
    return "\u200b".join(word[start : start + _PIECE] for start in range(0, len(word), _PIECE))


def _unescaped(text: str) -> str:
    """A text as the typesetter quotes it in an error, without its escapes."""

    def plain(found: re.Match[str]) -> str:
        return chr(int(found[1], 16)) if found[1] else _SIMPLE_ESCAPES.get(found[2], found[2])

    return _ESCAPE.sub(plain, text)
