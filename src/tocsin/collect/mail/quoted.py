"""What a person wrote this time: a letter without what it answers, without its signature and its legal foot."""

from __future__ import annotations

import re

# "Le 3 nov. 2026 à 10:12, Alice <…> a écrit :" and its like; such a line is often folded, so up to four are joined.
_WROTE = re.compile(
    r"^\W{0,4}(?:"
    r"(?:le|on|am|el|op|den|il|em|w dniu|dnia|den|d\.)\b.{4,400}?"
    r"(?:a [ée]crit|wrote|schrieb|escribi[oó]|schreef|skrev|ha scritto|escreveu|napisa[łl]\(?a?\)?)\b(?:.{0,300}:)?"
    r"|(?:am|op)\b.{4,200}?\b(?:schrieb|schreef)\b.{0,300}?:"
    r"|on\b.{0,60}?\d{2,4}.{0,200}?(?:<[^<>\s]+@[^<>\s]+>|wrote):?"
    r"|\d{1,2}[. ].{4,60}?\b(?:skrev|kl\. ?\d\d?[:.]\d\d).{0,300}?:"
    r"|.{2,100}<[^<>\s]+@[^<>\s]+>\s*(?:a [ée]crit|wrote)\s*(?:\(.{0,60}\))?\s*:"
    r")\s*$",
    re.IGNORECASE | re.DOTALL,
)
_DAY_OR_ADDRESS = re.compile(r"\d|@")
_WROTE_START = re.compile(r"^\W{0,4}(?:le|on|am|el|op|den|il|em|w|dnia|\d{1,2}(?=[. ]))\b", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"^[\s>*_-]*(?:[-_]{2,}\s*)?(?:"
    r"(?:message d[’']origine|message original|message initial|original message|urspr[üu]ngliche nachricht|"
    r"mensaje original|messaggio originale|oorspronkelijk bericht|original appointment|"
    r"message (?:transf[ée]r[ée]|r[ée]exp[ée]di[ée])|forwarded message|begin forwarded message|"
    r"d[ée]but du message (?:r[ée]exp[ée]di[ée]|transf[ée]r[ée])|original message processed by .{1,30})"
    r")\s*:?[\s*_-]*$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^[\s*>]*(?:from|de|exp[ée]diteur|von|van|fra|fr[åa]n|da|od)\s*\*?\s*:\s*\*?\s*\S", re.IGNORECASE)
_OTHER_HEAD = re.compile(
    r"^[\s*>]*(?:sent|date|to|cc|subject|envoy[ée](?: le)?|[àa]|objet|sujet|copie|gesendet|datum|an|betreff|verzonden|"
    r"aan|onderwerp|sendt|til|emne|skickat|till|[äa]mne|enviado|para|asunto|inviato|oggetto|wys[łl]ano|do|temat)"
    r"\s*\*?\s*:",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*[_=*—–-]{10,}\s*$")
_SIGNATURE = re.compile(r"^\s*(?:--|—-|—|––)\s*$")
_SENT_FROM = re.compile(
    r"^\W{0,3}(?:envoy[ée]e?s? (?:de(?:puis)?|[àa] partir de|via|par)\b|sent (?:from|with|via)\b|get outlook for\b|"
    r"t[ée]l[ée]charge[rz] outlook pour\b|obtenez outlook pour\b|provenance\s*:\s*courrier|von meinem .{2,30} gesendet|"
    r"enviado desde|verstuurd vanaf|inviato da).{0,80}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\W{0,3}(?:(?:bien |tr[èe]s )?cordialement|sinc[èe]res salutations|salutations(?: distingu[ée]es)?|"
    r"(?:bien|amicalement) [àa] (?:vous|toi)|bonne (?:journ[ée]e|soir[ée]e|r[ée]ception)|cdlt|cdt|amicalement|"
    r"respectueusement|veuillez (?:agr[ée]er|recevoir|croire)\b.{0,160}|(?:best|kind|warm)?\s*regards|best wishes|"
    r"(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?|cheers|all the best|best|"
    r"(?:many )?thanks(?: in advance)?|thank you(?: in advance)?|mvh|med v[äa]nlig h[äa]lsning|hilsen|pozdrawiam|"
    r"met vriendelijke groet(?:en)?|mit freundlichen gr[üu][ßs]+en|mfg|saludos|cordiali saluti)\s*[,.!;]*\s*$",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"^[-/–]\s?[A-ZÀ-Þ][\w’'-]+(?: (?:[A-ZÀ-Þ]|d[aeiu] |van |von |le |la )[\w.’' -]*){0,3}$")
_LEGAL = re.compile(
    r"^\W{0,4}(?:ce (?:message|courriel|mail|courrier)\b.{0,80}\b(?:confidentiel|destin[ée]|pi[èe]ces? jointes?)|"
    r"this (?:e-?mail|message|communication)\b.{0,80}\b(?:confidential|intended|privileged|attachments?)|"
    r"avis de confidentialit[ée]|confidentiality notice|disclaimer\b|"
    r"(?:pensez [àa] l[’']environnement|please consider the environment|avant d[’']imprimer)|"
    r"(?:garanti )?sans virus\b.{0,40}avast|virus-free\b)",
    re.IGNORECASE,
)
_WARNING = re.compile(
    r"^\W{0,4}(?:caution|attention|external(?: e-?mail| sender)?|\[external\]|mail externe|expéditeur externe)\b.{0,40}"
    r"(?:originated|outside|extérieur|externe|external)",
    re.IGNORECASE,
)
_LIST_FOOT = re.compile(r"(?:mailing list|liste de diffusion|mailman/listinfo|unsubscribe|se d[ée]sinscrire)", re.I)
_LONGEST_LINE = 500  # a longer one announces nothing; which also bounds what hostile letters cost
_LONGEST_SIGNATURE = 12  # lines after a closing; longer ones are said, not signed


def said_now(text: str) -> str:
    """Return what the writer added this time, without quotes, signature, legal foot and warnings of the mail server.

    What answers between quoted lines stays. When nothing is left (a letter that only quotes), the text stays whole.

    >>> said_now("Toujours rien reçu.\\n\\nLe 3 nov. 2026 à 10:12, Alba <a@example.org> a écrit :\\n> Bonjour")
    'Toujours rien reçu.'
    """
    lines = [line.rstrip().replace("\u00a0", " ") for line in text.split("\n")]
    kept = _unsigned(_unquoted(_unwarned(lines)))
    said = _tidy(kept)
    return said or _tidy([line.lstrip("> ") for line in lines])


def quote_starts(lines: list[str], at: int) -> int:
    """Return how many lines at `at` announce a quoted or forwarded letter, 0 for none."""
    line = lines[at]
    if len(line) > _LONGEST_LINE:
        return 0
    if _SEPARATOR.match(line):
        return 1
    if _FROM.match(line) and _has_head(lines, at):
        return 1
    if _WROTE_START.match(line):
        for count in range(1, 5):
            joined = " ".join(one.strip() for one in lines[at : at + count])
            if len(joined) < 600 and _WROTE.match(joined) and _DAY_OR_ADDRESS.search(joined):
                return count
    return 0


def _has_head(lines: list[str], at: int) -> bool:
    """Return whether a second field of a letter's head follows within four lines."""
    return any(_OTHER_HEAD.match(line[:_LONGEST_LINE]) for line in lines[at + 1 : at + 5])


def _unwarned(lines: list[str]) -> list[str]:
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    return lines[first + 1 :] if lines and _WARNING.match(lines[first][:_LONGEST_LINE]) else lines


def _unquoted(lines: list[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith(">"):
            at += 1
            continue
        count = quote_starts(lines, at)
        if count and (any(one.strip() for one in kept) or _SEPARATOR.match(line) is None):
            following = next((one for one in lines[at + count :] if one.strip()), "")
            if not following.startswith(">"):
                if not any(one.strip() for one in kept):
                    return _after_head(lines, at + count)
                break
            at += count
            continue
        kept.append(line)
        at += 1
    return kept


def _after_head(lines: list[str], at: int) -> list[str]:
    """Return the letter below a head with which the text itself begins: nothing was said above it."""
    while at < len(lines) and (not lines[at].strip() or _is_head_line(lines[at])):
        at += 1
    return lines[at:]


def _is_head_line(line: str) -> bool:
    return len(line) <= _LONGEST_LINE and bool(_OTHER_HEAD.match(line) or _FROM.match(line))


def _unsigned(lines: list[str]) -> list[str]:
    is_begun = False
    for at, line in enumerate(lines):
        if not is_begun or len(line) > _LONGEST_LINE:
            is_begun = is_begun or bool(line.strip())
            continue
        if _SIGNATURE.match(line) or _SENT_FROM.match(line) or _LEGAL.match(line):
            return _without_closing(lines[:at])
        if _RULE.match(line) and _ends_with(lines[at + 1 :]):
            return _without_closing(lines[:at])
    return _without_closing(lines)


def _ends_with(rest: list[str]) -> bool:
    """Return whether what follows a drawn line is a foot: short, or of a list, or legal, or nothing."""
    said = [line[:_LONGEST_LINE] for line in rest if line.strip()]
    return len(said) <= _LONGEST_SIGNATURE or any(_LEGAL.match(line) or _LIST_FOOT.search(line) for line in said)


def _without_closing(lines: list[str]) -> list[str]:
    said = [at for at, line in enumerate(lines) if line.strip()]
    for at in reversed(said[1:]):
        after = sum(1 for one in said if one > at)
        if after > _LONGEST_SIGNATURE:
            break
        if (
            len(lines[at]) <= _LONGEST_LINE
            and _CLOSING.match(lines[at])
            and all(len(lines[one]) <= 100 for one in said if one > at)
        ):
            return _without_closing(lines[:at])
    if len(said) > 1 and _INITIALS.match(lines[said[-1]].strip()):
        return lines[: said[-1]]
    return lines


def _tidy(lines: list[str]) -> str:
    while lines and _RULE.match(lines[-1][:_LONGEST_LINE] or " "):
        lines = lines[:-1]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
