"""Statements use only functions that MariaDB and all current MySQL releases have."""
import re

from tree import FCGI, TOP

# MySQL 8 dropped the older ones, MySQL 9.6 moved MD5, SHA and SHA1 to a component that nobody installs by default.
GONE = re.compile(r"\b(MD5|SHA1?|PASSWORD|OLD_PASSWORD|ENCODE|DECODE|ENCRYPT|DES_ENCRYPT|DES_DECRYPT)\s*\(", re.I)
STATEMENTS = [*sorted((TOP / "sql").rglob("*.sql")), TOP / "sql/sample/load", *sorted(FCGI.rglob("*.[ch]"))]


def statements(path):
    """The text of the file that reaches a server: comments are left out, of C only literals count."""
    text = path.read_text()
    if path.suffix in (".c", ".h"):
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        return "\n".join(re.findall(r'"(?:[^"\\\n]|\\.)*"', text))
    return re.sub(r"^\s*(--|#).*$", "", text, flags=re.M)


def test_no_function_that_mysql_dropped():
    wrong = {str(path.relative_to(TOP)): found for path in STATEMENTS if (found := GONE.findall(statements(path)))}
    assert not wrong
