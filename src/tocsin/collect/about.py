"""What an adapter says of itself: what to ask its owner, what its platform allows, how deletions become known."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Input(StrEnum):
    """How the answer to a field is given."""

    TEXT = "text"
    URL = "url"
    NUMBER = "number"
    FLAG = "flag"  # "yes" or "no"
    CHOICE = "choice"
    SECRET = "secret"  # sealed at once, never shown again, never among the options of a `Source`


class Checked(StrEnum):
    """What an adapter was held against."""

    SERVER = "server"  # a real server, started by the tests
    RECORDED = "recorded"  # answers recorded from the platform, or written after its documentation


class Deletes(StrEnum):
    """How the platform lets one learn that a post is gone."""

    PUSHED = "pushed"
    LISTED = "listed"  # by reading a full list again
    RECHECKED = "rechecked"  # by asking for each post again
    NEVER = "never"


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to choose. label: a catalogue sentence."""

    value: str
    label: str


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One question to whoever adds a source. name: of the option or secret. label, help: catalogue sentences.

    example: shown in the empty field. default: what stands when nothing is said; "" and not required: left out.
    """

    name: str
    label: str
    input: Input = Input.TEXT
    help: str = ""
    example: str = ""
    required: bool = False
    default: str = ""
    choices: tuple[Choice, ...] = ()


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often one credential (or this installation, without one) may ask: `requests` in any `per_s` seconds."""

    requests: int
    per_s: float


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform asks of whoever reads it.

    url: its terms, for people. retention_days: how long its posts may be kept, None for no such rule.
    hosts: where secrets may be sent, besides the host that the owner named in the option `url` or `server`.
    approval: the platform must have said yes to this owner, who declares so. cost_a_post: in US dollars.
    recheck_hours: every how many hours a post of an open story is asked for again, where deletes are rechecked.
    """

    url: str = ""
    retention_days: int | None = None
    deletes: Deletes = Deletes.NEVER
    hosts: tuple[str, ...] = ()
    pace: Pace | None = None
    approval: bool = False
    cost_a_post: float = 0.0
    recheck_hours: int = 24


class About(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter, as the page that adds sources shows it. title, what, setup: catalogue sentences.

    title: the kind of source ("A feed or a web page"). what: one sentence on what it brings and what it does not.
    setup: how to get what the fields ask for, "" when nothing is needed. icon: a name of the interface's icons.
    is_listed: offered to people (files are handed in elsewhere). reads_past: `plan` knows a `Source.past`.
    """

    title: str
    what: str
    setup: str = ""
    icon: str = "rss"
    fields: tuple[Field, ...] = ()
    terms: Terms = Terms()
    checked: Checked = Checked.RECORDED
    is_listed: bool = True
    reads_past: bool = False

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the fields that are secret."""
        return tuple(field.name for field in self.fields if field.input is Input.SECRET)
