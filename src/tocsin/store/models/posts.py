"""What was published: posts, who wrote them, where they were seen, how they changed, and what must not come back."""

from __future__ import annotations

from django.db import models

from tocsin.store.models.setup import Source, Timeline


class Author(models.Model):
    """An account. `id` is `stable_int(platform, handle)`, so that no look-up is needed to write a post."""

    id = models.BigIntegerField(primary_key=True)
    platform = models.TextField()
    handle = models.TextField()
    name = models.TextField(null=True)
    followers = models.BigIntegerField(null=True)
    created_ms = models.BigIntegerField(null=True)
    verified = models.BooleanField(null=True)


class Post(models.Model):
    """A post of one world.

    key: `store.map.post_key` of its platform and native id, by which it is found.
    rest: the fields of `base.post.Post` that no query asks for, as JSON.
    """

    world = models.ForeignKey(Timeline, models.PROTECT, db_index=False, db_constraint=False)
    key = models.BinaryField(max_length=16)
    platform = models.TextField()
    native_id = models.TextField()
    author = models.ForeignKey(Author, models.PROTECT, null=True)
    kind = models.CharField(max_length=16)
    audience = models.CharField(max_length=16)
    created_ms = models.BigIntegerField()
    seen_ms = models.BigIntegerField()
    edited_ms = models.BigIntegerField(null=True)
    title = models.TextField()
    text = models.TextField()
    url = models.TextField(null=True)
    stars = models.FloatField(null=True)
    stars_max = models.FloatField(null=True)
    rest = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["world", "key"], name="post_once")]


class Revision(models.Model):
    """What a post said before it was changed."""

    post = models.ForeignKey(Post, models.CASCADE)
    seen_ms = models.BigIntegerField()
    title = models.TextField()
    text = models.TextField()


class Sighting(models.Model):
    """A post seen through one source. The post goes only when its last sighting goes."""

    pk = models.CompositePrimaryKey("post_id", "source_id")
    post = models.ForeignKey(Post, models.CASCADE, db_index=False)
    source = models.ForeignKey(Source, models.PROTECT, db_index=False, db_constraint=False)
    seen_ms = models.BigIntegerField()


class Tombstone(models.Model):
    """A post or an author that must not come back: only the salted digest of its name is kept."""

    digest = models.CharField(max_length=32, primary_key=True)
    reason = models.CharField(max_length=200)
    at_ms = models.BigIntegerField()


class Unmatched(models.Model):
    """The ring: a few of the posts no watch wanted, for previews of new watches. Capped in number and age."""

    source = models.ForeignKey(Source, models.CASCADE, db_index=False)
    platform = models.TextField()
    native_id = models.TextField()
    author = models.BigIntegerField(db_index=True)
    at_ms = models.BigIntegerField(db_index=True)
    body = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["native_id", "platform"], name="unmatched_post")]


class RejectRow(models.Model):
    """A line or entry that could not become a post, and why. Capped in number."""

    source = models.ForeignKey(Source, models.CASCADE)
    timeline = models.ForeignKey(Timeline, models.PROTECT, db_index=False)
    at_ms = models.BigIntegerField()
    line = models.BigIntegerField()
    why = models.TextField()
    params = models.TextField(default="{}")
    raw = models.TextField(default="")
