"""Tell that a review which a platform announced by mail is one that its interface, or a file, gives as well.

A mail tells no number of the review, so that only what both say can be compared. What is not sure stays two reviews.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from tocsin.base.post import Post, PostKind

LATEST = timedelta(days=3)  # a platform mails within minutes; a mailbox that was full takes it days later
EARLIEST = timedelta(hours=1)  # clocks that disagree
_FEWEST_WORDS = 3  # "Très bien !" is said by two people of one name
_FEWEST_LETTERS = 20  # of the beginning of a longer text, when the mail is cut short
_FROM_MAIL = "mid:"
_CUT = ("…", "...")


def is_from_mail(post: Post) -> bool:
    """Return whether the post was told by a mail of its platform."""
    return post.native_id.startswith(_FROM_MAIL)


def name_of(post: Post) -> str:
    """Return the name under which a person signed, "" for none."""
    return (post.author.name or post.author.handle) if post.author is not None else ""


def same_review(one: Post, other: Post) -> bool:
    """Return whether one of two posts was told by mail, the other was not, and both are surely the same review.

    Same platform, name and stars; the same words, at least three, or their beginning where the mail is cut short; the
    mail from an hour before to three days after the review was written or last changed.
    """
    if is_from_mail(one) == is_from_mail(other):
        return False
    mail, full = (one, other) if is_from_mail(one) else (other, one)
    if mail.kind is not PostKind.REVIEW or full.kind is not PostKind.REVIEW or mail.platform != full.platform:
        return False
    if not name_of(mail) or name_of(mail) != name_of(full) or _share(mail) is None or _share(mail) != _share(full):
        return False
    times = [at for at in (full.created_at, full.edited_at) if at is not None]
    return any(-EARLIEST <= mail.created_at - at <= LATEST for at in times) and _same_words(mail, full)


def same_reviews(fresh: Sequence[Post], stored: Iterable[Post]) -> list[tuple[Post, Post]]:
    """Return the pairs of a fresh and a stored post that are one review; where a third would fit as well, none."""
    by_name: dict[tuple[str, bool], list[Post]] = {}
    for old in stored:
        by_name.setdefault((name_of(old), is_from_mail(old)), []).append(old)
    pairs = [
        (new, old)
        for new in fresh
        for old in by_name.get((name_of(new), not is_from_mail(new)), ())
        if same_review(new, old)
    ]
    times = Counter(post.key for pair in pairs for post in pair)
    return [(new, old) for new, old in pairs if times[new.key] == times[old.key] == 1]


def _share(post: Post) -> float | None:
    return None if post.stars is None else round(post.stars / (post.stars_max or 5.0), 3)


def _same_words(mail: Post, full: Post) -> bool:
    said = _words(f"{mail.title} {mail.text}")
    if len(said.split()) < _FEWEST_WORDS:
        return False
    whole = (_words(full.text), _words(f"{full.title} {full.text}"))
    if said in whole:
        return True
    cut = next((said.removesuffix(end).rstrip() for end in _CUT if said.endswith(end)), "")
    return len(cut) >= _FEWEST_LETTERS and any(text.startswith(cut) for text in whole)


def _words(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).casefold()
