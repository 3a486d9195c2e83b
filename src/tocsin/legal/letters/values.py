"""The plain values of letters: kinds, drafts with their gaps, warnings, refusals and findings."""

from __future__ import annotations

from enum import StrEnum

import msgspec

LANGUAGES = ("fr", "en")


class LetterKind(StrEnum):
    """What is written, and to whom."""

    PLATFORM_NOTICE = "platform_notice"  # DSA 16, to a host or platform
    INTERNAL_COMPLAINT = "internal_complaint"  # DSA 20, to the platform that decided
    OUT_OF_COURT = "out_of_court"  # DSA 21, to a certified body
    IMPERSONATION = "impersonation"  # to a platform, about an account in the brand's name
    PHISHING = "phishing"  # to a registrar or a host
    REVIEW_ANSWER = "review_answer"  # published under the review
    REVIEW_DOUBT = "review_doubt"  # C. conso. L111-7-2, to the site of reviews
    CORRECTION = "correction"  # to a publisher, by courtesy
    RIGHT_OF_REPLY = "right_of_reply"  # LCEN 1-1 III, to the director of publication
    FORMAL_NOTICE = "formal_notice"  # mise en demeure
    SEARCH_DELISTING = "search_delisting"  # GDPR 17 and 21, natural persons only
    SEARCH_REMOVAL = "search_removal"  # to a search engine, on another ground
    DATA_PRESERVATION = "data_preservation"  # to a host: keep what identifies an author
    AUTHOR_DATA = "author_data"  # packet for counsel: a measure under 145 CPC
    CONSUMER_REPORT = "consumer_report"  # to the DGCCRF, about reviews
    COMPLAINT = "complaint"  # plainte simple, outline
    COMPLAINT_CIVIL_PARTY = "complaint_civil_party"  # with civil-party status, outline


class Role(StrEnum):
    """What a paragraph is in a letter; renderers style by it."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    DATE = "date"
    DELIVERY = "delivery"
    SUBJECT = "subject"
    SALUTATION = "salutation"
    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"  # one of a list
    PASSAGE = "passage"  # words of somebody else, as they stand
    REPLY = "reply"  # the sender's own text that is to be published
    CLOSING = "closing"
    SIGNATURE = "signature"
    ENCLOSURE = "enclosure"


class Level(StrEnum):
    """How much a field is needed. Essential: the letter is refused without it; wanted: a visible gap is left."""

    ESSENTIAL = "essential"
    WANTED = "wanted"
    OPTIONAL = "optional"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A run of a paragraph. field: which fact filled it, None for words of the template. missing: it is a gap."""

    text: str
    field: str | None = None
    missing: bool = False


class Paragraph(msgspec.Struct, frozen=True, kw_only=True):
    """One paragraph of a draft, in its pieces."""

    role: Role
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The words of the paragraph, gaps included."""
        return "".join(piece.text for piece in self.pieces)


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a letter lacks. label: what it is, in the language of the draft."""

    field: str
    level: Level
    label: str


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """A warning, or what a letter does not do. code: stable. text: in the language of the draft. source: article."""

    code: str
    text: str
    source: str = ""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a letter may not be sent as it is. text: what happened and what to do, in the language of the draft."""

    code: str
    text: str
    source: str = ""


class Unit(StrEnum):
    """Of a follow-up."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """When to look again. start: "sent" or "received". source: the article that sets it, "" for a habit of the house.

    rule: of the packs, where one counts it; else a reminder alone. The last useful day is the business of the clocks.
    """

    id: str
    length: int
    unit: Unit
    start: str
    text: str
    source: str = ""
    rule: str = ""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as it stands. refusals: empty when it may be sent, which a person decides.

    warnings: what its sender must know first. does_not: what the letter will not bring about.
    """

    kind: LetterKind
    language: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    missing: tuple[Missing, ...]
    warnings: tuple[Remark, ...]
    does_not: tuple[Remark, ...]
    refusals: tuple[Refusal, ...]
    follow_ups: tuple[FollowUp, ...]

    @property
    def subject(self) -> str:
        """The line of the subject, "" where a kind has none."""
        return next((part.text for part in self.paragraphs if part.role is Role.SUBJECT), "")


class Weight(StrEnum):
    """How grave a finding is."""

    TRAP = "trap"  # can cost the action, or turn against the sender
    NOTE = "note"  # worth a second reading


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A trap in a text. start, end: code points of the text given, end excluded; 0, 0 where something is absent.

    words: the text between them. source: article or decision. said: what to know and do, with its language.
    """

    code: str
    weight: Weight
    start: int
    end: int
    words: str
    source: str
    said: tuple[tuple[str, str], ...]

    def by(self, language: str) -> str:
        """Return what to know and do, in fr or en."""
        return dict(self.said)[language]
