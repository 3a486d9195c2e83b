"""Moves of posts between stories in a table of their own, found from either side; those kept as labels go over."""

import json

from django.db import migrations, models


def take_over(apps, schema_editor):
    """Labels named the moves of people until now: `moved` with its rows, `moved_back` with the number of the label."""
    alias = schema_editor.connection.alias
    labels = apps.get_model("store", "Label").objects.using(alias).filter(subject_kind="story")
    brands = dict(apps.get_model("store", "Story").objects.using(alias).values_list("name", "brand_id"))
    undone = dict(labels.filter(label="moved_back").values_list("note", "at_ms"))
    kept = []
    for label in labels.filter(label="moved").exclude(note="").order_by("id"):
        note = json.loads(label.note)
        held = apps.get_model("store", "Mention").objects.using(alias).filter(story__name=note["source"]).exists()
        kept.append(
            {
                "brand": brands.get(note["source"], 0),
                "source": note["source"],
                "target": note["target"],
                "whole": not held,
                "rows": json.dumps(note["rows"]),
                "by": label.by,
                "at_ms": label.at_ms,
                "undone_ms": undone.get(str(label.id)),
            }
        )
    move = apps.get_model("store", "Move")
    move.objects.using(alias).bulk_create([move(**one) for one in kept])
    labels.filter(label__in=["moved", "moved_back"]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0006_personal"),
    ]

    operations = [
        migrations.CreateModel(
            name="Move",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("brand", models.BigIntegerField()),
                ("source", models.CharField(max_length=64)),
                ("target", models.CharField(max_length=64)),
                ("whole", models.BooleanField()),
                ("rows", models.TextField()),
                ("followed", models.TextField(default="{}")),
                ("by", models.CharField(max_length=120)),
                ("at_ms", models.BigIntegerField()),
                ("correction", models.BigIntegerField(default=0)),
                ("undone_ms", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["brand", "source", "id"], name="move_out"),
                    models.Index(fields=["brand", "target", "id"], name="move_in"),
                    models.Index(
                        condition=models.Q(("undone_ms__isnull", True), ("whole", False)),
                        fields=["brand", "id"],
                        name="move_told",
                    ),
                ],
            },
        ),
        migrations.RunPython(take_over),
    ]
