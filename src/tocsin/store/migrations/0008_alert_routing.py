"""Who is told of what: routes, channels, rounds of telling, alerts held back; and the rhythm of sources."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0007_moves"),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.BigIntegerField(db_index=True)),
                ("label", models.CharField(max_length=80)),
                ("scheme", models.CharField(max_length=40)),
                ("sealed", models.TextField()),
                ("at_ms", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="ChannelFault",
            fields=[
                ("channel", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("since_ms", models.BigIntegerField()),
                ("last_ms", models.BigIntegerField()),
                ("is_final", models.BooleanField(default=False)),
                ("error", models.TextField()),
                ("params", models.TextField(default="{}")),
            ],
        ),
        migrations.CreateModel(
            name="Routing",
            fields=[
                ("brand", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("body", models.TextField()),
                ("version", models.IntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="SourceHour",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source", "hour", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.BigIntegerField()),
                ("hour", models.BigIntegerField()),
                ("asks", models.IntegerField(default=0)),
                ("posts", models.IntegerField(default=0)),
                ("last_ms", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="alert",
            name="due_ms",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="muted_by",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.AddField(
            model_name="alert",
            name="step",
            field=models.IntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(condition=models.Q(("due_ms__isnull", False)), fields=["due_ms"], name="alert_due"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("muted_by", ""), _negated=True), fields=["muted_by"], name="alert_muted"
            ),
        ),
    ]
