"""Texts and queries made of the pieces that break matchers, from a seed."""

from __future__ import annotations

import random
import unicodedata

NAMES = ["Maison Alba", "alba", "L’Oréal", "cœur", "Darty", "SNCF", "boycott", "Œuvre d'été", "iPhone", "straße"]
NAMES += ["maison", "Alba Paris 2", "Southwest", "orange", "Orange", "кафе", "東京", "مقهى", "한국", "carrefour"]
NASTY = ["#MaisonAlba", "#BoycottMaisonAlba", "@maison_alba", "@_maisonalba_", "@SouthwestAir", "#maisonalba", "l'alba"]
NASTY += [
    "maison, alba",
    "maison\nalba",
    "Maison—Alba",
    "maison 😡 alba",
    "maison_alba",
    "e\u0301te\u0301",
    "ALBÂ",
    "albalone",
]
NASTY += ["jean@orange.fr", "https://maison-alba.example.org/darty?q=1", "❤️Darty", "1️⃣ alba", "\x00", "\ud83d", "\uffff"]
NASTY += [
    "\u202balba\u202c",
    "ｍａｉｓｏｎ",
    "𝐚𝐥𝐛𝐚",
    "ﬁn",
    "coeur",
    "CŒUR",
    "drty",
    "dartty",
    "datry",
    "dirty",
    "#SNCFBoycott2024",
]
NASTY += [
    "#Été2024Alba",
    "##alba",
    "a#MaisonAlba",
    "#maison_Alba",
    "@Orange",
    "#東京Alba",
    "東京alba",
    "カフェ",
    "ガス",
    "Кафе",
]
NASTY += [
    "مَقهى",
    "हिंदी",
    "½ alba",
    "alba²",
    "#Cafe\u0301Alba",
    "#" + "LongTag" * 9,
    "🏠#MaisonAlba",
    "❤️#MaisonAlba",
    "d’Alba",
]
NASTY += [
    "alba alba",
    "maison alba maison",
    "carefour",
    "carrefuor",
    "carrefourx",
    "ŒUVRE D ÉTÉ",
    "\u00adalba",
    "x\u0301",
    "\u0301",
]
NASTY += [
    "#_Alba",
    "# alba",
    "@",
    "#",
    "#\ufe0fMaisonAlba",
    "maison \x80 alba",
    "maison \uffff alba",
    "STRASSE",
    "İstanbul",
    "ǅ",
]
GLUE = [" ", " ", " ", ", ", "", "\n", " — ", "_", "'", ".", " 😀 ", "\t", "#", "@"]
FACTS = {"lang": ["fr", "en", None, "fr-CA"], "source": ["Presse", None], "platform": ["bluesky", "mastodon"]}
FACTS |= {
    "kind": ["post", "review"],
    "author": ["@Alice", "bruno", None],
    "stars": [None, 1, 3.0, 8],
    "stars_max": [None, 5, 10],
}
VALUES = {
    "lang": ["fr", "en"],
    "source": ["presse"],
    "platform": ["bluesky"],
    "kind": ["review"],
    "author": ["alice", "bruno"],
}


def make_text(rng: random.Random) -> str:
    pieces = []
    for _ in range(rng.randint(0, 9)):
        piece = rng.choice(NAMES if rng.random() < 0.4 else NASTY)
        change = rng.random()
        if change < 0.1:
            piece = piece.upper()
        elif change < 0.2:
            piece = unicodedata.normalize("NFD", piece)
        elif change < 0.25:
            piece = piece.title().replace(" ", "")
        elif change < 0.3 and len(piece) > 3:
            at = rng.randrange(len(piece))
            piece = piece[:at] + rng.choice(["", "x", piece[at] * 2, "é", "ж"]) + piece[at + 1 :]
        pieces += [piece, rng.choice(GLUE)]
    text = "".join(pieces)
    return "".join(char for char in text if char.isascii()) if rng.random() < 0.4 else text


def make_facts(rng: random.Random) -> dict:
    return {name: rng.choice(values) for name, values in FACTS.items()}


def make_query(rng: random.Random, depth: int = 3) -> tuple[str, tuple]:
    """Return a query as people type it and as the reference reads it."""
    kind = rng.choice(["term"] * 5 + ["and", "or", "not", "near", "field"]) if depth else "term"
    if kind == "term":
        return make_term(rng)
    if kind == "field":
        return make_field(rng)
    if kind == "near":
        sides = [make_side(rng), make_side(rng)]
        distance = rng.randint(1, 6)
        return f"{sides[0][0]} NEAR/{distance} {sides[1][0]}", ("near", sides[0][1], sides[1][1], distance)
    if kind == "not":
        text, node = make_query(rng, depth - 1)
        return f"NOT ({text})", ("not", node)
    parts = [make_query(rng, depth - 1) for _ in range(rng.randint(2, 3))]
    joint = rng.choice([" AND ", " "]) if kind == "and" else " OR "
    return joint.join(f"({text})" for text, _ in parts), (kind, *(node for _, node in parts))


def make_side(rng: random.Random) -> tuple[str, tuple]:
    if rng.random() < 0.7:
        return make_term(rng)
    parts = [make_term(rng), make_term(rng)]
    return f"({parts[0][0]} OR {parts[1][0]})", ("or", parts[0][1], parts[1][1])


def make_term(rng: random.Random) -> tuple[str, tuple]:
    sign = rng.choice(["", "", "", "", "#", "@"])
    in_title = rng.random() < 0.1
    before = "title:" if in_title else ""
    kind = rng.choice(["phrase"] * 4 + ["exact", "prefix", "fuzzy"])
    if kind in ("phrase", "exact"):
        raw = rng.choice(NAMES)
        equals = "=" if kind == "exact" else ""
        return f'{before}{equals}"{sign}{raw}"', ("term", kind, raw, sign, in_title)
    raw = rng.choice(["alb", "mai", "кафе", "boyc", "orange", "한국"] if kind == "prefix" else MISSPELT)
    return f"{before}{sign}{raw}{'*' if kind == 'prefix' else '~'}", ("term", kind, raw, sign, in_title)


MISSPELT = ["darty", "carrefour", "alba", "orange", "кафе", "maisonalba", "straße"]


def make_field(rng: random.Random) -> tuple[str, tuple]:
    if rng.random() < 0.3:
        comparison, value = rng.choice(["<", "<=", ">", ">=", "="]), rng.choice(["1", "3", "4"])
        return f"stars:{comparison}{value}", ("field", "stars", comparison, value)
    name = rng.choice(list(VALUES))
    value = rng.choice(VALUES[name])
    return f"{name}:{value}", ("field", name, "=", value)
