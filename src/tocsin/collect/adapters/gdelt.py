"""GDELT: articles of the press of the world of the last three months, found by words through its document search."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from tocsin.base.errors import SourceError
from tocsin.base.post import Media, Post, PostKind
from tocsin.base.url import canonical_url
from tocsin.collect.about import About, Checked, Choice, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Done, Page, Reject, Reply, Request, Source, answered
from tocsin.collect.web_api.options import EVERY, check_options, choice_of, every_s_of, words_of
from tocsin.collect.web_api.sweep import Found, lane_now, load_memory, place_mark, since_of, take_page
from tocsin.collect.web_api.values import believed, inside, instant_in, json_of, start_of, text_in, unlike

PLATFORM = "web"  # as in feeds, so that an article of a feed that is read too is one row
_SEARCH = "https://api.gdeltproject.org/api/v2/doc/doc"
_LANES = ("articles",)
_AT_ONCE = 250
_REACH = timedelta(days=88)  # the search knows three months
_STAMP = "%Y%m%d%H%M%S"
_TORN = ((" , ", ", "), (" . ", ". "), (" ' ", "'"), (" ’ ", "’"), ("( ", "("), (" )", ")"))
# Names as GDELT writes them, and language codes (ISO 639-1); what is not here is left unsaid.
_LANGUAGES = {
    "arabic": "ar",
    "bulgarian": "bg",
    "catalan": "ca",
    "chinese": "zh",
    "croatian": "hr",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "estonian": "et",
    "finnish": "fi",
    "french": "fr",
    "galician": "gl",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hindi": "hi",
    "hungarian": "hu",
    "indonesian": "id",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "latvian": "lv",
    "lithuanian": "lt",
    "norwegian": "no",
    "persian": "fa",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "serbian": "sr",
    "slovak": "sk",
    "slovenian": "sl",
    "spanish": "es",
    "swedish": "sv",
    "thai": "th",
    "turkish": "tr",
    "ukrainian": "uk",
    "vietnamese": "vi",
}


class GdeltAdapter:
    """Reads the titles and addresses of articles; their text stays with their publishers."""

    name = "gdelt"
    version = "1"
    about = About(
        title="The press of the world (GDELT)",
        what="Titles and addresses of press articles of the last three months that hold the words given.",
        icon="news",
        fields=(
            Field(
                name="query",
                label="Words to look for",
                help="At least three letters; put an exact phrase between quotation marks; OR goes between brackets.",
                example='"Maison Alba"',
                required=True,
            ),
            Field(
                name="language",
                label="Language of the articles",
                input=Input.CHOICE,
                choices=(
                    Choice(value="", label="All languages"),
                    Choice(value="french", label="French"),
                    Choice(value="english", label="English"),
                    Choice(value="german", label="German"),
                    Choice(value="spanish", label="Spanish"),
                    Choice(value="italian", label="Italian"),
                    Choice(value="dutch", label="Dutch"),
                ),
            ),
            Field(
                name="country",
                label="Country of the press",
                help="Two letters as GDELT writes them (FIPS): FR, BE, SZ for Switzerland, CA, UK, GM for Germany.",
                example="FR",
            ),
            EVERY,
        ),
        terms=Terms(url="https://www.gdeltproject.org/about.html", pace=Pace(requests=1, per_s=5.0)),
        checked=Checked.RECORDED,
        reads_past=True,
    )

    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        """Return the question for the newest articles, or for those before the last page."""
        memory = load_memory(cursor, _place(source))
        if memory.done:
            return Done()
        _, lane = lane_now(memory, _LANES)
        asked = {
            "query": _query(source),
            "mode": "artlist",
            "format": "json",
            "sort": "datedesc",
            "maxrecords": str(_AT_ONCE),
        }
        since = max(source.past, now - _REACH) if source.past else since_of(memory, lane)
        if since is not None or lane.page:
            asked["startdatetime"] = (since or now - _REACH).strftime(_STAMP)
        if lane.page:
            asked["enddatetime"] = lane.page
        return Request(url=f"{_SEARCH}?{urlencode(asked)}", accept="application/json")

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return the articles found.

        Raises SourceError with what the search says of a question that it does not take; it says so in plain words.
        """
        answer = answered(reply)
        memory = load_memory(cursor, _place(source))
        is_first = not memory.read_at
        held = _held(answer, is_first=is_first)
        entries = inside(held, "articles")
        if held == {}:
            entries = []
        if not isinstance(entries, list):
            raise unlike(answer, is_first=is_first)
        found = Found()
        for line, entry in enumerate(entries, start=1):
            _take(found, line, entry, answer.at)
        _, lane = lane_now(memory, _LANES)
        if len(entries) >= _AT_ONCE and found.times:
            oldest = min(found.times)
            # Inclusive, since many share a quarter of an hour; a whole page of one instant is left behind.
            stamp = oldest.strftime(_STAMP)
            if stamp == lane.page and oldest.year > 1990:
                stamp = (oldest - timedelta(seconds=1)).strftime(_STAMP)
                found.notes["more_than_a_page_at_one_instant"] += 1
            found.onward = stamp
        return take_page(source, memory, _LANES, found, answer)


def _place(source: Source) -> str:
    every_s_of(source)
    return place_mark(source, _query(source))


def _query(source: Source) -> str:
    check_options(source, GdeltAdapter.about)
    words, country = words_of(source, "query"), words_of(source, "country").upper()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise SourceError(
            "The source {source} has the country {country!r}; write two letters, such as FR.",
            permanent=True,
            source=source.name,
            country=country,
        )
    language = choice_of(source, GdeltAdapter.about, "language")
    parts = [f"({words})" if " OR " in words and not words.startswith("(") else words]
    parts += [f"sourcelang:{language}"] if language else []
    parts += [f"sourcecountry:{country}"] if country else []
    return " ".join(parts)


def _held(answer: Answer, *, is_first: bool) -> object:
    """Return the JSON of the answer. Raises SourceError with the plain words that stand in its place."""
    start = answer.body[:1].strip()
    if answer.body.strip() and start not in (b"{", b"["):
        said = " ".join(answer.body[:200].decode("utf-8", "replace").split())
        is_hurried = "limit requests" in said.lower()
        raise SourceError(
            "GDELT does not take the question: {said}",
            permanent=is_first and not is_hurried and not said.startswith("<"),
            retry_after_s=60.0 if is_hurried else None,
            said=said,
        )
    return json_of(answer, is_first=is_first)


def _take(found: Found, line: int, entry: object, seen_at: datetime) -> None:
    """Put what an entry says into `found`."""
    url = canonical_url(text_in(entry, "url"))
    title = " ".join(text_in(entry, "title").split())
    if url is None:
        found.rejects.append(Reject(line=line, why="The entry has no address of its own.", raw=start_of(entry)))
        return
    claimed = instant_in(entry, "seendate")
    if claimed is not None:
        found.times.append(claimed)
    else:
        found.notes["time_missing"] += 1
    created_at, doubt = believed(claimed, seen_at)
    picture = canonical_url(text_in(entry, "socialimage"))
    found.posts.append(
        Post(
            platform=PLATFORM,
            native_id=url,
            kind=PostKind.ARTICLE,
            url=url,
            created_at=created_at,
            seen_at=seen_at,
            time_doubt=doubt,
            title=_untorn(title),
            text="",
            lang_claimed=_LANGUAGES.get(text_in(entry, "language").lower()),
            media=(Media(url=picture, kind="image"),) if picture else (),
        )
    )


def _untorn(title: str) -> str:
    """Return the title as its paper writes it: GDELT sets spaces around its signs ("Crise , dit -il .")."""
    for torn, whole in _TORN:
        title = title.replace(torn, whole)
    return title.removesuffix(" .")
