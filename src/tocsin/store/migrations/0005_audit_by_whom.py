"""Find who did what in the audit trail without reading it all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0004_moving_stories"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="audit",
            index=models.Index(fields=["by", "id"], name="audit_by"),
        ),
        migrations.AddIndex(
            model_name="audit",
            index=models.Index(fields=["action", "id"], name="audit_action"),
        ),
    ]
