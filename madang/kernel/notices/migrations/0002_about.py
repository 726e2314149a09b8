from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table is large where the site has run for long, and people are told of things meanwhile.
    atomic = False
    dependencies = [("notices", "0001_initial")]
    operations = [AddIndexConcurrently("notice", models.Index(fields=["case_number"], name="notice_about"))]
