from django.db import migrations


class Migration(migrations.Migration):
    deploy = "A sequence that the old code does not know."
    dependencies = [("mandates", "0001_initial")]
    operations = [migrations.RunSQL("CREATE SEQUENCE mandates_mandate_number", "DROP SEQUENCE mandates_mandate_number")]
