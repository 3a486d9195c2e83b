"""Write the letter of an alert: what rose, by how much, since when, why, and the posts that carry it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.alert import Alert, AlertCause
from tocsin.base.brand import Brand
from tocsin.base.post import Post
from tocsin.base.surge import Surge
from tocsin.flows.i18n import N_, Translator, translator
from tocsin.net.send import Mail

_EXCERPT = 240


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A message about one alert; `message_id` is the same at every try, so that a mailbox can fold repeats."""

    subject: str
    text: str
    message_id: str

    def mail_to(self, address: str, at: datetime) -> Mail:
        """Return the mail to one address, dated `at`."""
        return Mail(message_id=self.message_id, to=(address,), subject=self.subject, text=self.text, at=at)


def write_letter(alert: Alert, surge: Surge | None, posts: Sequence[Post], brand: Brand, language: str) -> Letter:
    """Return the letter in `language`, with instants in the brand's zone."""
    t = translator(language)
    zone = ZoneInfo(brand.time_zone)
    lines = [headline(alert, surge, brand, t), ""]
    if alert.title:
        lines += [t.text(N_("What it is about: {title}"), title=alert.title), ""]
    if surge is not None:
        lines.append(
            t.text(
                N_("{seen} posts in {minutes} minutes, {expected:.1f} are usual; {authors} accounts; since {since}."),
                seen=surge.seen,
                minutes=surge.window_min,
                expected=surge.expected,
                authors=surge.authors,
                since=surge.since.astimezone(zone).strftime("%d/%m %H:%M"),
            )
        )
        if surge.learning:
            lines.append(t.text(N_("tocsin is still learning what is usual for this brand.")))
    if alert.reasons:
        lines += ["", t.text(N_("Why it rings:"))]
        lines += [f"  - {t.reason(reason)}" for reason in alert.reasons]
    if posts:
        lines += ["", t.text(N_("Posts to read first:"))]
        lines += [line for post in posts for line in _post_lines(post, zone)]
    lines += ["", t.text(N_("To say it is false: tocsin alerts false {id}"), id=alert.id)]
    return Letter(
        subject=f"[tocsin] {headline(alert, surge, brand, t)}",
        text="\n".join(lines) + "\n",
        message_id=f"<alert.{alert.id}@tocsin.invalid>",
    )


def headline(alert: Alert, surge: Surge | None, brand: Brand, t: Translator) -> str:
    """Return the alert in one sentence."""
    if alert.cause is AlertCause.DANGER:
        return t.text(N_("{brand}: one dangerous post"), brand=brand.name)
    if alert.cause is AlertCause.SILENCE:
        return t.text(N_("{brand}: a source went silent"), brand=brand.name)
    times = surge.seen / max(surge.expected, 1.0) if surge else 0.0
    if alert.level == "alarm":
        return t.text(N_("{brand}: alarm, {times:.0f} times the usual level"), brand=brand.name, times=times)
    return t.text(N_("{brand}: to watch, {times:.0f} times the usual level"), brand=brand.name, times=times)


def _post_lines(post: Post, zone: ZoneInfo) -> list[str]:
    when = post.created_at.astimezone(zone).strftime("%d/%m %H:%M")
    who = f"@{post.author.handle}" if post.author else "?"
    text = " ".join(f"{post.title} {post.text}".split())
    shown = text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"
    return [f"  {when}  {who}  {shown}", *([f"        {post.url}"] if post.url else [])]
