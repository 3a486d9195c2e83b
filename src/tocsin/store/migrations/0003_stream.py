"""The work on mentions: states, views, corrections, undo, presence; and the indexes that find what asks for somebody."""

from django.db import migrations, models


# Rows here hang on a mention without a foreign key, so that the intake need not look them up; they go with it.
WORK_TABLES = ("store_workstate", "store_correction", "store_corrected", "store_original", "store_presence")
SQLITE_TRIGGER = """
CREATE TRIGGER store_mention_work AFTER DELETE ON store_mention
BEGIN {deletes} END
"""
POSTGRES_FUNCTION = """
CREATE FUNCTION store_mention_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {deletes} RETURN OLD; END $$
"""
POSTGRES_TRIGGER = """
CREATE TRIGGER store_mention_work AFTER DELETE ON store_mention FOR EACH ROW EXECUTE FUNCTION store_mention_work()
"""


def work_goes_with_its_mention(apps, schema_editor):
    deletes = " ".join(f"DELETE FROM {table} WHERE mention = OLD.id;" for table in WORK_TABLES)
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SQLITE_TRIGGER.format(deletes=deletes))
        return
    schema_editor.execute(POSTGRES_FUNCTION.format(deletes=deletes), params=None)
    schema_editor.execute(POSTGRES_TRIGGER)


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0002_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Corrected",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "mention", "correction", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mention", models.BigIntegerField()),
                ("correction", models.BigIntegerField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("brand", models.BigIntegerField()),
                ("world", models.BigIntegerField()),
                ("mention", models.BigIntegerField(db_index=True)),
                ("label", models.CharField(max_length=64)),
                ("exact", models.BigIntegerField()),
                ("bands", models.BinaryField()),
                ("by", models.BigIntegerField()),
                ("at_ms", models.BigIntegerField()),
                ("undone_ms", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Original",
            fields=[
                ("mention", models.BigIntegerField(primary_key=True, serialize=False)),
                ("body", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "mention", "person", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mention", models.BigIntegerField()),
                ("person", models.BigIntegerField()),
                ("at_ms", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("brand", models.BigIntegerField()),
                ("owner", models.BigIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("query", models.TextField()),
                ("shared", models.BooleanField(default=False)),
                ("at_ms", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Undo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.BigIntegerField()),
                ("brand", models.BigIntegerField()),
                ("at_ms", models.BigIntegerField(db_index=True)),
                ("what", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="WorkState",
            fields=[
                ("mention", models.BigIntegerField(primary_key=True, serialize=False)),
                ("brand", models.BigIntegerField()),
                ("world", models.BigIntegerField()),
                ("minute", models.BigIntegerField()),
                ("done", models.BooleanField(default=False)),
                ("assignee", models.BigIntegerField(default=0)),
                ("by", models.BigIntegerField(default=0)),
                ("at_ms", models.BigIntegerField()),
            ],
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(
                condition=models.Q(
                    ("lead", True),
                    ("own", False),
                    models.Q(("severity__gte", 25), ("kinds__contains", "question"), _connector="OR"),
                ),
                fields=["brand", "world", "minute", "id"],
                name="mention_asks",
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(
                condition=models.Q(("lead", True), ("severity__gte", 25)),
                fields=["brand", "world", "severity", "minute", "id"],
                name="mention_grave",
            ),
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(condition=models.Q(("undone_ms__isnull", True)), fields=["id"], name="correction_valid"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("brand", "owner", "name"), name="view_once"),
        ),
        migrations.AddIndex(
            model_name="workstate",
            index=models.Index(
                condition=models.Q(("assignee__gt", 0)),
                fields=["brand", "world", "assignee", "minute", "mention"],
                name="work_mine",
            ),
        ),
        migrations.AddIndex(
            model_name="workstate",
            index=models.Index(
                condition=models.Q(("done", True)), fields=["brand", "world", "minute", "mention"], name="work_done"
            ),
        ),
        migrations.RunPython(work_goes_with_its_mention),
    ]
