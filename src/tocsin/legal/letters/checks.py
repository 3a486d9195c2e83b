"""What keeps a letter from leaving: conditions that the law puts on each kind, the house rule of a second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tocsin.legal.count import add_months
from tocsin.legal.graduated import Circumstances, advise, situation_of
from tocsin.legal.grounds import load_grounds
from tocsin.legal.letters.facts import Facts, GroundRef
from tocsin.legal.letters.kinds import Kind

MOST_REPLY_LINES = 200  # LCEN 1-1 III and décret 2007-1527
LINE_CHARS = 100  # of one printed line, for counting those of a reply; décret 2007-1527 does not say: a wide one

_REPLY_MONTHS = 3
_COMPLAINT_MONTHS = 6

_PRESS = ("fr.1881.", "fr.penal.diffamation_non_publique", "fr.penal.injure_non_publique")
_NO_GROUND = "rumour"  # the situation of a letter for which no ground was chosen
_CIVIL = "_1240"
_PROTECTED_SPEAKERS = ("journalist", "publisher", "ngo", "union", "whistleblower", "reviewer")


def is_press(ground: str) -> bool:
    """Return whether a ground is one of press law: insult and defamation, public or not."""
    return ground.startswith(_PRESS)


def is_1240(ground: str) -> bool:
    """Return whether a ground rests on article 1240 of the Code civil."""
    return ground.startswith("fr.civil.") and ground.endswith(_CIVIL)


def second_person_wanted(facts: Facts) -> list[str]:
    """Return why a legal step needs a second person's reason that is not there, [] when it does not.

    By the graduated response: the exposure must be known and not below its threshold, or every ground chosen be of
    an urgent situation; else somebody other than who prepared the letter gives a reason.
    """
    reach = facts.reach
    around = Circumstances(readers=reach.people, credibility=reach.credibility, persistence=reach.persistence)
    advices = [advise(name, around) for name in _situations(facts)]
    if all(advice.situation.urgent for advice in advices):
        return []
    exposure = advices[0].exposure
    if exposure is not None and exposure >= advices[0].threshold:
        return []
    second = facts.second
    if second.name.strip() and second.reason.strip():
        first = facts.prepared_by or facts.sender.name
        return ["second_person_same"] if _same(second.name, first) else []
    return ["reach_unknown"] if exposure is None else ["reach_low"]


def _situations(facts: Facts) -> list[str]:
    """The situations that the chosen grounds lead to; that of a rumour for a ground of the sender's own, or none."""
    known = load_grounds().by_id
    named = [situation_of(ground.id) if ground.id in known else _NO_GROUND for ground in facts.grounds]
    return named or [_NO_GROUND]


def speaker_warning(form: Kind, facts: Facts) -> tuple[str, ...]:
    """Return the warning about those whom the law protects when they speak, for a legal step against one of them."""
    return ("protected_speaker",) if form.legal_step and facts.recipient.kind in _PROTECTED_SPEAKERS else ()


def reply_length(facts: Facts) -> list[str]:
    """Return what is wrong with the length of a reply: longer than the text it answers, or over 200 lines."""
    wrong = []
    lengths = [item.length_chars for item in facts.items if item.length_chars is not None]
    reply = facts.words.reply.strip()
    if lengths and len(reply) > max(lengths):
        wrong.append("reply_longer")
    if reply_lines(reply) > MOST_REPLY_LINES:
        wrong.append("reply_lines")
    return wrong


def reply_lines(reply: str) -> int:
    """Return how many lines a reply has when none is longer than LINE_CHARS.

    >>> reply_lines("a\\n" + "b" * 150)
    3
    """
    return sum(max(1, -(-len(line) // LINE_CHARS)) for line in reply.splitlines())


def _reply_in_time(facts: Facts) -> list[str]:
    """Three months from the first day online, date to date; the clocks say which later publication counts again."""
    firsts = [item.first_online for item in facts.items if item.first_online is not None]
    if facts.date is None or not firsts:
        return []
    return ["reply_late"] if facts.date > add_months(max(firsts), _REPLY_MONTHS) else []


def _reply_open(facts: Facts) -> list[str]:
    return ["reply_self_service"] if any(item.self_service_reply for item in facts.items) else []


def _good_faith(facts: Facts) -> list[str]:
    return [] if facts.good_faith else ["good_faith"]


def _exact_addresses(facts: Facts) -> list[str]:
    vague = [item for item in facts.items if item.url and not item.url.startswith(("http://", "https://"))]
    return ["address_not_exact"] if vague else []


def _email(facts: Facts) -> list[str]:
    name, at, host = facts.sender.email.strip().rpartition("@")
    return [] if not facts.sender.email or (name and at and "." in host and " " not in name + host) else ["email_wrong"]


def _natural_person(facts: Facts) -> list[str]:
    return [] if facts.sender.natural_person else ["natural_person"]


def one_qualification(grounds: Sequence[GroundRef]) -> list[str]:
    """Return which rule of one fact, one qualification is broken: two on the same words, one for all beside another."""
    wrong = []
    for index, ground in enumerate(grounds):
        for other in grounds[index + 1 :]:
            if not _overlap(ground.passage, other.passage):
                continue
            if is_press(ground.id) and is_press(other.id):
                wrong.append("two_press_grounds")
            elif (is_press(ground.id) and is_1240(other.id)) or (is_1240(ground.id) and is_press(other.id)):
                wrong.append("press_and_1240")
    return list(dict.fromkeys(wrong))


def _decision_in_time(facts: Facts) -> list[str]:
    taken = facts.decision.taken_on
    if taken is None or facts.date is None:
        return []
    return ["complaint_late"] if facts.date > add_months(taken, _COMPLAINT_MONTHS) else []


def _answer_date(facts: Facts) -> list[str]:
    if facts.reply_by is None or facts.date is None:
        return []
    return ["reply_by_past"] if facts.reply_by <= facts.date else []


# Which fact each of these asks a person to confirm.
CONFIRMED: Mapping[str, str] = {"good_faith": "good_faith", "natural_person": "sender.natural_person"}

CHECKS: Mapping[str, Callable[[Facts], list[str]]] = {
    "answer_date": _answer_date,
    "decision_in_time": _decision_in_time,
    "email": _email,
    "exact_addresses": _exact_addresses,
    "good_faith": _good_faith,
    "natural_person": _natural_person,
    "one_qualification": lambda facts: one_qualification(facts.grounds),
    "reply_in_time": _reply_in_time,
    "reply_length": reply_length,
    "reply_open": _reply_open,
}


def _overlap(one: str, other: str) -> bool:
    """Whether two grounds are for the same words: one inside the other, or one for all."""
    one, other = one.strip(), other.strip()
    return not one or not other or one in other or other in one


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
