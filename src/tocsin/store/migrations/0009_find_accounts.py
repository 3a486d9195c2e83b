"""Find an account by the beginning of its handle or name, whatever their number."""

from django.db import migrations

INDEXES = {
    "author_by_handle": "(platform, lower(handle){by_letter})",
    "author_by_name": "(platform, lower(name){by_letter})",
}


def index_accounts(apps, schema_editor):
    # In the order of letters, which `like 'alb%'` needs and a collation of PostgreSQL does not keep.
    by_letter = "" if schema_editor.connection.vendor == "sqlite" else " text_pattern_ops"
    for name, columns in INDEXES.items():
        schema_editor.execute(f"CREATE INDEX {name} ON store_author {columns.format(by_letter=by_letter)}")


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0008_alert_routing"),
    ]

    operations = [migrations.RunPython(index_accounts)]
