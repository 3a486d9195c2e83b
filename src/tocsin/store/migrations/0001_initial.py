"""All tables of the first release, the guards of the append-only ones, and the full-text index."""

import django.db.models.deletion
from django.db import migrations, models


APPEND_ONLY = ("store_event", "store_alertaction", "store_audit")
SQLITE_GUARD = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRES_GUARD_FUNCTION = """
CREATE FUNCTION store_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""
POSTGRES_GUARD = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH {each} EXECUTE FUNCTION store_append_only()
"""
# Words come already folded and parted by spaces, so that the plain `ascii` tokenizer, which takes every byte over 127 as
# part of a word, splits exactly there. A colon marks what is not a word of the text: b:12 (brand), l:fr (language).
# No content, no positions and no lengths: candidates are verified on the post itself.
SQLITE_SEARCH = """
CREATE VIRTUAL TABLE store_search USING fts5(doc, content='', detail='none', columnsize=0, tokenize="ascii tokenchars ':'")
"""
POSTGRES_SEARCH = (
    "CREATE TABLE store_search (rowid bigint PRIMARY KEY, doc tsvector NOT NULL)",
    "CREATE INDEX store_search_doc ON store_search USING gin (doc)",
)


# Tables that are their own key: written some ten times a post, half the work without a row number beside it. The key
# stands first, in its order: SQLite 3.40 takes other columns for empty when it checks the file.
SQLITE_KEY_TABLES = {
    "store_sighting": (
        "post_id bigint NOT NULL REFERENCES store_post (id) DEFERRABLE INITIALLY DEFERRED,"
        " source_id bigint NOT NULL, seen_ms bigint NOT NULL, PRIMARY KEY (post_id, source_id)"
    ),
    "store_count": (
        "brand_id bigint NOT NULL, watch bigint NOT NULL, span smallint NOT NULL, start bigint NOT NULL,"
        " timeline_id bigint NOT NULL, platform text NOT NULL, language varchar(8) NOT NULL, tone varchar(8) NOT NULL,"
        " posts bigint NOT NULL,"
        " PRIMARY KEY (brand_id, watch, span, start, timeline_id, platform, language, tone)"
    ),
    "store_kindcount": (
        "brand_id bigint NOT NULL, span smallint NOT NULL, start bigint NOT NULL, timeline_id bigint NOT NULL,"
        " kind varchar(16) NOT NULL, posts bigint NOT NULL, PRIMARY KEY (brand_id, span, start, timeline_id, kind)"
    ),
    "store_storycount": (
        "span smallint NOT NULL, start bigint NOT NULL,"
        " story_id bigint NOT NULL REFERENCES store_story (id) DEFERRABLE INITIALLY DEFERRED,"
        " posts bigint NOT NULL, PRIMARY KEY (span, start, story_id)"
    ),
}


def drop_row_numbers(schema_editor):
    for table, columns in SQLITE_KEY_TABLES.items():
        schema_editor.execute(f"DROP TABLE {table}")
        schema_editor.execute(f"CREATE TABLE {table} ({columns}) WITHOUT ROWID")
    schema_editor.execute("CREATE INDEX store_storycount_story ON store_storycount (story_id)")


def create_by_hand(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        drop_row_numbers(schema_editor)
        for table in APPEND_ONLY:
            for verb in ("update", "delete"):
                schema_editor.execute(SQLITE_GUARD.format(table=table, verb=verb))
        schema_editor.execute(SQLITE_SEARCH)
        return
    schema_editor.execute(POSTGRES_GUARD_FUNCTION, params=None)
    for table in APPEND_ONLY:
        for verb, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
            schema_editor.execute(POSTGRES_GUARD.format(table=table, verb=verb, each=each))
    for statement in POSTGRES_SEARCH:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AlertAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("alert", models.CharField(db_index=True, max_length=64)),
                ("state", models.CharField(max_length=16)),
                ("by", models.CharField(max_length=120)),
                ("at_ms", models.BigIntegerField()),
                ("until_ms", models.BigIntegerField(null=True)),
                ("text", models.CharField(default="", max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Audit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at_ms", models.BigIntegerField()),
                ("by", models.CharField(max_length=120)),
                ("action", models.CharField(max_length=64)),
                ("subject", models.CharField(max_length=200)),
                ("text", models.CharField(default="", max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Author",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("platform", models.TextField()),
                ("handle", models.TextField()),
                ("name", models.TextField(null=True)),
                ("followers", models.BigIntegerField(null=True)),
                ("created_ms", models.BigIntegerField(null=True)),
                ("verified", models.BooleanField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Brand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(max_length=64, unique=True)),
                ("time_zone", models.CharField(max_length=64)),
                ("body", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("timeline", models.CharField(max_length=120)),
                ("brand", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=16)),
                ("at_ms", models.BigIntegerField()),
                ("subject", models.CharField(max_length=200)),
                ("text", models.CharField(default="", max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("value", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="FreeText",
            fields=[
                ("digest", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("body", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("shard", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("holder", models.CharField(max_length=120)),
                ("until_ms", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True)),
                ("adapter", models.CharField(max_length=64)),
                ("time_zone", models.CharField(max_length=64)),
                ("options", models.TextField(default="{}")),
                ("brand", models.CharField(blank=True, default="", max_length=64)),
                ("listed", models.BooleanField(default=True)),
                ("enabled", models.BooleanField(default=True)),
                ("stopped", models.BooleanField(default=False)),
                ("last_good_ms", models.BigIntegerField(null=True)),
                ("next_ms", models.BigIntegerField(null=True)),
                ("failures", models.IntegerField(default=0)),
                ("error_ms", models.BigIntegerField(null=True)),
                ("error_template", models.TextField(default="")),
                ("error_params", models.TextField(default="{}")),
            ],
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("digest", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=200)),
                ("at_ms", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("brand", models.CharField(max_length=64)),
                ("timeline", models.CharField(max_length=120)),
                ("cause", models.CharField(max_length=16)),
                ("level", models.CharField(max_length=16)),
                ("at_ms", models.BigIntegerField()),
                ("subject", models.CharField(max_length=200)),
                ("title", models.TextField()),
                ("story", models.CharField(max_length=64)),
                ("reasons", models.TextField()),
                ("state", models.CharField(max_length=16)),
                ("snoozed_ms", models.BigIntegerField(null=True)),
                ("by", models.CharField(max_length=120)),
                ("note", models.TextField()),
            ],
            options={
                "indexes": [models.Index(fields=["timeline", "brand", "at_ms"], name="alert_latest")],
            },
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_kind", models.CharField(max_length=16)),
                ("subject", models.CharField(max_length=200)),
                ("label", models.CharField(max_length=64)),
                ("by", models.CharField(max_length=120)),
                ("at_ms", models.BigIntegerField()),
                ("note", models.TextField(default="")),
            ],
            options={
                "indexes": [models.Index(fields=["subject_kind", "subject"], name="label_subject")],
            },
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=64)),
                ("timeline", models.CharField(max_length=120)),
                ("action", models.CharField(max_length=120)),
                ("delivery", models.CharField(max_length=16)),
                ("state", models.CharField(max_length=16)),
                ("tries", models.IntegerField(default=0)),
                ("next_ms", models.BigIntegerField(default=0)),
                ("claimed_ms", models.BigIntegerField(null=True)),
                ("error", models.TextField(default="")),
                ("body", models.TextField()),
            ],
            options={
                "indexes": [models.Index(fields=["state", "next_ms"], name="outbox_due")],
                "constraints": [models.UniqueConstraint(fields=("event", "action"), name="outbox_once")],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.BinaryField(max_length=16)),
                ("platform", models.TextField()),
                ("native_id", models.TextField()),
                ("kind", models.CharField(max_length=16)),
                ("audience", models.CharField(max_length=16)),
                ("created_ms", models.BigIntegerField()),
                ("seen_ms", models.BigIntegerField()),
                ("edited_ms", models.BigIntegerField(null=True)),
                ("title", models.TextField()),
                ("text", models.TextField()),
                ("url", models.TextField(null=True)),
                ("stars", models.FloatField(null=True)),
                ("stars_max", models.FloatField(null=True)),
                ("rest", models.TextField()),
                (
                    "author",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.author"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_ms", models.BigIntegerField()),
                ("title", models.TextField()),
                ("text", models.TextField()),
                ("post", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.post")),
            ],
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "post_id", "source_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seen_ms", models.BigIntegerField()),
                (
                    "post",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.post"),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.source",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Story",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64)),
                ("title", models.TextField()),
                ("keywords", models.TextField()),
                ("first_platform", models.TextField()),
                ("first_native_id", models.TextField()),
                ("first_ms", models.BigIntegerField()),
                ("last_ms", models.BigIntegerField()),
                ("posts", models.BigIntegerField()),
                ("copies", models.BigIntegerField()),
                ("negative", models.BigIntegerField()),
                ("severity", models.SmallIntegerField()),
                ("state", models.CharField(max_length=16)),
                ("kind", models.CharField(max_length=16)),
                ("platforms", models.TextField()),
                ("languages", models.TextField()),
                ("memory", models.BinaryField()),
                (
                    "brand",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.brand"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StoryCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "span", "start", "story_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("span", models.SmallIntegerField()),
                ("start", models.BigIntegerField()),
                ("posts", models.BigIntegerField()),
                ("story", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.story")),
            ],
        ),
        migrations.CreateModel(
            name="Timeline",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("kind", models.CharField(max_length=16)),
                ("watermark", models.BigIntegerField(default=-1)),
                (
                    "world",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.timeline"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="story",
            name="timeline",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.timeline"),
        ),
        migrations.CreateModel(
            name="RejectRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at_ms", models.BigIntegerField()),
                ("line", models.BigIntegerField()),
                ("why", models.TextField()),
                ("params", models.TextField(default="{}")),
                ("raw", models.TextField(default="")),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.source")),
                (
                    "timeline",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.timeline"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="post",
            name="world",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.timeline"
            ),
        ),
        migrations.CreateModel(
            name="KindCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "brand_id",
                        "span",
                        "start",
                        "timeline_id",
                        "kind",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("span", models.SmallIntegerField()),
                ("start", models.BigIntegerField()),
                ("kind", models.CharField(max_length=16)),
                ("posts", models.BigIntegerField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.brand",
                    ),
                ),
                (
                    "timeline",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.timeline",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=200)),
                ("origin", models.TextField()),
                ("digest", models.CharField(default="", max_length=64)),
                ("started_ms", models.BigIntegerField()),
                ("ended_ms", models.BigIntegerField(null=True)),
                ("posts", models.BigIntegerField(default=0)),
                ("mentions", models.BigIntegerField(default=0)),
                ("rejects", models.BigIntegerField(default=0)),
                ("timeline", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.timeline")),
            ],
        ),
        migrations.CreateModel(
            name="FoldState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("closed_minute", models.BigIntegerField(default=-1)),
                ("generation", models.BigIntegerField(default=0)),
                ("version", models.CharField(default="", max_length=200)),
                ("state", models.BinaryField(null=True)),
                ("brand", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.brand")),
                (
                    "timeline",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.timeline"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cursor", models.TextField(default="")),
                ("heartbeat_ms", models.BigIntegerField(null=True)),
                ("posts", models.BigIntegerField(default=0)),
                ("unmatched", models.BigIntegerField(default=0)),
                ("unreadable", models.BigIntegerField(default=0)),
                ("rules_version", models.CharField(default="", max_length=64)),
                ("stage_version", models.CharField(default="", max_length=64)),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.source")),
                ("timeline", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.timeline")),
            ],
        ),
        migrations.CreateModel(
            name="Count",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "brand_id",
                        "watch",
                        "span",
                        "start",
                        "timeline_id",
                        "platform",
                        "language",
                        "tone",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("watch", models.BigIntegerField()),
                ("span", models.SmallIntegerField()),
                ("start", models.BigIntegerField()),
                ("platform", models.TextField()),
                ("language", models.CharField(max_length=8)),
                ("tone", models.CharField(max_length=8)),
                ("posts", models.BigIntegerField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.brand",
                    ),
                ),
                (
                    "timeline",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.timeline",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Unmatched",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("platform", models.TextField()),
                ("native_id", models.TextField()),
                ("author", models.BigIntegerField(db_index=True)),
                ("at_ms", models.BigIntegerField(db_index=True)),
                ("body", models.TextField()),
                (
                    "source",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.source"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("version", models.IntegerField(default=1)),
                ("deleted", models.BooleanField(default=False)),
                ("body", models.TextField()),
                ("brand", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.brand")),
            ],
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.BigIntegerField()),
                ("minute", models.BigIntegerField()),
                ("lead", models.BooleanField()),
                ("pending", models.BooleanField()),
                ("own", models.BooleanField()),
                ("language", models.CharField(max_length=8)),
                ("tone", models.CharField(max_length=8)),
                ("severity", models.SmallIntegerField()),
                ("kinds", models.TextField()),
                ("exact", models.BigIntegerField()),
                ("bands", models.BinaryField()),
                ("terms", models.TextField()),
                ("reading", models.TextField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.brand",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.post"),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.reading",
                    ),
                ),
                (
                    "story",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to="store.story"
                    ),
                ),
                (
                    "timeline",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.timeline",
                    ),
                ),
                (
                    "world",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.timeline",
                    ),
                ),
                (
                    "watch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.watch",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WatchVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField()),
                ("body", models.TextField()),
                ("watch", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.watch")),
            ],
        ),
        migrations.CreateModel(
            name="Surge",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("level", models.CharField(max_length=16)),
                ("at_ms", models.BigIntegerField()),
                ("since_ms", models.BigIntegerField()),
                ("window_min", models.IntegerField()),
                ("expected", models.FloatField()),
                ("seen", models.BigIntegerField()),
                ("excess_p", models.FloatField()),
                ("authors", models.BigIntegerField()),
                ("negative", models.BigIntegerField()),
                ("learning", models.BooleanField()),
                ("story", models.CharField(max_length=64)),
                ("reasons", models.TextField()),
                (
                    "brand",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.brand"),
                ),
                (
                    "timeline",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.timeline"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["brand", "timeline", "at_ms"], name="surge_latest")],
            },
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(fields=["brand", "timeline", "last_ms"], name="story_latest"),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(fields=["brand", "timeline", "posts"], name="story_largest"),
        ),
        migrations.AddConstraint(
            model_name="story",
            constraint=models.UniqueConstraint(fields=("timeline", "name"), name="story_once"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(fields=("world", "key"), name="post_once"),
        ),
        migrations.AddConstraint(
            model_name="foldstate",
            constraint=models.UniqueConstraint(fields=("timeline", "brand"), name="fold_state_once"),
        ),
        migrations.AddConstraint(
            model_name="cursor",
            constraint=models.UniqueConstraint(fields=("source", "timeline"), name="cursor_once"),
        ),
        migrations.AddIndex(
            model_name="unmatched",
            index=models.Index(fields=["native_id", "platform"], name="unmatched_post"),
        ),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.UniqueConstraint(fields=("brand", "name"), name="watch_once"),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(
                condition=models.Q(("lead", True)), fields=["brand", "world", "minute", "id"], name="mention_latest"
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(
                condition=models.Q(("pending", True)), fields=["timeline", "brand", "minute"], name="mention_open"
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(
                condition=models.Q(("story__isnull", False)), fields=["story", "minute"], name="mention_story"
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("post", "watch"), name="mention_once"),
        ),
        migrations.AddConstraint(
            model_name="watchversion",
            constraint=models.UniqueConstraint(fields=("watch", "version"), name="watch_version_once"),
        ),
        migrations.RunPython(create_by_hand, elidable=False),
    ]
