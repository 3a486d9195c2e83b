"""Measure what ties passages to answers, and fail under the floors: `python -m eval.evidence`.

Pages of invented sentences, sent in five ways (HTML, JSON put in by a script, a payload inside a script, literals of a
script, attributes), are read line by line as they are, and with one thing forged in each line in turn. Everything is
drawn from seeds. Seeds 1 to 20 were looked at (what is written like a name was set on them); 21 to 60 are reported.
"""

from __future__ import annotations

import html
import json
import random
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from tests.evidence.make import FORGED, make_exchanges, make_recording
from tocsin.base.capture import Exchange, Recording
from tocsin.evidence.corroborate import Tie, TieStrength, corroborate, corroborate_page
from tocsin.evidence.pack import files_of

SEEDS = range(21, 61)
LINES = 30
MOST_S = 0.2  # for a page of 123 lines
MOST_BYTES = 1_000_000  # of a page of text alone
# Percent. Forged lines that were tied whole are never allowed.
FLOORS = {
    "honest lines tied whole": 100.0,
    "forged lines not tied whole": 100.0,
    "another number: untied": 99.0,
    "a negation put in: untied": 99.0,
    "another name: untied": 95.0,
    "another word: named": 99.0,
    "an invented line: untied": 99.0,
}
_NAMES = ("Alice", "Bruno", "Chloé", "Denis", "Maison Alba", "Lyon", "Nantes", "Odile", "Québec", "Toulouse")
_STARTS = ("Hier", "Depuis lundi", "À la boutique", "Sur le site", "Yesterday", "In the shop", "Last week")
_DEEDS = (
    "{name} m’a vendu {number} bagues abîmées pour {price},50 € sans un mot d’excuse",
    "{name} répond après {number} jours et demande encore {price} euros de plus",
    "j’ai attendu {number} semaines « mon » bracelet : {name} dit que c’est l’usine",
    "{name} sold me {number} broken rings & kept the {price} dollars",
    "{name} answered after {number} days, and asked for {price} more",
    "le bijou de {name} a noirci en {number} heures, il coûtait {price} € <neuf>",
)
_OTHERS = ("terriblement", "magnifique", "volontairement", "splendid", "fraudulent", "toujours")


def main() -> int:
    """Print each figure with its floor; return 1 if one is under it."""
    figures = _measured()
    took = _time_of_a_thread()
    size = sum(len(file.content) for file in files_of(make_recording(pictures=(), pdf=None, mhtml=None)))
    faults = [name for name, floor in FLOORS.items() if figures[name] < floor]
    for name, floor in FLOORS.items():
        print(f"{name:<32} {figures[name]:6.1f} %   floor {floor:.0f} %")
    print(f"{'a thread of 125 lines':<32} {took:6.3f} s   at most {MOST_S} s")
    print(f"{'its files, without pictures':<32} {size / 1000:6.0f} kB  at most {MOST_BYTES / 1000:.0f} kB")
    faults += ["time"] * (took > MOST_S) + ["size"] * (size > MOST_BYTES)
    print(f"under the floor: {', '.join(faults)}" if faults else "all above their floors")
    return 1 if faults else 0


def _measured() -> dict[str, float]:
    good: Counter[str] = Counter()
    seen: Counter[str] = Counter()

    def count(name: str, is_good: bool) -> None:
        seen[name] += 1
        good[name] += is_good

    for seed in SEEDS:
        draw = random.Random(seed)
        lines = [_line(draw) for _ in range(LINES)]
        recording = _WAYS[seed % len(_WAYS)](lines)
        for tie in corroborate(lines, recording):
            count("honest lines tied whole", tie.strength is TieStrength.WHOLE)
        forged = [(name, is_caught, line) for one in lines for name, line, is_caught in _forgeries(one, draw)]
        forged = [one for one in forged if one[2] not in lines]
        for (name, is_caught, _), tie in zip(forged, corroborate([one[2] for one in forged], recording), strict=True):
            count("forged lines not tied whole", tie.strength is not TieStrength.WHOLE)
            count(name, is_caught(tie))
    return {name: 100 * good[name] / seen[name] for name in seen}


def _line(draw: random.Random) -> str:
    deed = draw.choice(_DEEDS).format(
        name=draw.choice(_NAMES), number=draw.randint(2, 99), price=draw.randint(100, 999)
    )
    return f"{draw.choice(_STARTS)}, {deed}."


def _forgeries(line: str, draw: random.Random) -> Iterator[tuple[str, str, Callable[[Tie], bool]]]:
    """Yield what is measured, the forged line, and whether a tie of it is a catch."""
    digit = draw.choice([found.start() for found in re.finditer(r"\d", line)])
    other = draw.choice([one for one in "123456789" if one != line[digit]])
    yield "another number: untied", line[:digit] + other + line[digit + 1 :], _is_untied
    words = line.split(" ")
    place = draw.randrange(1, len(words))
    negation = draw.choice(["ne", "pas", "jamais", "not", "never"])
    yield "a negation put in: untied", " ".join([*words[:place], negation, *words[place:]]), _is_untied
    name = next(name for name in _NAMES if name in line)
    stranger = draw.choice([one for one in _NAMES if one.split()[-1] not in name])
    yield "another name: untied", line.replace(name, stranger), _is_untied
    plain = [at for at, word in enumerate(words) if word.isalpha() and word.islower() and len(word) > 3]
    word = draw.choice(_OTHERS)
    at = draw.choice(plain)
    yield (
        "another word: named",
        " ".join([*words[:at], word, *words[at + 1 :]]),
        lambda tie: tie.strength is not TieStrength.WHOLE and word in tie.missing,
    )
    yield "an invented line: untied", f"{name} {draw.choice(_OTHERS)} {FORGED}", _is_untied


def _is_untied(tie: Tie) -> bool:
    return tie.strength is TieStrength.NONE


def _answer(number: int, path: str, kind: str, body: str) -> Exchange:
    page = make_exchanges()[2]
    url = page.url if number == 2 else f"https://forum.example.org{path}"
    return msgspec.structs.replace(page, number=number, url=url, headers=(("content-type", kind),), body=body.encode())


def _of(*exchanges: Exchange) -> Recording:
    return make_recording(exchanges=exchanges)


def _in_html(lines: list[str]) -> Recording:
    body = "".join(f"<article><p><b>{html.escape(line[:9])}</b>{html.escape(line[9:])}</p></article>" for line in lines)
    return _of(_answer(2, "/", "text/html; charset=utf-8", f"<!DOCTYPE html><body>{body}"))


def _in_json(lines: list[str]) -> Recording:
    posts = json.dumps([{"id": place, "text": line} for place, line in enumerate(lines)])
    return _of(_answer(2, "/", "text/html", "<div id=app></div>"), _answer(3, "/api", "application/json", posts))


def _in_payload(lines: list[str]) -> Recording:
    inner = json.dumps([["$", "p", str(place), {"children": line}] for place, line in enumerate(lines)])
    script = f"self.__next_f.push([1,{json.dumps('5:' + inner)}])"
    return _of(_answer(2, "/", "text/html", f"<div></div><script>{script}</script>"))


def _in_literals(lines: list[str]) -> Recording:
    script = ";".join(f"t[{place}]='{_escaped(line)}'" for place, line in enumerate(lines))
    return _of(_answer(2, "/", "text/html", "<div></div>"), _answer(3, "/a.js", "text/javascript", script))


def _escaped(line: str) -> str:
    return "".join(letter if letter.isascii() else f"\\u{ord(letter):04x}" for letter in line.replace("'", "\\'"))


def _in_attributes(lines: list[str]) -> Recording:
    told = html.escape(json.dumps({"posts": lines}))
    return _of(_answer(2, "/", "text/html; charset=utf-8", f'<div id="app" data-props="{told}"></div>'))


_WAYS = (_in_html, _in_json, _in_payload, _in_literals, _in_attributes)


def _time_of_a_thread() -> float:
    recording = make_recording(text=f"{make_recording().text}\n{FORGED}")
    took = []
    for _ in range(5):
        start = time.perf_counter()
        corroborate_page(recording)
        took.append(time.perf_counter() - start)
    return statistics.median(took)


if __name__ == "__main__":
    sys.exit(main())
