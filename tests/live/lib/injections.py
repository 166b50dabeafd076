"""Strings that are known to bring scripts through filters of HTML and Markdown, from tests/unit/html_injections.h, in
contexts, and in every text of a site."""
import ast

from .servers import TOP


def _read():
    text = (TOP / "tests/unit/html_injections.h").read_text().partition("*/")[2]
    lines = [line.rstrip(",") for line in text.splitlines() if line]
    return [ast.literal_eval(f"({line})") for line in lines]


# As the bytes of the C strings; a byte that is no UTF-8 is U+FFFD in a database's text.
INJECTIONS = [s.encode("latin-1", "replace").decode("utf-8", "replace") for s in _read()]
CONTEXTS = ["{}", "<p>{}</p>", "<ul><li>{}</li></ul>", "<table><tr><td>{}</td></tr></table>", "<a href=\"/x\">{}</a>"]
BODIES = [context.format(s) if "{}" not in s else s for s in INJECTIONS for context in CONTEXTS]

# ---- a site that says them everywhere

MARKDOWN = ["{}", "words {} words", "- {}", "> {}", "| a |\n|---|\n| {} |", "# {}", "*{}*", "[{}](/x)", "a[^n]\n\n[^n]: {}", "1. a\n\n   {}"]
RAN = "(window.__x=1)"  # in place of alert(1)
FORMATS = ["markdown", "html", "wordpress"]
LINES = {"product": ["name", "summary", "license", "website_url", "repository_url", "logo_url"], "sector": ["name"], "theme": ["name"],
         "editorial": ["headline", "author", "prediction_note"], "activity": ["title", "url", "version"],
         "page": ["title"], "attribute": ["name", "unit", "help", "group_name"], "fact": ["value", "note", "source_url"],
         "alternative": ["reason"]}
TEXTS = {"editorial": ["current_state_md", "heading_md", "prediction_md"], "faq": ["answer_md"], "comparison": ["intro_md", "verdict_md"],
         "page": ["body_md"]}
ROWS = 400      # of a table, its newest
ASKED = 40      # products with the questions


def _values(column, room, n):
    """n values of at most `room` characters, which have as many of the strings as they can, each as its own word."""
    strings, made, at = [s.replace("alert(1)", RAN) for s in INJECTIONS], [], sum(column.encode())
    alone = column.endswith("url")  # an address is one string
    for _ in range(n):
        value = ""
        for _ in range(1 if alone else 4):
            one = strings[at % len(strings)]
            if not value or len(value) + 1 + len(one) <= room:
                value += (" " if value else "") + one
                at += 1
        made.append(value[:room])
    return made


def _lines_fill(cursor, table, column):
    cursor.execute("SELECT character_maximum_length FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %s"
                   " AND column_name = %s", (table, column))
    room = cursor.fetchone()[0]
    cursor.execute(f"SELECT id FROM {table} ORDER BY id DESC LIMIT {ROWS}")
    ids = [i for i, in cursor.fetchall()]
    cursor.executemany(f"UPDATE IGNORE {table} SET {column} = %s WHERE id = %s",
                       [(value, ident) for value, ident in zip(_values(column, min(room, 400), len(ids)), ids)])


def _questions_fill(cursor):
    """Each string is an answer of its own in each format, so that none is lost in what another one left open."""
    cursor.execute(f"SELECT id FROM product WHERE status = 'published' ORDER BY id LIMIT {ASKED}")
    products = [i for i, in cursor.fetchall()]
    rows = []
    for i, s in enumerate(INJECTIONS):
        for k, format in enumerate(FORMATS):
            context = (MARKDOWN if format == "markdown" else CONTEXTS)[(i + k) % 5 if format != "markdown" else i % len(MARKDOWN)]
            body = s.replace("alert(1)", RAN) if "{}" in s else context.replace("{}", s.replace("alert(1)", RAN))
            rows.append((products[(3 * i + k) % len(products)], f"{format} {i} {s.replace('alert(1)', RAN)}"[:200], body))
    cursor.execute("DELETE FROM faq")
    cursor.executemany("INSERT INTO faq (product_id, question, answer_md, status) VALUES (%s, %s, %s, 'published')", rows)


def _texts_fill(cursor, table, column):
    cursor.execute(f"SELECT id FROM {table} ORDER BY id DESC LIMIT {ROWS}")
    cursor.executemany(f"UPDATE {table} SET {column} = %s WHERE id = %s",
                       [("\n\n".join(INJECTIONS[(7 * ident + k) % len(INJECTIONS)].replace("alert(1)", RAN) for k in range(5)), ident)
                        for ident, in cursor.fetchall()])


def fill(site):
    """Every text of every table says some of the strings, and the answers of questions all of them in each format.  The first word
    of a question is the format of its answer; other bodies take turns."""
    connection = site.database.connect(autocommit=False)
    with connection.cursor() as cursor:
        _questions_fill(cursor)
        for table, columns in TEXTS.items():
            for column in columns:
                if table != "faq":
                    _texts_fill(cursor, table, column)
        for table, columns in LINES.items():
            for column in columns:
                _lines_fill(cursor, table, column)
        connection.commit()
        for table in TEXTS:
            cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %s"
                           " ORDER BY ordinal_position", (f"site_{table}",))
            names = ", ".join(name for name, in cursor.fetchall() if name != "body_format")
            says = "SUBSTRING_INDEX(question, ' ', 1)" if table == "faq" else "ELT(1 + id % 3, 'markdown', 'html', 'wordpress')"
            cursor.execute(f"CREATE OR REPLACE VIEW site_{table} AS SELECT {names}, {says} AS body_format FROM {table}")
        cursor.execute("UPDATE product SET updated_at = NOW(6)")
        connection.commit()
    connection.close()
