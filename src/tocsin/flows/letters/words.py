"""The sentences of the letters of alerts: subject, cause, figures, who else was told, why the reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from tocsin.base.alert import Alert, AlertCause
from tocsin.base.person import Role
from tocsin.flows.alerting.route import bare_way
from tocsin.flows.alerting.silence import MACHINE
from tocsin.flows.alerts_inbox import Rise
from tocsin.flows.i18n import N_
from tocsin.flows.letters.facts import AlertFacts
from tocsin.flows.letters.letter import Recipient
from tocsin.flows.level import level_sentence
from tocsin.flows.moments import Reader
from tocsin.flows.stories.figures import MEDIA, shown_name
from tocsin.flows.vocabulary import word
from tocsin.report.media import medium_of
from tocsin.store.affairs.rows import PostLine
from tocsin.store.rows import OutboxState
from tocsin.surge.expect import count_quantile

_NBSP = "\u00a0"
_EXCERPT = 200
_TITLE = 140
_USUAL_SIZE = 10.0  # of the law behind the bounds of a rise, as on its page
_SEVERITY_WORDS = ((75, N_("critical")), (55, N_("strong")), (30, N_("middling")), (0, N_("weak")))
_ROLES = {
    Role.OWNER: N_("you answer for {brand}"),
    Role.MANAGER: N_("you are community manager of {brand}"),
}


def subject(facts: AlertFacts, reader: Reader) -> str:
    """Return the subject: brand, what, seen, usual."""
    t, brand = reader.t, facts.brand.name
    if facts.alert.cause is AlertCause.SILENCE:
        if facts.alert.subject == MACHINE:
            return t.text(N_("{brand}: nothing is heard any more"), brand=brand)
        return t.text(N_("{brand}: the source {name} is silent"), brand=brand, name=facts.alert.subject)
    if facts.alert.cause is AlertCause.DANGER:
        return t.text(N_("{brand}: a dangerous post ({kinds})"), brand=brand, kinds=_kinds(facts, reader))
    what = keyword(facts)
    rise = rise_words(facts, reader)
    if not what:
        return t.text(N_("{brand}: {rise}"), brand=brand, rise=rise)
    return t.text(N_("{brand}: {what}, {rise}"), brand=brand, what=t.quoted([what]), rise=rise)


def subject_of_all(facts: AlertFacts, others: int, reader: Reader) -> str:
    """Return the subject of a message that tells other alerts too."""
    own = subject(facts, reader)
    return (
        reader.t.plural("{subject} (and {n} more)", "{subject} (and {n} more)", others, subject=own) if others else own
    )


def one_line(alert: Alert, reader: Reader) -> str:
    """Return an alert in one line: what it is, when, and about what."""
    t, clock = reader.t, reader.clock(alert.at)
    what = t.quoted([_cut(alert.title, _TITLE)]) if alert.title else t.text(N_("no single story"))
    if alert.cause is AlertCause.SILENCE:
        if alert.subject == MACHINE:
            return t.text(N_("{clock}: nothing is heard any more"), clock=clock)
        return t.text(N_("{clock}, silent source: {what}"), clock=clock, what=alert.subject)
    if alert.cause is AlertCause.DANGER:
        return t.text(N_("{clock}, dangerous post: {what}"), clock=clock, what=what)
    if alert.level == "watch":
        return t.text(N_("{clock}, to watch: {what}"), clock=clock, what=what)
    return t.text(N_("{clock}, alarm: {what}"), clock=clock, what=what)


def keyword(facts: AlertFacts) -> str:
    """Return the word of the story that names it in a subject, "" for none; never the brand itself."""
    if facts.story is None:
        return ""
    own = facts.brand.name.casefold()
    return next((one for one in facts.story.line.keywords if one.casefold() not in own), "")


def rise_words(facts: AlertFacts, reader: Reader) -> str:
    """Return what rang, in a few words: 97 mentions in 1 h instead of 1 to 7."""
    rise = facts.line.rise
    return level_sentence(facts.level, reader) if rise is None else said_rise(rise, reader)


def said_rise(rise: Rise, reader: Reader) -> str:
    """Return what a rise saw and what is usual: 97 mentions in 1 h instead of 1 to 7."""
    return reader.t.plural(
        "{number} mention in {time} instead of {usual}",
        "{number} mentions in {time} instead of {usual}",
        rise.seen,
        number=reader.count(rise.seen),
        time=length(rise.window_min),
        usual=_usual(rise.expected, reader),
    )


def length(minutes: int) -> str:
    """Return a length of time in one unit: 15 min, 1 h, 6 h."""
    return f"{minutes}{_NBSP}min" if minutes < 60 or minutes % 60 else f"{minutes // 60}{_NBSP}h"


def kicker(facts: AlertFacts, reader: Reader) -> str:
    """Return what it is and when: Alarm, 8:06."""
    t, clock = reader.t, reader.clock(facts.alert.at)
    if facts.alert.cause is AlertCause.SILENCE:
        return t.text(N_("A source is silent, {clock}"), clock=clock)
    if facts.alert.cause is AlertCause.DANGER:
        return t.text(N_("Alarm for a single post, {clock}"), clock=clock)
    if facts.alert.level == "watch":
        return t.text(N_("To watch, {clock}"), clock=clock)
    return t.text(N_("Alarm, {clock}"), clock=clock)


def cause(facts: AlertFacts, reader: Reader) -> str:
    """Return the cause in one sentence."""
    if facts.alert.cause is AlertCause.SILENCE:
        return _silence(facts, reader)
    if facts.alert.cause is AlertCause.DANGER:
        return _danger(facts, reader)
    t, title, story = reader.t, _cut(facts.title, _TITLE), facts.story
    what = t.quoted([title]) if title else ""
    if story is not None and story.press is not None:
        since = reader.day_and_clock(story.press.at)
        return t.text(
            N_("The press has taken it up, {who} first on {since}: {what}"),
            who=story.press.words[0],
            since=since,
            what=what,
        )
    if story is not None and story.relay is not None:
        return t.text(
            N_("An account with {reach} followers has relayed it since {since}: {what}"),
            reach=reader.count(int(story.relay.words[1])),
            since=_since(story.relay.at, facts, reader),
            what=what,
        )
    if story is not None and story.repeated > story.line.posts / 2:
        return t.text(N_("One text is repeated from account to account: {what}"), what=what)
    since = _since(facts.line.surge.since if facts.line.surge else facts.alert.at, facts, reader)
    if title:
        return t.text(N_("Many speak of the same thing since {since}: {what}"), since=since, what=what)
    return t.text(N_("Mentions have risen since {since}; no single story carries it."), since=since)


def figures(facts: AlertFacts, reader: Reader) -> str:
    """Return the paragraph of figures: seen against usual, negative share, what is not verified, press."""
    if facts.alert.cause is AlertCause.SILENCE:
        return _silent_since(facts, reader)
    return " ".join(sentence for sentence in _figures(facts, reader) if sentence)


def reasons(facts: AlertFacts, reader: Reader) -> str:
    """Return why it rings, the three strongest reasons in one line; "" when there are none to tell."""
    codes = ("surge.scale", "surge.cold_rise", "danger.severity", "kind.")
    told = [reason for reason in facts.reasons if not reason.code.startswith(codes)]
    if not told:
        return ""
    return reader.t.text(
        N_("Why it rings: {reasons}."), reasons=listed([reader.t.reason(one) for one in told[:3]], reader)
    )


def sources(facts: AlertFacts, reader: Reader) -> str:
    """Return the mix of media in one line, "" when nothing is known of it."""
    if not facts.media:
        return ""
    named = ", ".join(
        f"{reader.t.text(MEDIA[medium]).lower()} {percent(share, reader)}" for medium, share in facts.media[:4]
    )
    return reader.t.text(N_("Sources: {media}."), media=named)


def others(facts: AlertFacts, to: Recipient, names: dict[str, str]) -> str:
    """Return who else was told, and who has the alert. names: of people by address."""
    t = to.reader.t
    ways = {bare_way(told.channel).lower() for told in facts.told if told.state is not OutboxState.SPARED}
    mails = {way.partition(":")[2] for way in ways if way.startswith("mail:")} - {to.address.lower()}
    parts = sorted(names[mail] for mail in mails if mail in names)
    unknown = sum(mail not in names for mail in mails)
    services = sum(way.startswith("apprise:") for way in ways)
    if unknown:
        parts.append(t.plural("{n} other address", "{n} other addresses", unknown))
    if services:
        parts.append(t.plural("{n} service", "{n} services", services))
    told = t.text(N_("Told too: {who}."), who=", ".join(parts)) if parts else t.text(N_("Nobody else was told."))
    if facts.taken_by:
        return f"{told} {t.text(N_('{who} has taken it.'), who=facts.taken_by)}"
    return f"{told} {t.text(N_('Nobody has taken it yet.'))} {who_is_next(facts, to.reader)}".rstrip()


def who_is_next(facts: AlertFacts, reader: Reader) -> str:
    """Return who is called if nobody takes it, and when; "" for nobody."""
    if facts.next is None:
        return ""
    clock = reader.clock(facts.next.at)
    if facts.next.is_everybody:
        return reader.t.text(N_("If nobody does, everybody is called at {clock}."), clock=clock)
    who = ", ".join(facts.next.names)
    return reader.t.text(N_("If nobody does, {who} is called at {clock}."), who=who, clock=clock)


def why_you(facts: AlertFacts, to: Recipient, *, step: int = 0, is_copy: bool = False) -> str:
    """Return why the reader gets this, and when the next one comes. step: the round of telling, from 0."""
    t = to.reader.t
    if step and to.person is not None:
        why = t.text(N_("nobody has taken it since {clock}"), clock=to.reader.clock(facts.alert.at))
    elif is_copy:
        why = t.text(N_("to know; somebody else is called first"))
    elif to.role in _ROLES:
        why = t.text(_ROLES[to.role], brand=facts.brand.name)
    else:
        why = t.text(N_("the settings of this installation name this address for alerts"))
    again = t.text(N_("No other message on this for four hours, unless it gets louder or nobody takes it."))
    return f"{t.text(N_('Why you: {why}.'), why=why)} {again}"


def quote(post: PostLine, facts: AlertFacts, reader: Reader) -> tuple[str, str, str, str]:
    """Return a post as a letter quotes it: who, what is known of them, their words, and what is said of the post."""
    t = reader.t
    text = _cut(" ".join(f"{post.title} {post.text}".split()), _EXCERPT)
    known = []
    if post.followers is not None:
        known.append(
            t.plural("{number} follower", "{number} followers", post.followers, number=reader.count(post.followers))
        )
    else:
        known.append(t.text(MEDIA[medium_of(post.platform, post.kind, post.url, facts.titles)]).lower())
    known.append(_since(post.at, facts, reader))
    shade = next(words for start, words in _SEVERITY_WORDS if post.severity >= start)
    notes = [t.text(N_("severity {word} {score}"), word=t.text(shade), score=post.severity)]
    if facts.story is not None and facts.story.first is not None and facts.story.first.row == post.row:
        notes.append(t.text(N_("first post known")))
    return _capital(shown_name(post, reader)), ", ".join(known), t.quoted([text]), ", ".join(notes)


def listed(parts: Sequence[str], reader: Reader) -> str:
    """Return parts one after another, with the semicolons of the language."""
    return (f"{_NBSP}; " if reader.t.language == "fr" else "; ").join(parts)


def percent(share: float, reader: Reader) -> str:
    """Return a share of 0 to 1 as a percentage."""
    return f"{share * 100:.0f}{_NBSP}%" if reader.t.language == "fr" else f"{share * 100:.0f}%"


def _figures(facts: AlertFacts, reader: Reader) -> Iterator[str]:
    t, shown, story = reader.t, facts.level, facts.story
    rise = facts.line.rise
    if rise is None:
        yield level_sentence(shown, reader)
    else:
        yield t.text(
            N_("{rise}, on a {weekday} at this hour."),
            rise=_capital(rise_words(facts, reader)),
            weekday=reader.weekday(facts.alert.at),
        )
    if shown.negative_p is not None:
        yield _negative(facts, reader)
    if story is not None and story.is_unverified:
        yield t.text(N_("Nothing of it is verified."))
        if story.contested:
            yield t.plural("{n} post contests it.", "{n} posts contest it.", story.contested)
    if story is not None and story.press is None:
        yield t.text(N_("The press does not speak of it yet."))
    if facts.alert.cause is AlertCause.SURGE and shown.is_learning:
        yield t.text(N_("tocsin is still learning what is usual for this brand."))


def _negative(facts: AlertFacts, reader: Reader) -> str:
    t, shown = reader.t, facts.level
    share = percent(shown.negative_p or 0.0, reader)
    if shown.negative_low is None or shown.negative_high is None:
        return t.text(N_("{share} of them are negative."), share=share)
    return t.text(
        N_("{share} of them are negative, {low} to {high} usually."),
        share=share,
        low=percent(shown.negative_low, reader),
        high=percent(shown.negative_high, reader),
    )


def _danger(facts: AlertFacts, reader: Reader) -> str:
    t, post = reader.t, facts.posts[0] if facts.posts else None
    kinds = _kinds(facts, reader)
    if post is None:
        return t.text(N_("One post may do harm by itself ({kinds}); it was deleted or erased since."), kinds=kinds)
    return t.text(
        N_("One post of {since} may do harm by itself, whatever the volume: {kinds}, severity {score} of 100."),
        since=_since(post.at, facts, reader),
        kinds=kinds,
        score=post.severity,
    )


def _silence(facts: AlertFacts, reader: Reader) -> str:
    t, name, codes = reader.t, facts.alert.subject, {reason.code for reason in facts.alert.reasons}
    if name == MACHINE:
        return t.text(N_("No source says anything any more: this machine or its line was off, or is."))
    if "silence.missed" in codes:
        return t.text(N_("The source {name} answers and says nothing, which it never did for so long."), name=name)
    return t.text(N_("The source {name} has not answered any more: what is said there is not seen."), name=name)


def _silent_since(facts: AlertFacts, reader: Reader) -> str:
    t, row = reader.t, facts.source
    if facts.alert.subject == MACHINE:
        return t.text(N_("No rise can be heard until it works again; then this alert closes by itself."))
    if row is None:
        return t.text(N_("It was removed since."))
    parts = []
    if row.last_good_at is not None:
        parts.append(t.text(N_("Last good read: {when}."), when=reader.day_and_clock(row.last_good_at)))
    if row.last_error:
        parts.append(t.text(row.last_error, **row.last_error_params))
    parts.append(t.text(N_("No rise can be heard from it until it is read again.")))
    return " ".join(parts)


def _kinds(facts: AlertFacts, reader: Reader) -> str:
    codes = [reason.code.removeprefix("kind.") for reason in facts.alert.reasons if reason.code.startswith("kind.")]
    return ", ".join(word(code, reader.t) for code in codes) or reader.t.text(N_("severity"))


def _usual(expected: float, reader: Reader) -> str:
    low, high = (count_quantile(p, expected, _USUAL_SIZE) for p in (0.05, 0.95))
    if low == high:
        return reader.count(high)
    return reader.t.text(N_("{low} to {high}"), low=reader.count(low), high=reader.count(high))


def _since(at: datetime, facts: AlertFacts, reader: Reader) -> str:
    same_day = at.astimezone(reader.zone).date() == facts.alert.at.astimezone(reader.zone).date()
    return reader.clock(at) if same_day else reader.day_and_clock(at)


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
