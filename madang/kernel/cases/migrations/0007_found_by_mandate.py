from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large where the site has run for long, and cases are filed meanwhile.
    atomic = False
    dependencies = [("cases", "0006_closed")]
    operations = [
        AddIndexConcurrently(
            "case",
            models.Index(
                condition=models.Q(("company__isnull", False)),
                fields=["company", "-received_at", "-id"],
                name="case_of_company",
            ),
        ),
        AddIndexConcurrently(
            "case",
            models.Index(
                condition=models.Q(("mandate__isnull", False)),
                fields=["mandate", "-received_at", "-id"],
                name="case_of_mandate",
            ),
        ),
    ]
