"""A mailbox to which each post of the story comes as a letter, which is neither edited nor taken back once sent."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache

from tocsin.collect.adapter import Letter, Letters, ReadMail, Source
from tocsin.testing.script import Asked, Script, StoryPost

_DOMAIN = "letters.example.org"
_TAKEN_AT_ONCE = 3


@cache
def _letter(post: StoryPost) -> Letter:
    message = EmailMessage()
    message["From"] = Address(post.author, addr_spec=f"author{post.number}@{_DOMAIN}")
    message["To"] = "contact@maison-alba.example"
    message["Subject"] = post.title or "Sans objet"
    message["Date"] = format_datetime(post.at)
    message["Message-ID"] = f"<{native_id(post)}>"
    if post.parent is not None:
        message["In-Reply-To"] = f"<{post.parent}@{_DOMAIN}>"
    message.set_content(post.text)
    return Letter(number=10 * post.number, raw=message.as_bytes(), at=post.at)


def serve(asked: Asked) -> Letters:
    """Return the letters above the last number, oldest first; of another numbering, those since the day asked for."""
    plan = asked.plan
    assert isinstance(plan, ReadMail)
    validity = 77
    letters = [_letter(post) for post in asked.story if post.at <= asked.now]
    if plan.validity == validity:
        wanted = [letter for letter in letters if letter.number > plan.after]
    else:
        wanted = [letter for letter in letters if plan.since is None or letter.at.date() >= plan.since.date()]
    return asked.letters(wanted[:_TAKEN_AT_ONCE], validity=validity, more=len(wanted) > _TAKEN_AT_ONCE)


def native_id(post: StoryPost) -> str:
    """Return the Message-ID."""
    return f"{post.number}@{_DOMAIN}"


SCRIPT = Script(
    source=Source(
        name="box",
        adapter="mailbox",
        options={"server": "imap.example.org", "user": "contact@maison-alba.example", "every_minutes": "10"},
    ),
    serve=serve,
    native_id=native_id,
)
