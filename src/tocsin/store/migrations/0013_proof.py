"""Captures, the log that seals them, dossiers with their grounds, clocks and letters; the guards of the log."""

from django.db import migrations, models

APPEND_ONLY = ("store_logentry", "store_loghash", "store_checkpoint", "store_stamptoken")
SQLITE_GUARD = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRES_GUARD = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH {each} EXECUTE FUNCTION store_append_only()
"""


def guard(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    verbs = (("update", "ROW"), ("delete", "ROW"), *(() if is_sqlite else (("truncate", "STATEMENT"),)))
    for table in APPEND_ONLY:
        for verb, each in verbs:
            template = SQLITE_GUARD if is_sqlite else POSTGRES_GUARD
            schema_editor.execute(template.format(table=table, verb=verb, each=each))


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0012_narrow_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuthorityHealth",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("good_ms", models.BigIntegerField(null=True)),
                ("bad_ms", models.BigIntegerField(null=True)),
                ("failures", models.IntegerField(default=0)),
                ("error", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.CharField(max_length=64)),
                ("at_ms", models.BigIntegerField()),
                ("note", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="EvidenceKey",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("sealed", models.TextField()),
                ("public", models.TextField()),
                ("made_ms", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="EvidenceText",
            fields=[
                ("digest", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("body", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="LogHash",
            fields=[
                ("place", models.BigIntegerField(primary_key=True, serialize=False)),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Capture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=16, unique=True)),
                ("brand", models.CharField(max_length=64)),
                ("dossier", models.BigIntegerField(default=0)),
                ("platform", models.CharField(default="", max_length=64)),
                ("native_id", models.TextField(default="")),
                ("url", models.TextField()),
                ("robot", models.BooleanField(default=True)),
                ("why", models.CharField(max_length=32)),
                ("state", models.CharField(max_length=16)),
                ("outcome", models.CharField(default="", max_length=16)),
                ("by", models.CharField(max_length=120)),
                ("asked_ms", models.BigIntegerField()),
                ("started_ms", models.BigIntegerField(null=True)),
                ("ended_ms", models.BigIntegerField(null=True)),
                ("sealed_ms", models.BigIntegerField(null=True)),
                ("stamped_ms", models.BigIntegerField(null=True)),
                ("erased_ms", models.BigIntegerField(null=True)),
                ("final_url", models.TextField(default="")),
                ("title", models.TextField(default="")),
                ("status", models.IntegerField(null=True)),
                ("size", models.BigIntegerField(default=0)),
                ("folder", models.TextField(default="")),
                ("manifest", models.CharField(default="", max_length=64)),
                ("log_index", models.BigIntegerField(null=True)),
                ("doubtful", models.BooleanField(default=False)),
                ("previous", models.BigIntegerField(default=0)),
                ("difference", models.TextField(default="{}")),
                ("holder", models.CharField(default="", max_length=200)),
                ("lease_ms", models.BigIntegerField(null=True)),
                ("tries", models.IntegerField(default=0)),
                ("next_ms", models.BigIntegerField(default=0)),
                ("error_template", models.TextField(default="")),
                ("error_params", models.TextField(default="{}")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "next_ms"], name="capture_due"),
                    models.Index(fields=["brand", "id"], name="capture_brand"),
                    models.Index(fields=["dossier", "id"], name="capture_dossier"),
                    models.Index(fields=["platform", "native_id"], name="capture_post"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaptureTurn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dossier", models.BigIntegerField()),
                ("brand", models.CharField(max_length=64)),
                ("url", models.TextField()),
                ("platform", models.CharField(default="", max_length=64)),
                ("native_id", models.TextField(default="")),
                ("why", models.CharField(max_length=32)),
                ("due_ms", models.BigIntegerField()),
                ("done", models.BigIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["done", "due_ms"], name="capture_turn_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("dossier", "url", "why", "due_ms"), name="capture_turn_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ChosenGround",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dossier", models.BigIntegerField()),
                ("ground", models.CharField(max_length=96)),
                ("by", models.CharField(max_length=120)),
                ("at_ms", models.BigIntegerField()),
                ("dropped_ms", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("dossier", "ground"), name="chosen_ground_once")],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dossier", models.BigIntegerField()),
                ("rule", models.CharField(max_length=96)),
                ("letter", models.BigIntegerField(default=0)),
                ("event", models.TextField()),
                ("acts", models.TextField()),
                ("term", models.TextField()),
                ("engine", models.CharField(max_length=64)),
                ("safe_day", models.CharField(default="", max_length=10)),
                ("last_day", models.CharField(default="", max_length=10)),
                ("last_ms", models.BigIntegerField(null=True)),
                ("by", models.CharField(max_length=120)),
                ("at_ms", models.BigIntegerField()),
                ("computed_ms", models.BigIntegerField()),
                ("ended_ms", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["dossier", "id"], name="clock_dossier")],
            },
        ),
        migrations.CreateModel(
            name="Dossier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.IntegerField()),
                ("rank", models.IntegerField()),
                ("brand", models.CharField(max_length=64)),
                ("title", models.TextField()),
                ("story", models.CharField(default="", max_length=64)),
                ("state", models.CharField(max_length=8)),
                ("by", models.CharField(max_length=120)),
                ("counsel", models.BigIntegerField(default=0)),
                ("opened_ms", models.BigIntegerField()),
                ("closed_ms", models.BigIntegerField(null=True)),
                ("keep_until_ms", models.BigIntegerField(null=True)),
                ("erased_ms", models.BigIntegerField(null=True)),
                ("online_day", models.CharField(default="", max_length=10)),
            ],
            options={
                "indexes": [models.Index(fields=["brand", "id"], name="dossier_brand")],
                "constraints": [models.UniqueConstraint(fields=("year", "rank"), name="dossier_number_once")],
            },
        ),
        migrations.CreateModel(
            name="GroundElement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ground", models.BigIntegerField()),
                ("element", models.CharField(max_length=96)),
                ("state", models.CharField(max_length=16)),
                ("note", models.TextField(default="")),
                ("by", models.CharField(max_length=120)),
                ("at_ms", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("ground", "element"), name="ground_element_once")],
            },
        ),
        migrations.CreateModel(
            name="LawLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dossier", models.BigIntegerField()),
                ("kind", models.CharField(max_length=48)),
                ("language", models.CharField(max_length=8)),
                ("subject", models.TextField(default="")),
                ("text", models.TextField()),
                ("facts", models.TextField(default="{}")),
                ("state", models.CharField(max_length=12)),
                ("needs_second", models.BooleanField(default=False)),
                ("by", models.CharField(max_length=120)),
                ("at_ms", models.BigIntegerField()),
                ("approved_by", models.CharField(default="", max_length=120)),
                ("approved_ms", models.BigIntegerField(null=True)),
                ("reason", models.TextField(default="")),
                ("sent_ms", models.BigIntegerField(null=True)),
                ("answered_ms", models.BigIntegerField(null=True)),
                ("digest", models.CharField(default="", max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["dossier", "id"], name="law_letter_dossier")],
            },
        ),
        migrations.CreateModel(
            name="LogEntry",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                ("at_ms", models.BigIntegerField()),
                ("dossier", models.BigIntegerField(default=0)),
                ("capture", models.BigIntegerField(default=0)),
                ("who", models.CharField(max_length=120)),
                ("digest", models.CharField(default="", max_length=64)),
                ("body", models.TextField()),
                ("text", models.CharField(default="", max_length=32)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["dossier", "number"], name="log_dossier"),
                    models.Index(fields=["capture", "number"], name="log_capture"),
                ],
            },
        ),
        migrations.CreateModel(
            name="StampToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.BigIntegerField()),
                ("authority", models.CharField(max_length=64)),
                ("at_ms", models.BigIntegerField()),
                ("got_ms", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("details", models.TextField()),
                ("reply", models.BinaryField()),
                ("chain", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("entry", "authority"), name="stamp_token_once")],
            },
        ),
        migrations.RunPython(guard),
    ]
