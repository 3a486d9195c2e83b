"""Give the grounds of a letter their names and articles from the packs, where the facts name them by id alone."""

from __future__ import annotations

import msgspec

from tocsin.base.errors import InputError
from tocsin.legal.grounds import load_grounds
from tocsin.legal.letters.facts import Facts


def named(facts: Facts, language: str) -> Facts:
    """Return the facts with the name and article of each ground; what the facts say themselves stays.

    Raises InputError for a ground that no pack has and that has no name or no article of its own.
    """
    known = load_grounds().by_id
    filled = []
    for ground in facts.grounds:
        pack = known.get(ground.id)
        if pack is None and not (ground.name.strip() and ground.article.strip()):
            raise InputError(
                "There is no ground {ground}: take an id that tocsin law lists, or give its name and its article.",
                ground=repr(ground.id),
            )
        filled.append(
            msgspec.structs.replace(
                ground,
                name=ground.name or (pack.name.say(language) if pack else ""),
                article=ground.article or (pack.article.say(language) if pack else ""),
            )
        )
    return msgspec.structs.replace(facts, grounds=tuple(filled))
