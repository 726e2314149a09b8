from django.db import migrations

# Handed out 64 at a time: see madang.kernel.common.work.Keys.
CREATE = "CREATE SEQUENCE cases_case_key INCREMENT 64; CREATE SEQUENCE cases_case_number INCREMENT 64;"
DROP = "DROP SEQUENCE cases_case_number; DROP SEQUENCE cases_case_key;"


class Migration(migrations.Migration):
    deploy = "Sequences that the old code does not know."

    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
