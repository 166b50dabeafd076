"""The source tree as the lints see it."""
import os
import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("DIPTYCH_BUILD", TOP / "build")).resolve()
FCGI = TOP / "fcgi"
RULES = [re.fullmatch(r"(\w+):(.*?)(?:never(.*))?", line).groups("") for line in (FCGI / "rooms").read_text().splitlines()
         if not line.startswith("#")]
ROOMS = [room for room, _, _ in RULES]
MAY = {room: set(may.split()) for room, may, _ in RULES}
NEVER = {room: set(never.split()) for room, _, never in RULES}
SOURCES = sorted(p for p in FCGI.rglob("*.[ch]"))
HEADERS = [p for p in SOURCES if p.suffix == ".h"]


def name(path):
    return str(path.relative_to(FCGI))


def room(path):
    return path.relative_to(FCGI).parts[0]


def includes(path, quoted=True):
    """(line number, name) of each include "like this", or <like this>."""
    pattern = r'\s*#\s*include\s*"([^"]+)"' if quoted else r"\s*#\s*include\s*<([^>]+)>"
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if m := re.match(pattern, line):
            yield number, m[1]
