"""Candidate grounds in words: for lines without a database, and for pages that show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.kind import Kind
from tocsin.base.mention import KindScore, Reason, Verdict
from tocsin.base.post import Audience, PostKind
from tocsin.flows.i18n import Translator
from tocsin.flows.lines import BadLine
from tocsin.legal.graduated import Circumstances, advise, situation_of
from tocsin.legal.grounds.values import Target
from tocsin.legal.qualify import AuthorKind, Candidate, Facts, qualify, say_sign
from tocsin.screen.read import ReadInput, default_reader


class Qualified(msgspec.Struct, frozen=True, kw_only=True):
    """One line read: the object as it came, its facts, and the grounds looked at, nearest first.

    readers: how many saw it, None where the line does not say.
    """

    given: dict[str, Any]
    facts: Facts
    candidates: tuple[Candidate, ...]
    readers: int | None = None


class _Kind(msgspec.Struct):
    kind: Kind
    p: float = 1.0


class _Line(msgspec.Struct):
    text: str
    title: str = ""
    kind: PostKind = PostKind.POST
    kinds: list[_Kind] | None = None
    lang: str | None = None
    stars: float | None = None
    stars_max: float | None = None
    audience: Audience = Audience.PUBLIC
    author_kind: AuthorKind | None = None
    target: Target | None = None
    editorial: bool | None = None
    concerted: bool | None = None
    identity_copied: bool | None = None
    no_purchase: bool | None = None
    base_missing: bool | None = None
    inquiry: bool | None = None
    readers: Annotated[int, msgspec.Meta(ge=0)] | None = None


_decode_line = msgspec.json.Decoder(_Line).decode
_decode_keys = msgspec.json.Decoder(dict[str, Any]).decode


def qualify_lines(
    lines: Iterable[bytes], brands: Sequence[str] = (), packs: Sequence[str] = ("fr", "eu")
) -> Iterator[Qualified | BadLine]:
    """Yield each line with its candidates, as it comes; a BadLine for one that cannot be read; nothing for blank ones.

    A line is the text itself, or a JSON object with `text` and what is known around it (docs/en/law.md). Where `kinds`
    is not given, the first reading gives them.
    """
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if not stripped:
            continue
        try:
            read, given = _read(stripped)
        except msgspec.DecodeError as error:
            yield BadLine(number, str(error))
            continue
        except UnicodeDecodeError:
            yield BadLine(number, InputError("The line is not UTF-8; convert the file."))
            continue
        facts = _facts(read, brands)
        candidates = qualify(facts, packs=packs)
        yield Qualified(given=given, facts=facts, candidates=candidates, readers=read.readers)


def candidate_row(candidate: Candidate, t: Translator) -> dict[str, Any]:
    """Return a candidate in words, ready for JSON: for, against, elements, exclusions, conflicts, clocks, warnings."""
    ground, language = candidate.ground, t.language
    return {
        "ground": ground.id,
        "name": ground.name.say(language),
        "article": ground.article.say(language),
        "near": candidate.near,
        "p": candidate.p,
        "for": [_reason_row(reason, t) for reason in candidate.speaks if reason.weight > 0],
        "against": [_reason_row(reason, t) for reason in candidate.against],
        "elements": [
            {
                "element": reading.element.id,
                "ask": reading.element.ask.say(language),
                "state": reading.state.value,
                "because": [_reason_row(reason, t) for reason in reading.reasons],
            }
            for reading in candidate.elements
        ],
        "exclusions": [
            {
                "exclusion": reading.exclusion.id,
                "name": reading.exclusion.name.say(language),
                "says": reading.exclusion.says.say(language),
                "because": [_reason_row(reason, t) for reason in reading.reasons],
            }
            for reading in candidate.exclusions
        ],
        "conflicts": [
            {
                "other": conflict.other,
                "first": conflict.first,
                "same_words": conflict.same_words,
                "says": conflict.says.say(language),
                "source": conflict.source.title,
            }
            for conflict in candidate.conflicts
        ],
        "who": ground.who.say(language),
        "clocks": list(ground.clocks),
        "warnings": [trap.says.say(language) for trap in ground.traps],
    }


def response_row(found: Qualified, t: Translator) -> dict[str, Any] | None:
    """Return the usual steps for the nearest ground, in words; None where none is near."""
    near = next((candidate for candidate in found.candidates if candidate.near), None)
    if near is None:
        return None
    author = found.facts.author
    advice = advise(situation_of(near.ground.id, author=author), Circumstances(readers=found.readers, author=author))
    return {
        "situation": advice.situation.id,
        "name": advice.situation.name.say(t.language),
        "steps": [
            {"step": step.id, "says": step.says.say(t.language), "held": step.id in advice.held}
            for step in advice.steps
        ],
        "risk": advice.risk.value,
        "warnings": [warning.say(t.language) for warning in advice.warnings],
    }


def say_reason(reason: Reason, t: Translator) -> str:
    """Return what speaks for or against, with the words of the mention that made us think so."""
    if reason.code.startswith("kind."):
        return f"{say_sign(reason.code, t.language)} {t.reason(Reason(code=reason.code))}"
    return f"{say_sign(reason.code, t.language)} {t.quoted(reason.words)}".strip()


def _reason_row(reason: Reason, t: Translator) -> dict[str, Any]:
    return {"code": reason.code, "says": say_reason(reason, t), "words": list(reason.words), "weight": reason.weight}


def _read(line: bytes) -> tuple[_Line, dict[str, Any]]:
    if line.startswith(b"{"):
        return _decode_line(line), _decode_keys(line)
    text = line.decode("utf-8")
    return _Line(text=text), {"text": text}


def _facts(read: _Line, brands: Sequence[str]) -> Facts:
    verdict = _verdict(read, brands)
    kinds = verdict.kinds
    if read.kinds is not None:
        kinds = tuple(KindScore(kind=given.kind, p=given.p) for given in read.kinds)
    return Facts(
        text=read.text,
        title=read.title,
        language=verdict.language,
        kinds=kinds,
        personal=tuple(dict.fromkeys(found.kind for found in verdict.personal)),
        brand_names=tuple(brands),
        audience=read.audience,
        post_kind=read.kind,
        stars=read.stars,
        author=read.author_kind,
        target=read.target,
        editorial=read.editorial,
        concerted=read.concerted,
        identity_copied=read.identity_copied,
        no_purchase=read.no_purchase,
        base_missing=read.base_missing,
        inquiry=read.inquiry,
    )


def _verdict(read: _Line, brands: Sequence[str]) -> Verdict:
    asked = ReadInput(
        text=read.text,
        title=read.title,
        stars=read.stars,
        stars_max=read.stars_max,
        lang_claimed=read.lang,
        brand_names=tuple(brands),
    )
    return default_reader().read([asked])[0]
