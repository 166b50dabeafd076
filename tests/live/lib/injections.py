"""Strings that are known to bring scripts through filters of HTML, from tests/unit/html_injections.h, and in contexts."""
import ast

from .servers import TOP


def _read():
    text = (TOP / "tests/unit/html_injections.h").read_text().partition("*/")[2]
    lines = [line.rstrip(",") for line in text.splitlines() if line]
    return [ast.literal_eval(f"({line.replace(chr(92) + 'x', chr(92) + 'x')})") for line in lines]


# As the bytes of the C strings; a byte that is no UTF-8 is U+FFFD in a database's text.
INJECTIONS = [s.encode("latin-1", "replace").decode("utf-8", "replace") for s in _read()]
CONTEXTS = ["{}", "<p>{}</p>", "<ul><li>{}</li></ul>", "<table><tr><td>{}</td></tr></table>", "<a href=\"/x\">{}</a>"]
BODIES = [context.format(s) if "{}" not in s else s for s in INJECTIONS for context in CONTEXTS]
