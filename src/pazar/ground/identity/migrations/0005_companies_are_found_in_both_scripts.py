"""Names of companies are found whichever script they are typed in; the index of before served no search."""

from django.db import migrations, models

# As the Bulgarian law on transliteration has it, and what Russian and Ukrainian letters add; both scripts come out alike:
# "Sofiya" is "Sofia", "Bulgaria" is "България" too.
LETTERS = (
    ("щ", "sht"), ("ш", "sh"), ("ч", "ch"), ("ц", "ts"), ("ж", "zh"), ("ю", "yu"), ("я", "ya"), ("ё", "e"), ("є", "e"),
    ("ї", "i"), ("х", "h"),
)  # fmt: skip
SINGLE = ("абвгдезийклмнопрстуфъыьэіґ", "abvgdeziyklmnoprstufayyeig")
ALIKE = (("iya", "ia"), ("kh", "h"), ("w", "v"), ("ck", "k"), ("x", "ks"), ("bulgaria", "balgaria"))


def _sql() -> str:
    text = f"translate(lower(name), '{SINGLE[0]}', '{SINGLE[1]}')"
    for letter, latin in (*LETTERS, *ALIKE):
        text = f"replace({text}, '{letter}', '{latin}')"
    return f"""
CREATE FUNCTION identity_latin(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT {text}
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_where_one_is_logged_in")]

    operations = [
        migrations.RunSQL(_sql(), "DROP FUNCTION identity_latin(text);"),
        migrations.RemoveIndex(model_name="company", name="identity_company_name_trgm"),
        migrations.RunSQL(
            "CREATE INDEX identity_company_latin ON identity_company USING gin (identity_latin(name) gin_trgm_ops)",
            "DROP INDEX identity_company_latin",
        ),
        migrations.AddIndex(
            model_name="company",
            index=models.Index(fields=["country", "standing", "name", "id"], name="identity_company_of_country"),
        ),
    ]
