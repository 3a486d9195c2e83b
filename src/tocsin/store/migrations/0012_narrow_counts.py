"""Read on what the surge tests remembered in the layout before: its four-byte counts are one of the widths now read."""

from django.db import migrations


def read_on(apps, schema_editor):
    states = apps.get_model("store", "FoldState").objects.using(schema_editor.connection.alias)
    states.filter(version="surge-1").update(version="surge-2")


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0011_collecting"),
    ]

    operations = [migrations.RunPython(read_on)]
