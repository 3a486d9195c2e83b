"""Digests by mail, objections, and how long each thing is kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0005_audit_by_whom"),
    ]

    operations = [
        migrations.AddField(model_name="person", name="digest", field=models.CharField(default="off", max_length=8)),
        migrations.AddField(model_name="person", name="digest_empty", field=models.BooleanField(default=False)),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("brand", models.CharField(max_length=64)),
                ("platform", models.TextField()),
                ("handle", models.TextField()),
                ("note", models.TextField(default="")),
                ("by", models.CharField(max_length=120)),
                ("at_ms", models.BigIntegerField()),
                ("lifted_ms", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Retention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("brand", models.CharField(max_length=64)),
                ("purpose", models.CharField(max_length=16)),
                ("days", models.IntegerField()),
                ("by", models.CharField(max_length=120)),
                ("at_ms", models.BigIntegerField()),
                ("done_ms", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("brand", "purpose"), name="retention_once")],
            },
        ),
    ]
