"""Titles of the press that owners add, change or hide."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0009_find_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="MediaTitle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("host", models.CharField(max_length=253, unique=True)),
                ("scope", models.CharField(max_length=12)),
                ("kind", models.CharField(max_length=12)),
                ("country", models.CharField(max_length=2)),
                ("language", models.CharField(max_length=2)),
                ("by", models.CharField(max_length=120)),
                ("at_ms", models.BigIntegerField()),
            ],
        ),
    ]
