"""Ring: turn what the fold noticed into alerts, one and not ten; those another speaks for are kept, and not told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.ids import stable_id
from tocsin.base.mention import Reason
from tocsin.base.seam import LIVE, Event, EventKind
from tocsin.base.surge import Surge, SurgeLevel
from tocsin.base.text import fold_words
from tocsin.surge.signs.danger import is_graver

COOLDOWN = timedelta(hours=4)  # a second alert on the same story within this is told only if it is louder
DANGER_COOLDOWN = timedelta(hours=24)  # a second dangerous post of one affair, unless it is graver
INHIBITED = timedelta(hours=24)  # an alarm that nobody settled speaks for lower levels of its story

_LOUDNESS = {"watch": 1, "alarm": 2, "danger": 2}
_LONG_WORD = 6  # letters: what two lines about one affair share
_ALIKE_WORDS = 2
_ALIKE_SHARE = 0.25


class Titles(msgspec.Struct, frozen=True):
    """What alerts are called: stories by their id, and posts by (platform, native_id)."""

    stories: Mapping[str, str] = {}
    posts: Mapping[tuple[str, str], str] = {}


def ring(events: Iterable[Event], titles: Titles, recent: Sequence[Alert]) -> tuple[list[Alert], list[Alert]]:
    """Return the alerts that ring, and those held back because another speaks for them; in the order of the events.

    titles: of the stories and posts of this brand. recent: alerts that rang for this brand on this timeline, any order.
    Those that ring on `live` are due to be told at once. The ids are stable: a replay rings nothing twice.
    """
    told = list(recent)
    alerts: list[Alert] = []
    held: list[Alert] = []
    for event in events:
        alert = _alert_of(event, titles)
        if alert is None:
            continue
        speaker = _speaker(alert, told)
        if speaker is None:
            due_at = alert.at if alert.timeline == LIVE else None
            told.append(alert)
            alerts.append(msgspec.structs.replace(alert, due_at=due_at))
        elif speaker.id != alert.id:
            held.append(msgspec.structs.replace(alert, muted_by=speaker.id, state=AlertState.CLOSED))
    return alerts, held


def surges_of(events: Iterable[Event]) -> list[Surge]:
    """Return the surges that the events carry."""
    return [msgspec.json.decode(event.body, type=Surge) for event in events if event.kind is EventKind.SURGE]


def _alert_of(event: Event, titles: Titles) -> Alert | None:
    if event.kind is EventKind.SURGE:
        surge = msgspec.json.decode(event.body, type=Surge)
        title = titles.stories.get(surge.story, "")
        return _alert(event, AlertCause.SURGE, surge.level.value, title, story=surge.story, reasons=surge.reasons)
    if event.kind is EventKind.DANGER:
        body: dict[str, Any] = msgspec.json.decode(event.body)
        story = str(body.get("story", ""))
        title = titles.posts.get((body.get("platform", ""), body.get("native_id", "")), titles.stories.get(story, ""))
        reasons = (
            Reason(code="danger.severity", words=(str(body.get("severity", "")),)),
            *(Reason(code=f"kind.{kind}") for kind in body.get("kinds", ())),
        )
        return _alert(event, AlertCause.DANGER, "danger", title, story=story, reasons=reasons)
    return None


def _alert(
    event: Event, cause: AlertCause, level: str, title: str, *, story: str, reasons: tuple[Reason, ...]
) -> Alert:
    return Alert(
        id=stable_id("alert", event.id),
        brand=event.brand,
        timeline=event.timeline,
        cause=cause,
        level=level,
        at=event.at,
        subject=event.subject,
        title=title,
        story=story,
        reasons=reasons,
    )


def _speaker(alert: Alert, told: Sequence[Alert]) -> Alert | None:
    """Return the alert by which people know already, itself when it was told, or None: this one must ring.

    They know when the same surge or story rang not long ago and was as loud, or another dangerous post of the same
    affair within a day and no less grave: one rumour makes many grave posts, and they need one ring. An alarm that
    nobody settled speaks for watches of its story for a day.
    """
    for earlier in told:
        if earlier.id == alert.id:
            return earlier
        wait = _wait(alert, earlier)
        if not wait or _is_louder(alert, earlier):
            continue
        snoozed = earlier.state is AlertState.SNOOZED and earlier.snoozed_until and alert.at < earlier.snoozed_until
        if snoozed or abs(alert.at - earlier.at) < wait:
            return earlier
    return None


def _is_louder(alert: Alert, earlier: Alert) -> bool:
    if alert.cause is AlertCause.DANGER:
        if earlier.cause is AlertCause.DANGER:
            return is_graver(severity_of(alert), _bare_kinds(alert), severity_of(earlier), _bare_kinds(earlier))
        if is_graver(0, _bare_kinds(alert), 0, ()):
            return True
    elif earlier.cause is AlertCause.DANGER and alert.level == SurgeLevel.ALARM.value:
        return True  # it was one post; now it is many
    return _LOUDNESS.get(alert.level, 1) > _LOUDNESS.get(earlier.level, 1)


def _wait(alert: Alert, earlier: Alert) -> timedelta:
    """Return how long an earlier alert keeps this one silent; no time at all where they are of different affairs."""
    both_dangers = alert.cause is earlier.cause is AlertCause.DANGER
    if alert.story and alert.story == earlier.story and _is_louder(earlier, alert) and not _is_settled(earlier):
        return INHIBITED
    if alert.subject == earlier.subject or (alert.story and alert.story == earlier.story):
        return DANGER_COOLDOWN if both_dangers else COOLDOWN
    if not both_dangers:
        return timedelta()
    if _kinds(alert) & _kinds(earlier) and _are_alike(alert, earlier):
        return DANGER_COOLDOWN
    return COOLDOWN if _kinds(alert) <= _kinds(earlier) else timedelta()


def _is_settled(alert: Alert) -> bool:
    return alert.state in (AlertState.FALSE, AlertState.CLOSED)


def _are_alike(alert: Alert, earlier: Alert) -> bool:
    """Say whether two lines share several long words, the brand's own left out."""
    one, other = ({word for word in fold_words(a.title) if len(word) >= _LONG_WORD} for a in (alert, earlier))
    shared = (one & other) - set(alert.brand.split("-"))
    return len(shared) >= max(_ALIKE_WORDS, _ALIKE_SHARE * min(len(one), len(other)))


def severity_of(alert: Alert) -> int:
    """Return the severity of the dangerous post that an alert is about, 0 where there is none."""
    said = next((reason.words[0] for reason in alert.reasons if reason.code == "danger.severity" and reason.words), "0")
    return int(said) if said.isdigit() else 0


def _bare_kinds(alert: Alert) -> tuple[str, ...]:
    return tuple(sorted(code.removeprefix("kind.") for code in _kinds(alert)))


def _kinds(alert: Alert) -> set[str]:
    return {reason.code for reason in alert.reasons if reason.code.startswith("kind.")}
