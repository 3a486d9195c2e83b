"""Notices of platforms: who said what about the owner's page, with how many stars, and where."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import msgspec

from tocsin.base.html import read_html
from tocsin.base.post import Author, Post, PostKind
from tocsin.base.url import canonical_url, host_of
from tocsin.collect.mail.letter import LetterRead, links_in
from tocsin.collect.mail.post import MailPlace, letter_id, when
from tocsin.collect.mail.senders.table import Sender
from tocsin.collect.sanitise import clean_text

_NUMBERS = {
    "un": 1, "une": 1, "one": 1, "deux": 2, "two": 2, "trois": 3, "three": 3, "quatre": 4, "four": 4, "cinq": 5,
    "five": 5,
}  # fmt: skip
_OUT_OF = re.compile(r"\b(\d{1,2}(?:[.,]\d)?)\s*(?:/|sur|out of|of)\s*(5|10|20)\b", re.IGNORECASE)
_COUNTED = re.compile(rf"\b(\d(?:[.,]\d)?|{'|'.join(_NUMBERS)})[\s-]*(?:étoiles?|etoiles?|stars?)\b", re.IGNORECASE)
_DRAWN = re.compile(r"([★⭐🌟])\ufe0f?(?:\s?[★⭐🌟]\ufe0f?){0,9}")
_SCORE = re.compile(r"\b(?:note|score|rating)\s*:\s*(\d(?:[.,]\d)?)\b", re.IGNORECASE)
_AVERAGE = re.compile(r"moyenne|average|overall|globale?\b", re.IGNORECASE)
_IMAGE = re.compile(r"""<img\b[^<>]*?\balt\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')[^<>]*>""", re.IGNORECASE)
_STAR_WORDS = re.compile(r"[★☆⭐]|étoile|etoile|star|\d\s*(?:/|sur|out of)\s*5", re.IGNORECASE)
_LINK_START, _LINK_END = "\ue000", "\ue001"  # around the words of links, of which buttons are made
_ANCHOR = re.compile(r"(<a\b[^<>]*>)(.{0,1000}?)(</a\s*>)", re.IGNORECASE | re.DOTALL)
_LINK_LINE = re.compile(rf"^[\W_]*{_LINK_START}[^{_LINK_END}]*{_LINK_END}[\W_]*$")
_ADDRESS_LINE = re.compile(r"^.{0,60}?[<(\[]?https?://\S+[>)\]]?\s*$")
_BUTTON = re.compile(
    r"^\W*(?:r[ée]pond(?:re|ez)|lire|voir|afficher|consulte[rz]|g[ée]re[rz]|acc[ée]de[rz]|publie[rz]|signale[rz]|ouvrir|"
    r"reply|respond|read|see|view|show|manage|go to|open|report|learn more|en savoir plus)\b[^.!?…]{0,45}\W*$",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"^\W*(?:©|vous (?:avez re[çc]u|recevez) (?:ce|cet)|you (?:have )?(?:received|are receiving|received)|"
    r"this (?:e-?mail|message) was|ce(?:t e-?mail| message| courriel) (?:a [ée]t[ée]|vous a)|se d[ée]sabonner|"
    r"se d[ée]sinscrire|pour (?:ne plus|modifier|vous d[ée]sinscrire)|unsubscribe|to unsubscribe|don[’']t want|"
    r"l[’'][ée]quipe\b|the .{1,30} team|google (?:llc|ireland)|meta platforms|facebook, inc|linkedin (?:ireland|corp)|"
    r"trustpilot a/s|cordialement|[àa] bient[ôo]t|merci,?$|thanks,?$|best regards|votre r[ée]ponse|your reply|"
    r"conseils?\b.{0,40}:|tips?\b.{0,40}:|r[ée]pondez (?:[àa]|rapidement)|pour r[ée]pondre)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\W*(?:bonjour|bonsoir|hi|hello|dear|ch[eè]re?)\b.{0,60}$|"
    r"^\W*(?:(?:nouvel|nouveau|new)\b.{0,80}|vous avez (?:re[çc]u|un)\b.{0,120}|"
    r"you(?: have|[’']ve)? (?:got|received|have)\b.{0,120}|"
    r"(?:note|rating|score|avis|review|commentaire|comment|date|auteur|author)\s*:?\s*)$|"
    r"^\W*(?:(?:le |on )?(?:lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun)?\w*\.?,?\s*\d{1,2}[ /.]"
    r"[\w.é û]{1,10}[ /.,]{1,2}\d{4}.{0,25}|il y a .{1,20}|.{1,20} ago|[àa] l[’']instant|just now)\W*$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"«\s*(.{2,5000}?)\s*»|“(.{2,5000}?)”|(?<!\w)\"(.{2,5000}?)\"(?!\w)", re.DOTALL)
_SETTINGS = re.compile(
    r"unsubscribe|desabonn|desinscri|settings|preferences|/help|/aide|support\.|policies|privacy|confidentialit|/legal|"
    r"/terms|notification",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"\b\w\.$")
_QUERY = re.compile(r"(https?://[^\s<>\"?#]+)[?#][^\s<>\"]*")


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice tells; "" and None for what it does not."""

    author: str = ""
    stars: float | None = None
    stars_max: float = 5.0
    text: str = ""
    url: str | None = None
    is_announced: bool = False  # its subject is one of those that announce something said

    def is_understood(self, kind: PostKind) -> bool:
        """Return whether enough was found: who and what, or what and how many stars, or who and how many stars."""
        if kind is PostKind.REVIEW:
            return (self.stars is not None and bool(self.text or self.author)) or (
                self.is_announced and bool(self.text and self.author)
            )
        return self.is_announced and bool(self.text and self.author)


def read_notice(letter: LetterRead, sender: Sender) -> Notice:
    """Return what a letter of a platform tells, as far as it can be found."""
    author, is_announced = _subject(letter.subject, sender)
    lines = _lines(letter)
    author = author or next((found for line in lines if (found := _author(line, sender))), "")
    text, lead = _said(lines, author, sender)
    # Some write the score below what was said: there, only a line that holds nothing else is one.
    scores = [bare for line in lines if _is_score(bare := _bare(line))]
    stars, stars_max = _stars([letter.subject, *lead, *scores])
    return Notice(
        author=author,
        stars=stars,
        stars_max=stars_max or sender.stars_max,
        text=text,
        url=_url(letter, sender),
        is_announced=is_announced,
    )


def notice_post(letter: LetterRead, notice: Notice, sender: Sender, place: MailPlace) -> Post:
    """Return what was said, as a post of its platform."""
    created_at, doubt = when(letter.sent_at, place)
    is_review = notice.stars is not None
    return Post(
        platform=sender.platform,
        native_id=f"mid:{letter_id(letter)}",
        kind=PostKind.REVIEW if is_review else sender.kind,
        url=notice.url,
        author=Author(platform=sender.platform, handle=notice.author, name=notice.author) if notice.author else None,
        created_at=created_at,
        seen_at=place.seen_at,
        time_doubt=doubt,
        text=notice.text,
        stars=notice.stars,
        stars_max=notice.stars_max if is_review else None,
    )


def without_marks(post: Post) -> Post:
    """Return a letter of a platform without what follows `?` in its addresses: some of it signs its reader in."""
    links = tuple(dict.fromkeys(_QUERY.sub(r"\1", link) for link in post.links))
    return msgspec.structs.replace(post, text=_QUERY.sub(r"\1", post.text), links=links)


def _subject(subject: str, sender: Sender) -> tuple[str, bool]:
    for pattern in sender.subjects:
        match = re.search(pattern, subject, re.IGNORECASE)
        if match is not None:
            return _name(match.groupdict().get("author") or ""), True
    return "", False


def _author(line: str, sender: Sender) -> str:
    bare = _bare(line)
    for pattern in sender.authors:
        match = re.search(pattern, bare, re.IGNORECASE)
        if match is not None:
            return _name(match.group("author"))
    return ""


def _name(written: str) -> str:
    name = " ".join(written.split()).strip(" :,;«»“”\"'[]()").removeprefix("@")[:100]
    return name if _INITIAL.search(name) else name.rstrip(".")


def _lines(letter: LetterRead) -> list[str]:
    """Return the lines of the letter, links between marks, pictures of stars as their description."""
    if not letter.html:
        return [" ".join(line.split()) for line in letter.text.split("\n")]
    html = _IMAGE.sub(_described, letter.html)
    html = _ANCHOR.sub(rf"\1{_LINK_START}\2{_LINK_END}\3", html)
    return [" ".join(line.split()) for line in clean_text(html).split("\n")]


def _described(image: re.Match[str]) -> str:
    words = unescape(image[1] or image[2] or "")
    return f" {words} " if _STAR_WORDS.search(words) and len(words) < 60 else image.group()


def _said(lines: list[str], author: str, sender: Sender) -> tuple[str, list[str]]:
    """Return what was said and the lines before it: who, when, how many stars."""
    lead: list[str] = []
    said: list[str] = []
    for number, line in enumerate(lines):
        bare = _bare(line)
        if not bare:
            if said:
                said.append("")
            continue
        if not said and (leads := _leads(line, bare, author, sender)):
            lead.append(bare)
            quoted = _QUOTED.search("\n".join(map(_bare, lines[number : number + 60])))
            if leads == 2 and quoted is not None and _opens(bare):
                return _inside(quoted), lead
            continue
        if said and _is_score(bare):
            break
        if _ends(line, bare) and (said or not lead):
            if said:
                break
            lead.append(bare)
            continue
        if not lead:
            continue
        said.append(bare)
    return _unquoted("\n".join(said).strip()), lead


def _leads(line: str, bare: str, author: str, sender: Sender) -> int:
    """Return 2 for a line that says who said something, 1 for another line before what was said, else 0."""
    if _author(line, sender):
        return 2
    if author and bare.lower().strip(" :,.") in (author.lower(), f"@{author.lower()}", f"de {author.lower()}"):
        return 1
    if _LEAD.match(bare):
        return 1
    if _is_score(bare):
        return 1
    # A line that is a link comes before what was said: the name of the page, the video, the place.
    return 1 if _LINK_LINE.match(line) or _ADDRESS_LINE.match(bare) else 0


def _is_score(bare: str) -> bool:
    rest = bare
    for pattern in (_OUT_OF, _COUNTED, _DRAWN, _SCORE):
        rest = pattern.sub("", rest)
    return rest != bare and len(re.findall(r"\w{2,}", rest)) <= 3


def _opens(bare: str) -> bool:
    return any(mark in bare for mark in '«“"')


def _ends(line: str, bare: str) -> bool:
    return bool(_LINK_LINE.match(line) or _ADDRESS_LINE.match(bare) or _BUTTON.match(bare) or _FOOT.match(bare))


def _bare(line: str) -> str:
    return line.replace(_LINK_START, "").replace(_LINK_END, "").strip()


def _unquoted(text: str) -> str:
    match = _QUOTED.fullmatch(text)
    if match is not None:
        return _inside(match)
    return re.sub(r"\n{3,}", "\n\n", text)


def _inside(quoted: re.Match[str]) -> str:
    return next(group for group in map(str, filter(None, quoted.groups()))).strip()


def _stars(lines: list[str]) -> tuple[float | None, float | None]:
    """Return the stars and of how many, from the lines before what was said; averages are not of this review."""
    for line in lines:
        if _AVERAGE.search(line):
            continue
        if match := _OUT_OF.search(line):
            value, most = float(match[1].replace(",", ".")), float(match[2])
            if value <= most:
                return value, most
        if match := _COUNTED.search(line):
            written = match[1].lower()
            value = float(_NUMBERS.get(written) or written.replace(",", "."))
            if value <= 5:
                return value, None
        if match := _DRAWN.search(line):
            drawn = len(re.findall("[★⭐🌟]", match.group()))
            if drawn <= 5:
                return float(drawn), None
        if match := _SCORE.search(line):
            value = float(match[1].replace(",", "."))
            if value <= 5:
                return value, None
    return None, None


def _url(letter: LetterRead, sender: Sender) -> str | None:
    """Return the address of what was said: one of the table's forms, else the first of the platform, or None."""
    written = (*read_html(letter.html).links, *links_in(letter.text))
    links = [url for one in written if (url := _unwrapped(one)) is not None and sender.owns(host_of(url))]
    for pattern in sender.links:
        for link in links:
            if re.search(pattern, link) is not None:
                return _without_query(link, sender)
    return next((_without_query(link, sender) for link in links if not _SETTINGS.search(link)), None)


def _unwrapped(url: str) -> str | None:
    """Return where an address leads that carries its target in its query, else the address itself."""
    try:
        parts = urlsplit(url)
        fields = parse_qs(parts.query)
    except ValueError:
        return None
    page, _, rest = parts.query.partition("&")
    if parts.path == "/n/" and page and "=" not in page:
        # Facebook writes the page as the first word of the query.
        return canonical_url(parts._replace(path=f"/{page.strip('/')}", query=rest).geturl())
    for name in ("u", "url", "q", "redirect", "redirect_url", "redirectUrl", "target", "continue", "next"):
        target = fields.get(name, [""])[0]
        if target.startswith(("http://", "https://")):
            return canonical_url(target)
    return canonical_url(url)


def _without_query(url: str, sender: Sender) -> str:
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name in sender.params]
    return canonical_url(parts._replace(query=urlencode(kept), fragment="").geturl()) or url
