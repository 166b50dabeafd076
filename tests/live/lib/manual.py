"""The examples of a manual page, as a shell or a configuration reads them."""
import re

from .servers import TOP


def examples(page, section):
    """The blocks between .EX and .EE in a section of man/PAGE."""
    text = (TOP / "man" / page).read_text().split(f"\n.SH {section}\n")[1].split("\n.SH ")[0]
    return [b.replace("\\-", "-").replace("\\\\", "\\") for b in re.findall(r"^\.EX\n(.*?)^\.EE$", text, re.M | re.S)]


def settings(text):
    """The lines `key = value` of a configuration, without quotes."""
    return {k: v.strip('"') for k, v in re.findall(r"^(\w+)\s*=\s*(.*?)\s*$", text, re.M)}
