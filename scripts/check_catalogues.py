"""Check that every text for people is in the French catalogue, whole and well written, and nothing else is."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from catalogues import LANGUAGES, faults_of, key_of, load
from sources import Text, reason_codes, reasons, table_codes, texts_of


def main() -> int:
    """Print each fault, one a line; return 1 if there is one."""
    texts, faults = texts_of()
    found = [f"{fault.place}: {fault.what}." for fault in faults]
    found += list(_reason_faults())
    for language in LANGUAGES:
        found += list(_language_faults(language, texts))
    print("\n".join(found) or f"{len({key_of(text) for text in texts})} texts, all translated.")
    return 1 if found else 0


def _language_faults(language: str, texts: list[Text]) -> Iterator[str]:
    catalogue = load(language)
    wanted = {text.one: text for text in texts}
    for text in wanted.values():
        message = catalogue.get(text.one)
        if message is None:
            yield f"{text.place}: {text.one!r} is not in the catalogue of {language}; run scripts/update_catalogues.py."
            continue
        for fault in faults_of(message):
            yield f"{text.place}: {text.one!r} in {language} {fault}."
    for message in catalogue:
        one = message.id[0] if isinstance(message.id, tuple) else message.id
        if one and one not in wanted:
            yield f"locale/{language}: {one!r} is no longer said anywhere; run scripts/update_catalogues.py."


def _reason_faults() -> Iterator[str]:
    table = reasons()
    for code, whole, place in (*reason_codes(), *table_codes()):
        known = code in table if whole else any(name.startswith(code) for name in table)
        if not known:
            yield f"{place}: the reason {code!r} has no words; add it to src/tocsin/flows/reasons.py."


if __name__ == "__main__":
    sys.exit(main())
