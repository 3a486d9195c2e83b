"""What concerns a brand: mentions, and the counts kept beside them so that no page ever scans them."""

from __future__ import annotations

from django.db import models

from tocsin.store.models.posts import Post
from tocsin.store.models.setup import Brand, Reading, Timeline, Watch
from tocsin.store.models.stories import Story

# What asks for somebody: worth a look, or a question; never the brand's own words. `queries/stream.py` says the same.
ASKS = models.Q(lead=True, own=False) & (models.Q(severity__gte=25) | models.Q(kinds__contains="question"))


class Mention(models.Model):
    """A post caught by a watch, with its first reading.

    lead: the first mention of this post for this brand: the one that counts, is searched and is grouped.
    pending: a lead whose minute was not closed yet. minute: on the clock of the timeline.
    kinds: names parted by spaces. terms: likewise. bands: unsigned 32-bit numbers, little-endian.
    Brands, watches, timelines and versions never go, so that the database need not look them up for every row.
    reading: spans, probabilities, reasons and personal data as JSON (`store.map.ReadingBody`).
    """

    timeline = models.ForeignKey(Timeline, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    world = models.ForeignKey(Timeline, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False, db_constraint=False)
    watch = models.ForeignKey(Watch, models.PROTECT, db_index=False, db_constraint=False)
    post = models.ForeignKey(Post, models.PROTECT, db_index=False)
    source = models.BigIntegerField()
    minute = models.BigIntegerField()
    lead = models.BooleanField()
    pending = models.BooleanField()
    own = models.BooleanField()
    language = models.CharField(max_length=8)
    tone = models.CharField(max_length=8)
    severity = models.SmallIntegerField()
    kinds = models.TextField()
    exact = models.BigIntegerField()
    bands = models.BinaryField()
    terms = models.TextField()
    reading = models.TextField()
    version = models.ForeignKey(Reading, models.PROTECT, db_index=False, db_constraint=False)
    story = models.ForeignKey(Story, models.SET_NULL, null=True, db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "watch"], name="mention_once")]
        indexes = [
            models.Index(
                fields=["brand", "world", "minute", "id"], name="mention_latest", condition=models.Q(lead=True)
            ),
            models.Index(fields=["timeline", "brand", "minute"], name="mention_open", condition=models.Q(pending=True)),
            models.Index(fields=["story", "minute"], name="mention_story", condition=models.Q(story__isnull=False)),
            models.Index(fields=["brand", "world", "minute", "id"], name="mention_asks", condition=ASKS),
            models.Index(
                fields=["brand", "world", "severity", "minute", "id"],
                name="mention_grave",
                condition=models.Q(lead=True, severity__gte=25),
            ),
        ]


class Count(models.Model):
    """Posts per bucket. watch: 0 is the brand's own row, which counts each distinct post once.

    span: length of the bucket in minutes (1, 60 or 1440). start: its first minute since 1970, UTC; days begin at
    midnight in the zone of the brand, hours and minutes in UTC.
    """

    pk = models.CompositePrimaryKey("brand_id", "watch", "span", "start", "timeline_id", "platform", "language", "tone")
    timeline = models.ForeignKey(Timeline, models.PROTECT, db_index=False, db_constraint=False)
    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False, db_constraint=False)
    watch = models.BigIntegerField()
    span = models.SmallIntegerField()
    start = models.BigIntegerField()
    platform = models.TextField()
    language = models.CharField(max_length=8)
    tone = models.CharField(max_length=8)
    posts = models.BigIntegerField()


class KindCount(models.Model):
    """Distinct posts of a brand per kind and bucket (span 60 or 1440); a post of two kinds counts in both."""

    pk = models.CompositePrimaryKey("brand_id", "span", "start", "timeline_id", "kind")
    timeline = models.ForeignKey(Timeline, models.PROTECT, db_index=False, db_constraint=False)
    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False, db_constraint=False)
    span = models.SmallIntegerField()
    start = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    posts = models.BigIntegerField()


class StoryCount(models.Model):
    """Distinct posts of a story per bucket (span 60 or 1440), found by bucket first: the stories of a day."""

    pk = models.CompositePrimaryKey("span", "start", "story_id")
    story = models.ForeignKey(Story, models.CASCADE)
    span = models.SmallIntegerField()
    start = models.BigIntegerField()
    posts = models.BigIntegerField()
