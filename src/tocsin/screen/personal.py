"""Find personal data in a text: where they stand and of what sort, never the data themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import phonenumbers
from stdnum import iban, luhn
from stdnum.exceptions import ValidationError
from stdnum.fr import nir

from tocsin.base.mention import PersonalData, PersonalKind, Span, TextField
from tocsin.base.text import fold_words
from tocsin.screen import tables
from tocsin.screen.tables.vocabulary import AFTER_DIGITS, CLOSING, ORDER, WAY, Columns

_REGIONS = ("FR", "BE", "CH", "GB", "US")
_MANY = 20  # kinds of data looked for stop there in one text: more is a list, and a person will see it

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/#.,])(?:\+|00)?\(?\d(?:[ .\-()/]{0,2}\d){7,14}(?!\w)")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,4})?(?!\w)")
_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?!\w)")
_SOCIAL = re.compile(r"(?<!\w)[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\w)", re.I)
_WAY_FR = (
    r"rue|avenue|av\.|boulevard|bd|place|impasse|chemin|allées?|quai|cours|route|square|passage|faubourg|lotissement"
)
_WAY_EN = r"street|st\.?|road|rd\.?|avenue|ave\.?|lane|drive|dr\.|boulevard|blvd|square|close|court|terrace|crescent"
_ADDRESS = re.compile(
    rf"\d(?<!\w\d)\d{{0,3}} ?(?:bis|ter|quater|[a-d])?,? "
    rf"(?:(?:{_WAY_FR})\s(?:[\w'’.-]+\s?){{1,6}}?(?:,?\s?\d{{5}}(?:\s[\w'’-]+)?|(?=[,.;!?\n]|$))"
    rf"|(?:[A-Z][\w'’.-]+ ){{1,3}}(?:{_WAY_EN})(?!\w)(?:,? [A-Z][\w ]{{1,20}}?,? [A-Z\d][A-Z\d ]{{3,8}})?)",
    re.I,
)
_ORDER = re.compile(
    r"\b(?:commandes?|cde|order|dossier|ticket|facture|invoice|booking|réservation|reservation|case|colis|tracking|suivi)\s*"
    r"(?:(?:numéro|numero|number|num|ref|réf|reference|référence|id|is|est)\b\.?\s*|n\s?[°ºo]\.?\s*|no\.\s*|#\s*|:\s*){0,3}"
    r"((?=[A-Z0-9-]*\d{2})[A-Z0-9][A-Z0-9-]{4,24})\b",
    re.I,
)
_TWO_DIGITS = re.compile(r"\d\d")  # in every order number
_SIGNATURE = re.compile(
    r"(?:cordialement|bien à vous|salutations|sincères salutations|bonne (?:journée|soirée)|signé|merci d'avance|"
    r"(?:kind |best |warm )?regards|sincerely|yours(?: truly| faithfully)?|cheers|signed)\s*[,.!:]?\s*\n?\s*"
    r"((?-i:[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’.-]*){0,3}))",
    re.I,
)


def find_personal_data(title: str, text: str, words: Sequence[str] | None = None) -> tuple[PersonalData, ...]:
    """Return where personal data stand in the title and text of a post, in order, none inside another.

    words: the folded words of both without links, when the caller has them already; they only spare work.
    Check digits are verified: cards by Luhn, IBAN by ISO 7064, social security numbers by their key, phones by the
    numbering plans of phonenumbers (France and neighbours for national forms). A name is only sought after a closing
    formula; an address needs a number and a sort of way. At most 20 a field.
    """
    if words is None:
        words = fold_words(f"{title} {text}")
    seen = frozenset(words)
    digits = sum([len(word) for word in words if word < AFTER_DIGITS])
    found = _in_field(TextField.TEXT, text, seen, digits)
    return (_in_field(TextField.TITLE, title, seen, digits) + found) if title else found


def may_hold_personal_data(columns: Columns) -> list[bool]:
    """Return for each text whether `find_personal_data` may find more than a mail address, without reading it again."""
    bits, digits = np.array(columns.bits, dtype=np.int64), np.array(columns.digits, dtype=np.int64)
    found = (digits >= _LEAST_DIGITS) | (bits & (CLOSING | ORDER) > 0) | ((bits & WAY > 0) & (digits > 0))
    return found.tolist()  # type: ignore[no-any-return]


def may_hold_email(text: str) -> bool:
    """Return whether an @ follows what may end a local part, and no space as in a handle; much cheaper to ask."""
    at = text.find("@")
    while at >= 0:
        if at and ((before := text[at - 1]).isalnum() or before in "_.+-"):
            return True
        at = text.find("@", at + 1)
    return False


def _in_field(field: TextField, text: str, words: frozenset[str], digits: int) -> tuple[PersonalData, ...]:
    """digits: how many characters the words that begin with a digit have, in the whole post."""
    taken: list[tuple[int, int, PersonalKind]] = []
    if may_hold_email(text):
        _take(taken, ((*m.span(), PersonalKind.EMAIL) for m in _EMAIL.finditer(text)))
    if digits >= _LEAST_DIGITS:
        for finder in (_ibans, _social_numbers, _cards):
            _take(taken, finder(text))
    if not tables.word_list("order").isdisjoint(words) and _TWO_DIGITS.search(text):
        _take(taken, _orders(text))
    if digits and not tables.word_list("way").isdisjoint(words):
        _take(taken, _addresses(text))
    if digits >= _LEAST_DIGITS:
        _take(taken, _phones(text))
    if not tables.word_list("closing").isdisjoint(words):
        _take(taken, ((*m.span(1), PersonalKind.SIGNATURE_NAME) for m in _SIGNATURE.finditer(text)))
    if not taken:
        return ()
    return tuple(
        PersonalData(kind=kind, span=Span(field=field, start=start, end=end))
        for start, end, kind in sorted(taken)[:_MANY]
    )


# What must stand among the folded words before a careful expression is worth its time.
_LEAST_DIGITS = 9


def _take(taken: list[tuple[int, int, PersonalKind]], found: Iterator[tuple[int, int, PersonalKind]]) -> None:
    """Keep what does not overlap what an earlier, surer finder took."""
    for start, end, kind in found:
        if all(end <= other[0] or start >= other[1] for other in taken):
            taken.append((start, end, kind))


def _ibans(text: str) -> Iterator[tuple[int, int, PersonalKind]]:
    for match in _IBAN.finditer(text):
        words = match[0].split(" ")
        for count in range(len(words), 0, -1):  # the words after an IBAN may look like part of it
            candidate = " ".join(words[:count])
            if _holds(iban.validate, candidate):
                yield match.start(), match.start() + len(candidate), PersonalKind.IBAN
                break


def _social_numbers(text: str) -> Iterator[tuple[int, int, PersonalKind]]:
    for match in _SOCIAL.finditer(text):
        if _holds(nir.validate, match[0]):
            yield *match.span(), PersonalKind.SOCIAL_SECURITY


def _cards(text: str) -> Iterator[tuple[int, int, PersonalKind]]:
    for match in _CARD.finditer(text):
        number = re.sub(r"\D", "", match[0])
        if number[0] in "23456" and len(set(number)) > 1 and luhn.is_valid(number):
            yield *match.span(), PersonalKind.CARD


def _orders(text: str) -> Iterator[tuple[int, int, PersonalKind]]:
    for match in _ORDER.finditer(text):
        yield *match.span(1), PersonalKind.ORDER_NUMBER


def _addresses(text: str) -> Iterator[tuple[int, int, PersonalKind]]:
    for match in _ADDRESS.finditer(text):
        yield match.start(), match.start() + len(match[0].rstrip(" ,.\n")), PersonalKind.ADDRESS


def _phones(text: str) -> Iterator[tuple[int, int, PersonalKind]]:
    for match in _PHONE.finditer(text):
        if sum(map(str.isdigit, match[0])) >= 9 and _is_phone(match[0]):
            yield *match.span(), PersonalKind.PHONE


def _is_phone(written: str) -> bool:
    for region in _REGIONS if not written.startswith(("+", "00")) else _REGIONS[:1]:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False


def _holds(validate: Callable[[str], str], written: str) -> bool:
    try:
        validate(written)
    except ValidationError:
        return False
    return True
