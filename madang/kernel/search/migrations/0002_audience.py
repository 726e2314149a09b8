import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Documents say who finds them, and carry the lexemes of longer blocks: all are made anew, by the job that catches up."""

    deploy = "Before the first version. Stop the site: the index is emptied, and filled anew by the job that catches up."

    dependencies = [
        ("search", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            "INSERT INTO search_waiting (kind, subject_id) SELECT kind, subject_id FROM search_document;"
            "TRUNCATE search_document;",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(model_name="document", name="is_public"),
        migrations.AddField(
            model_name="document",
            name="audience",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                default=list,
                help_text="Who finds it: all, person-5, institution-7 ...",
                size=None,
            ),
            preserve_default=False,
        ),
    ]
