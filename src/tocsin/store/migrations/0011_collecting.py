"""The life of sources: secrets, past, posts asked for again, cost, gaps."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0010_media"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceGap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.BigIntegerField()),
                ("since_ms", models.BigIntegerField(null=True)),
                ("until_ms", models.BigIntegerField(null=True)),
                ("why", models.TextField()),
                ("at_ms", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SourceNote",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.BigIntegerField()),
                ("name", models.CharField(max_length=64)),
                ("count", models.BigIntegerField(default=0)),
                ("last_ms", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SourcePast",
            fields=[
                ("source", models.BigIntegerField(primary_key=True, serialize=False)),
                ("since_ms", models.BigIntegerField()),
                ("state", models.CharField(max_length=12)),
                ("started_ms", models.BigIntegerField()),
                ("ended_ms", models.BigIntegerField(null=True)),
                ("next_ms", models.BigIntegerField(null=True)),
                ("oldest_ms", models.BigIntegerField(null=True)),
                ("newest_ms", models.BigIntegerField(null=True)),
                ("posts", models.BigIntegerField(default=0)),
                ("failures", models.IntegerField(default=0)),
                ("error_template", models.TextField(default="")),
                ("error_params", models.TextField(default="{}")),
            ],
        ),
        migrations.CreateModel(
            name="SourceSpend",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source", "month", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.BigIntegerField()),
                ("month", models.IntegerField()),
                ("posts", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SourceCheck",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "post", "source", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("post", models.BigIntegerField()),
                ("source", models.BigIntegerField()),
                ("due_ms", models.BigIntegerField()),
                ("checked_ms", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["source", "due_ms"], name="source_check_due")],
            },
        ),
        migrations.CreateModel(
            name="SourceSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.BigIntegerField()),
                ("name", models.CharField(max_length=64)),
                ("sealed", models.TextField()),
                ("set_ms", models.BigIntegerField()),
                ("ends_ms", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "name"), name="source_secret_once")],
            },
        ),
    ]
