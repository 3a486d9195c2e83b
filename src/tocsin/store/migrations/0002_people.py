"""Accounts: people, roles, one-time links, sessions, tries to sign in."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128)),
                ("email", models.CharField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("language", models.CharField(default="fr", max_length=2)),
                ("time_zone", models.CharField(default="Europe/Paris", max_length=64)),
                ("theme", models.CharField(default="auto", max_length=8)),
                ("is_owner", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                ("night_from", models.IntegerField(null=True)),
                ("night_until", models.IntegerField(null=True)),
                ("totp_secret", models.TextField(default="")),
                ("totp_step", models.BigIntegerField(default=0)),
                ("made_ms", models.BigIntegerField()),
                ("entered_ms", models.BigIntegerField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OneTimeLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=32, unique=True)),
                ("purpose", models.CharField(max_length=16)),
                ("email", models.CharField(max_length=254)),
                ("body", models.TextField(default="{}")),
                ("by", models.CharField(max_length=120)),
                ("made_ms", models.BigIntegerField()),
                ("ends_ms", models.BigIntegerField()),
                ("used_ms", models.BigIntegerField(null=True)),
                (
                    "person",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.person"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("key", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("body", models.TextField()),
                ("device", models.CharField(default="", max_length=120)),
                ("made_ms", models.BigIntegerField()),
                ("seen_ms", models.BigIntegerField()),
                ("ends_ms", models.BigIntegerField(db_index=True)),
                (
                    "person",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.person"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignInTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=32)),
                ("at_ms", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["key", "at_ms"], name="sign_in_try_key")],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=16)),
                ("brand", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.brand")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.person")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "brand"), name="membership_once")],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=32)),
                ("used_ms", models.BigIntegerField(null=True)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.person")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "digest"), name="recovery_code_once")],
            },
        ),
    ]
