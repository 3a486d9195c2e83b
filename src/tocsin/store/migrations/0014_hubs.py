"""Hubs that push the news of a source, and what they pushed until it is read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0013_proof"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceHub",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.BigIntegerField()),
                ("hub", models.TextField()),
                ("topic", models.TextField()),
                ("token", models.CharField(max_length=64, unique=True)),
                ("sealed", models.TextField()),
                ("state", models.CharField(max_length=12)),
                ("asked_ms", models.BigIntegerField(null=True)),
                ("next_ms", models.BigIntegerField()),
                ("granted_ms", models.BigIntegerField(null=True)),
                ("until_ms", models.BigIntegerField(null=True)),
                ("push_ms", models.BigIntegerField(null=True)),
                ("missed_ms", models.BigIntegerField(null=True)),
                ("failures", models.IntegerField(default=0)),
                ("error_template", models.TextField(default="")),
                ("error_params", models.TextField(default="{}")),
            ],
            options={
                "indexes": [models.Index(fields=["source"], name="source_hub_source")],
            },
        ),
        migrations.CreateModel(
            name="SourcePush",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hub", models.BigIntegerField()),
                ("at_ms", models.BigIntegerField()),
                ("content_type", models.CharField(max_length=200)),
                ("body", models.BinaryField()),
                ("is_hint", models.BooleanField(default=False)),
            ],
        ),
    ]
