"""The kinds of mention, under their exact names."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a mention is to the brand. A mention may carry several; none is a verdict of truth."""

    COMPLAINT = "complaint"
    RUMOUR = "rumour"  # unverified or contested claim; a person decides
    BAD_BUZZ = "bad_buzz"  # call to boycott or to pile on
    DISINFORMATION = "disinformation"  # rumour plus signs of intent: pushed together, repeated
    LEAK = "leak"
    INSULT = "insult"
    DEFAMATION = "defamation"  # assertion of a precise fact about a person or a company
    DENIGRATION = "denigration"  # about the products or services
    IMPERSONATION = "impersonation"
    FAKE_REVIEW = "fake_review"
    THREAT = "threat"
    SPAM = "spam"
    PRAISE = "praise"
    QUESTION = "question"
    NEUTRAL = "neutral"


class Tone(StrEnum):
    """The sentiment of a mention towards what it speaks of."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
