from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large where the site has run for long, and cases are filed meanwhile.
    atomic = False
    dependencies = [("cases", "0005_keeping")]
    operations = [
        AddIndexConcurrently(
            "case",
            models.Index(condition=models.Q(("closed_at__isnull", False)), fields=["closed_at"], name="case_closed"),
        ),
    ]
