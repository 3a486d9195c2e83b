"""Traps that a pattern alone cannot tell: what is absent, what contradicts itself, what the chosen ground forbids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from tocsin.legal.letters.checks import is_1240, is_press, one_qualification
from tocsin.legal.letters.facts import GroundRef
from tocsin.legal.letters.lint.reading import Reading, folded
from tocsin.legal.letters.values import LetterKind


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A text with what is known of it; see `lint`."""

    reading: Reading
    kind: LetterKind | None
    grounds: tuple[GroundRef, ...]
    passages: tuple[str, ...]
    own: tuple[str, ...]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a trap is; 0, 0 for what is absent. said: what fills its sentence, by language."""

    start: int = 0
    end: int = 0
    said: Mapping[str, Mapping[str, str]] = {}


_HONOUR = re.compile(
    r"\b(?:diffamatoires?|diffamation|calomni\w+|defamatory|defamation|libell?ous|slanderous)\b"
    r"|\b(?:atteinte\s+a\s+)?(?:l'|notre\s+|mon\s+|son\s+|sa\s+|our\s+|my\s+)?(?:honneur|consideration|honour)\b"
)


def _honour_words(case: Case) -> Iterator[Place]:
    """Words of honour where every ground chosen is article 1240."""
    if case.grounds and all(is_1240(ground.id) for ground in case.grounds):
        for match in _HONOUR.finditer(case.reading.own):
            yield Place(start=match.start(), end=match.end())


def _two_press_grounds(case: Case) -> Iterator[Place]:
    if "two_press_grounds" in one_qualification(case.grounds):
        yield Place()


def _press_and_1240(case: Case) -> Iterator[Place]:
    if "press_and_1240" in one_qualification(case.grounds):
        yield Place()


_SUMMONS = re.compile(
    r"^[ \t]*(?:#+ |objet\s*: |subject\s*: )?"
    r"(?:assignation\b|citation\s+(?:directe|a\s+comparaitre)\b|summons\b|writ\b)",
    re.MULTILINE,
)
_PARTS: tuple[tuple[str, str, str, bool], ...] = (
    (
        r"29\s+juillet\s+1881|29\s+july\s+1881|loi\s+de\s+1881|act\s+of\s+1881|1881\s+act",
        "la loi du 29 juillet 1881",
        "the act of 29 July 1881",
        True,
    ),
    (r"\bart(?:icles?|\.)\s*\d+", "l’article de loi qui fonde la poursuite", "the article the action rests on", True),
    (
        r"\b(?:diffamation|injures?|provocation|defamation|insult)\b",
        "la qualification du fait",
        "the qualification of the fact",
        True,
    ),
    (
        r"\b(?:elit|elisant|elire|election\s+de|elu)\s+domicile|\bdomicile\s+(?:est\s+)?elu|\belects?\s+domicile",
        "l’élection de domicile dans la ville de la juridiction",
        "the election of domicile in the town of the court",
        True,
    ),
    (
        r"\b(?:notifi|denonc|signifi|serv)\w*[^.!?]{0,120}(?:ministere\s+public|procureur|prosecutor)"
        r"|(?:ministere\s+public|procureur|prosecutor)[^.!?]{0,120}\b(?:notifi|denonc|signifi|serv)\w*",
        "la notification au ministère public",
        "notification to the prosecutor",
        False,
    ),
)
_QUOTES_HELD = re.compile(r"[«“\"]")
_SIGNED = re.compile(r"\bsign(?:e|ee|ature|ed)\b")


def _art53(case: Case) -> Iterator[Place]:
    """The parts that a press act lacks. A complaint is not notified to the prosecutor, and must be signed."""
    summons = _SUMMONS.search(case.reading.plain) is not None
    complaint = case.kind is LetterKind.COMPLAINT_CIVIL_PARTY
    press = any(is_press(ground.id) for ground in case.grounds)
    press = press or re.search(r"\b1881\b|\bdiffam|\bdefam", case.reading.plain) is not None
    if not press or not (summons or complaint):
        return
    for pattern, fr, en, in_complaint in _PARTS:
        if (summons or in_complaint) and not re.search(pattern, case.reading.plain):
            yield _lacking(fr, en)
    if not _QUOTES_HELD.search(case.reading.text):
        yield _lacking("les propos poursuivis, cités entre guillemets", "the words prosecuted, between quotation marks")
    if complaint and not _SIGNED.search(case.reading.plain):
        yield _lacking("la signature", "the signature")


def _lacking(fr: str, en: str) -> Place:
    return Place(said={"fr": {"part": fr}, "en": {"part": en}})


_TITLE = re.compile(
    r"^[ \t]*(?:(?:objet|subject|titre|title|re)\s*:|#+ )[ \t]*(.+(?:\n(?!\s*\n)[ \t]*\S.*)?)", re.MULTILINE
)
_ANY_WORD = r"[a-z0-9']+"
_WORD = re.compile(r"[a-z0-9]{4,}")
_STEM = 6
_SHARED_WORDS = 3
_RUN = 4
_COMMON = frozenset(("avec", "cette", "dans", "elle", "elles", "leur", "leurs", "mais", "nous", "pour", "sans", "sont"))
_COMMON |= frozenset(("tout", "vous", "that", "their", "them", "they", "this", "with", "your"))


def _title_repeats(case: Case) -> Iterator[Place]:
    """A title that holds four words of a claim in a row, or three of its words that are half of the title."""
    claims = [folded(passage) for passage in case.passages] + list(case.reading.quoted)
    for match in _TITLE.finditer(case.reading.plain):
        title = match[1]
        words = re.findall(_ANY_WORD, title)
        stems = {word[:_STEM] for word in _WORD.findall(title) if word not in _COMMON}
        runs = [" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)]
        if any(_repeats(claim, stems, runs) for claim in claims):
            yield Place(start=match.start(1), end=match.end(1))


def _repeats(claim: str, stems: set[str], runs: list[str]) -> bool:
    """Whether a title, by its stems and its runs of words, says a claim again."""
    said = f" {' '.join(re.findall(_ANY_WORD, claim))} "
    shared = stems & {word[:_STEM] for word in _WORD.findall(claim) if word not in _COMMON}
    return any(f" {run} " in said for run in runs) or (len(shared) >= _SHARED_WORDS and 2 * len(shared) >= len(stems))


_PUBLIC = (LetterKind.REVIEW_ANSWER, LetterKind.RIGHT_OF_REPLY)
_PERSONAL = (
    re.compile(r"(?<![\w.])[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}"),
    re.compile(r"(?<!\d)(?:\+33|0033|0)\s?[1-9](?:[ .-]?\d{2}){4}(?!\d)"),
    re.compile(r"\b[a-z]{2}\d{2}(?:\s?[a-z0-9]{4}){3,7}\b"),
    re.compile(
        r"\b(?:commande|facture|reservation|dossier|order|invoice|booking)\s*(?:n[o°.]|no\.?|numero|number|#)?\s*#?\s*[a-z]{0,4}-?\d{4,}"
    ),
    re.compile(r"\b(?:domicilie|demeurant|habitant|residant)e?s?\s+(?:a|au|rue|\d)|\b(?:living|residing|lives)\s+at\b"),
    re.compile(r"\b(?:nee?\s+le|born\s+on)\s+\d"),
)
_DESK = re.compile(
    r"(?:contact|service|support|info|bonjour|hello|help|aide|clients?|customers?|sav|care|press[e]?)[\w.-]*@"
)


def _personal_data(case: Case) -> Iterator[Place]:
    """In what the public will read: addresses, telephones, accounts, orders, births that are not the sender's own."""
    if case.kind not in _PUBLIC:
        return
    own = [_bare(folded(value)) for value in case.own if value.strip()]
    start = _reply_start(case)
    for pattern in _PERSONAL:
        for match in pattern.finditer(case.reading.plain, start):
            if _DESK.match(match[0]) or any(_bare(match[0]) in value or value in _bare(match[0]) for value in own):
                continue
            yield Place(start=match.start(), end=match.end())


def _reply_start(case: Case) -> int:
    """Where the text for the public begins: an answer is all of it, a letter holds it after its heading."""
    if case.kind is not LetterKind.RIGHT_OF_REPLY:
        return 0
    match = re.search(
        r"^(?:la\s+reponse\s+a\s+inserer|the\s+reply\s+to\s+insert)\s*$", case.reading.plain, re.MULTILINE
    )
    return match.end() if match else 0


def _bare(text: str) -> str:
    return re.sub(r"[\s.-]", "", text)


_NUMBERS = {
    word: value
    for value, words in {
        1: "un une one", 2: "deux two", 3: "trois three", 4: "quatre four", 5: "cinq five", 6: "six", 7: "sept seven",
        8: "huit eight", 10: "dix ten", 14: "quatorze fourteen", 15: "quinze fifteen", 24: "vingt-quatre",
        30: "trente thirty", 48: "quarante-huit", 72: "soixante-douze",
    }.items()
    for word in words.split()
}  # fmt: skip
_HOURS = {"h": 1, "j": 24, "d": 24, "s": 168, "w": 168, "m": 720}
_DELAY = re.compile(
    r"\b(?:sous|d'ici(?:\s+a)?|dans(?:\s+un\s+delai\s+de|\s+les)?|within|in\s+the\s+next)\s+"
    rf"(\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\s*(?:\(\d+\)\s*)?"
    r"(heures?|jours?|semaines?|mois|hours?|days?|weeks?|months?)\b"
)
_DEMAND = re.compile(
    r"\b(?:mets|mettons)\s+en\s+demeure|\b(?:demand|exig)(?:e|ons)\b|\b(?:retir|supprim|effac|repond|rectifi|cess|publi|vers|pay)"
    r"(?:er|ez|re|iez)\b|\b(?:formal\s+notice|remove|delete|take\s+down|answer|correct|cease|demand|require|ask)\b"
)
_LAW = re.compile(
    r"\bart(?:icles?|\.)\s*[lr]?\.?\s*\d|\bloi\s+(?:no|du)\b|\bcode\s+(?:penal|civil|de)\b|\breglement\s+\(|\bact\s+of\b"
    r"|\bregulation\s+\(|\b1881\b|\bpenal\s+code\b|\bcivil\s+code\b"
)
_GROUNDED = (LetterKind.FORMAL_NOTICE, LetterKind.SEARCH_REMOVAL, LetterKind.COMPLAINT, LetterKind.PLATFORM_NOTICE)


def _deadlines(case: Case) -> Iterator[Place]:
    """Two demands of different lengths; a length that the sentence ties to a text of law is that of the law."""
    first, first_words = None, ""
    for start, sentence in case.reading.sentences():
        if not _DEMAND.search(sentence) or _LAW.search(sentence):
            continue
        for match in _DELAY.finditer(sentence):
            place = Place(start=start + match.start(), end=start + match.end())
            words = " ".join(case.reading.text[place.start : place.end].split())
            if first is None:
                first, first_words = match, words
            elif _hours(match) != _hours(first):
                told = {"first": first_words, "second": words}
                yield msgspec.structs.replace(place, said={"fr": told, "en": told})
                return


def _hours(match: re.Match[str]) -> int:
    count = int(match[1]) if match[1].isdigit() else _NUMBERS[match[1]]
    return count * _HOURS[match[2][0]]


def _demand_without_ground(case: Case) -> Iterator[Place]:
    if case.kind not in _GROUNDED or case.grounds or _LAW.search(case.reading.own):
        return
    match = _DEMAND.search(case.reading.own)
    if match:
        yield Place(start=match.start(), end=match.end())


SPECIAL: Mapping[str, Callable[[Case], Iterator[Place]]] = {
    "art53_missing": _art53,
    "deadlines_contradict": _deadlines,
    "demand_without_ground": _demand_without_ground,
    "honour_words_on_1240": _honour_words,
    "personal_data": _personal_data,
    "press_and_1240": _press_and_1240,
    "title_repeats_claim": _title_repeats,
    "two_press_grounds": _two_press_grounds,
}
