"""The tables, by what they hold."""

from tocsin.store.models.alerting import Channel, ChannelFault, Routing, SourceHour
from tocsin.store.models.collecting import (
    SourceCheck,
    SourceGap,
    SourceNote,
    SourcePast,
    SourceSecret,
    SourceSpend,
)
from tocsin.store.models.duty import Alert, AlertAction, Audit, Event, FreeText, Label, Outbox
from tocsin.store.models.media import MediaTitle
from tocsin.store.models.mentions import Count, KindCount, Mention, StoryCount
from tocsin.store.models.people import Membership, OneTimeLink, Person, RecoveryCode, Session, SignInTry
from tocsin.store.models.personal import Objection, Retention
from tocsin.store.models.posts import Author, Post, RejectRow, Revision, Sighting, Tombstone, Unmatched
from tocsin.store.models.setup import (
    Brand,
    Cursor,
    Fact,
    ImportRecord,
    Lease,
    Reading,
    Source,
    Timeline,
    Watch,
    WatchVersion,
)
from tocsin.store.models.stories import FoldState, Move, Story, Surge
from tocsin.store.models.work import Corrected, Correction, Original, Presence, SavedView, Undo, WorkState

__all__ = [
    "Alert",
    "AlertAction",
    "Audit",
    "Author",
    "Brand",
    "Channel",
    "ChannelFault",
    "Corrected",
    "Correction",
    "Count",
    "Cursor",
    "Event",
    "Fact",
    "FoldState",
    "FreeText",
    "ImportRecord",
    "KindCount",
    "Label",
    "Lease",
    "MediaTitle",
    "Membership",
    "Mention",
    "Move",
    "Objection",
    "OneTimeLink",
    "Original",
    "Outbox",
    "Person",
    "Post",
    "Presence",
    "Reading",
    "RecoveryCode",
    "RejectRow",
    "Retention",
    "Revision",
    "Routing",
    "SavedView",
    "Session",
    "Sighting",
    "SignInTry",
    "Source",
    "SourceCheck",
    "SourceGap",
    "SourceHour",
    "SourceNote",
    "SourcePast",
    "SourceSecret",
    "SourceSpend",
    "Story",
    "StoryCount",
    "Surge",
    "Timeline",
    "Tombstone",
    "Undo",
    "Unmatched",
    "Watch",
    "WatchVersion",
    "WorkState",
]
