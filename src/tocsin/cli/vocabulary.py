"""The words of the house's own codes, for tables; JSON keeps the codes."""

from __future__ import annotations

from tocsin.flows.i18n import N_, Translator

_WORDS = {
    "watch": N_("to watch"),
    "alarm": N_("alarm"),
    "danger": N_("danger"),
    "open": N_("open"),
    "acknowledged": N_("acknowledged"),
    "snoozed": N_("snoozed"),
    "false": N_("false alarm"),
    "closed": N_("closed"),
    "new": N_("new"),
    "growing": N_("growing"),
    "calm": N_("calm"),
    "back": N_("back again"),
}


def word(code: str, t: Translator) -> str:
    """Return the word of a level or a state in the reader's language; an unknown code is shown as it is."""
    return t.text(_WORDS[code]) if code in _WORDS else code


def words(t: Translator) -> dict[str, str]:
    """Return all of them, for a column of codes."""
    return {code: t.text(template) for code, template in _WORDS.items()}
