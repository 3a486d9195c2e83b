"""A secret of a source that ends soon: a letter to who owns the source, once, in the morning; never an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.ids import stable_id
from tocsin.base.person import Person, Role
from tocsin.base.seam import LIVE, Delivery, OutboxRow
from tocsin.base.time import iso, to_ms
from tocsin.flows.collecting.secrets import ending_secrets
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_, translator
from tocsin.net.send import Mail

LETTER = "secret_ends"
_EVERY = timedelta(hours=1)
_MORNING = 9


def announce_endings(engine: Engine, now: datetime) -> int:
    """Put a letter into the outbox for each secret that ends within 14 days and each of its owners; return how many.

    The same end is told once. Called at every turn of the worker; it looks once an hour.
    """
    if not engine.store.lease("sources/endings", f"{engine.holder}/{to_ms(now)}", now, _EVERY):
        return 0
    lines = ending_secrets(engine, now)
    brands = {row.source.name: row.brand for row in engine.store.sources()} if lines else {}
    count = 0
    for line in lines:
        for person in _owners(engine, brands[line.source]):
            ends = iso(line.ends_at) if line.ends_at else ""
            event = f"ends-{stable_id(line.source, line.name, ends, str(person.id))}"
            if not engine.store.outbox_has(event):
                body = {"to": person.email, "source": line.source, "label": line.label, "ends": ends}
                engine.store.outbox_put(_row(event, body, _morning(engine, now)))
                count += 1
    return count


def ending_letter(engine: Engine, body: Mapping[str, str], event: str, now: datetime) -> Mail | None:
    """Return the letter about a secret that ends; None for a person who is not known any more."""
    person = engine.store.people.by_email(body["to"])
    if person is None or not person.active:
        return None
    t = translator(person.language)
    ends_at = datetime.fromisoformat(body["ends"]).astimezone(_zone(engine))
    label = t.text(body["label"])
    lines = [
        t.text(N_("Hello {name},"), name=person.name),
        "",
        t.text(
            N_("“{label}”, with which {source} is read, stops working on {day}."),
            label=label,
            source=body["source"],
            day=ends_at.strftime("%d/%m/%Y"),
        ),
        t.text(N_("Until then nothing changes. Make a new one and write it in the source when you have a moment.")),
    ]
    if engine.settings.web_address:
        lines += ["", f"  {engine.settings.web_address}"]
    subject = t.text(
        N_("[tocsin] {source} needs a new key before {day}"), source=body["source"], day=f"{ends_at:%d/%m}"
    )
    return Mail(
        message_id=f"<{event}@tocsin.invalid>",
        to=(person.email,),
        subject=subject,
        text="\n".join(lines) + "\n",
        at=now,
    )


def _owners(engine: Engine, brand: str) -> list[Person]:
    """Who owns the brand that a source serves; of one for all brands, who owns the installation."""
    if not brand:
        return [person for person in engine.store.people.everybody() if person.is_owner and person.active]
    members = engine.store.people.members(brand)
    return [member.person for member in members if member.role is Role.OWNER and member.person.active]


def _row(event: str, body: dict[str, str], at: datetime) -> OutboxRow:
    return OutboxRow(
        event=event,
        timeline=LIVE,
        action=f"letter:{LETTER}",
        delivery=Delivery.AT_LEAST_ONCE,
        body=msgspec.json.encode(body),
        not_before=at,
    )


def _morning(engine: Engine, now: datetime) -> datetime:
    """The next morning, or now by day: nobody is woken for it."""
    local = now.astimezone(_zone(engine))
    if _MORNING <= local.hour < 18:
        return now
    morning = local.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    return (morning if local.hour < _MORNING else morning + timedelta(days=1)).astimezone(now.tzinfo)


def _zone(engine: Engine) -> ZoneInfo:
    return ZoneInfo(next((brand.time_zone for brand in engine.store.brands()), "Europe/Paris"))
