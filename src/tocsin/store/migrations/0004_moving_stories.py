"""An index of the stories people read: those of two posts or more, by when they moved last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0003_stream"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="story",
            index=models.Index(
                condition=models.Q(("posts__gte", 2)), fields=["brand", "timeline", "last_ms"], name="story_moving"
            ),
        ),
    ]
