"""Bring the catalogues up to the sources: add what is new, empty; drop what is no longer said; keep what is translated.

With a file of JSON lines {"key": …, "fr": … or [singular, plural]} as argument, fill in those translations too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from catalogues import LANGUAGES, key_of, load, save
from sources import texts_of


def main(names: list[str]) -> int:
    """Rewrite the catalogues and say how many entries wait for a translator."""
    texts, _ = texts_of()
    given = _given(names)
    for language in LANGUAGES:
        old = load(language)
        new = Catalog(locale=language, project="tocsin", charset="utf-8")
        for text in sorted(texts, key=lambda text: (text.many is None, text.one)):
            if new.get(text.one) is not None:
                continue
            known = old.get(text.one)
            empty: str | tuple[str, ...] = "" if text.many is None else ("", "")
            string = given.get((language, text.one)) or (known.string if known else empty)
            if isinstance(string, tuple) != isinstance(empty, tuple):
                string = empty
            new.add(key_of(text), string, locations=[(text.place.partition(":")[0], 0)])
        save(language, new)
        waiting = sum(1 for message in new if message.id and not _is_whole(message.string))
        print(f"{language}: {len(new)} texts, {waiting} wait for a translation.")
    return 0


def _is_whole(string: str | tuple[str, ...] | list[str]) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def _given(names: list[str]) -> dict[tuple[str, str], str | tuple[str, ...]]:
    given: dict[tuple[str, str], str | tuple[str, ...]] = {}
    for name in names:
        for line in Path(name).read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            for language in set(entry) - {"key"}:
                value = entry[language]
                given[language, entry["key"]] = tuple(value) if isinstance(value, list) else value
    return given


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
