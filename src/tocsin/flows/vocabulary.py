"""The words of the house's own codes, for people; JSON and addresses keep the codes."""

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
    "surge": N_("rise"),
    "silence": N_("silent source"),
    "complaint": N_("complaint"),
    "rumour": N_("rumour"),
    "bad_buzz": N_("call to boycott"),
    "disinformation": N_("disinformation"),
    "leak": N_("leak"),
    "insult": N_("insult"),
    "defamation": N_("defamation"),
    "denigration": N_("denigration"),
    "impersonation": N_("impersonation"),
    "fake_review": N_("false review"),
    "threat": N_("threat"),
    "spam": N_("spam"),
    "praise": N_("praise"),
    "question": N_("question"),
    "neutral": N_("neutral"),
    "negative": N_("negative"),
    "positive": N_("positive"),
    "mixed": N_("mixed"),
    "owner": N_("owner"),
    "manager": N_("community manager"),
    "agent": N_("agent"),
    "counsel": N_("counsel"),
    "reader": N_("reader"),
    "post": N_("post"),
    "reply": N_("reply"),
    "share": N_("share"),
    "quote": N_("quote"),
    "review": N_("review"),
    "article": N_("article"),
    "comment": N_("comment"),
    "message": N_("message"),
    "fr": N_("French"),
    "en": N_("English"),
    "und": N_("language not known"),
    "email": N_("e-mail address"),
    "phone": N_("telephone number"),
    "iban": N_("bank account"),
    "card": N_("bank card"),
    "social_security": N_("social-security number"),
    "address": N_("postal address"),
    "signature_name": N_("name in a signature"),
    "order_number": N_("order number"),
}


def word(code: str, t: Translator) -> str:
    """Return the word of a level or a state in the reader's language; an unknown code is shown as it is."""
    return t.text(_WORDS[code]) if code in _WORDS else code


def words(t: Translator) -> dict[str, str]:
    """Return all of them, for a column of codes."""
    return {code: t.text(template) for code, template in _WORDS.items()}
