import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models.functions import Now

# A published version is what people relied on: not even a mistaken query changes it.
IMMUTABLE = """
CREATE FUNCTION procedures_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published version of a procedure is never changed or deleted; publish a new one.'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER procedures_version_stays BEFORE UPDATE OR DELETE ON procedures_version
    FOR EACH ROW EXECUTE FUNCTION procedures_version_stays();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("identity", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("procedure", models.CharField(max_length=80, verbose_name="procedure")),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("digest", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("body", models.JSONField()),
                ("published_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="published at")),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: loaded with the software.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.person",
                        verbose_name="published by",
                    ),
                ),
            ],
            options={"verbose_name": "version of a procedure", "verbose_name_plural": "versions of procedures"},
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(fields=("procedure", "number"), name="one_version_a_number"),
        ),
        migrations.RunSQL(
            IMMUTABLE,
            "DROP TRIGGER procedures_version_stays ON procedures_version; DROP FUNCTION procedures_version_stays();",
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("procedure", models.CharField(max_length=80)),
                ("data", models.JSONField(default=dict)),
                ("page", models.PositiveSmallIntegerField(default=0, help_text="The page to go on with, from 0.")),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to="identity.person"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="procedures.version"
                    ),
                ),
            ],
            options={"verbose_name": "draft", "verbose_name_plural": "drafts"},
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(fields=("person", "procedure"), name="one_draft_a_procedure"),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(fields=["updated_at"], name="draft_by_age"),
        ),
    ]
