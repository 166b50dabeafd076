"""A file includes only from its own room and from rooms above it in fcgi/rooms."""
import pytest

from tree import FCGI, ROOMS, SOURCES, TOP, includes, name, room

# Libraries that only one room may know, so that each stays replaceable there.
LIBRARIES = {
    "mysql.h": "content", "mariadb": "content", "libmemcached": "content", "cmark.h": "content",
    "fcgiapp.h": "pool", "fcgi_stdio.h": None, "fcgios.h": "pool", "confuse.h": "text",
}


def test_every_file_is_in_a_room():
    assert {room(p) for p in SOURCES} <= set(ROOMS)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_includes_only_from_rooms_above(path):
    wrong = []
    for number, target in includes(path):
        where = target.split("/")[0]
        if target == "config.h":
            continue
        if "/" not in target or not (FCGI / target).exists():
            wrong.append(f'{name(path)}:{number}: "{target}" is not written as "room/file.h"')
        elif ROOMS.index(where) > ROOMS.index(room(path)):
            wrong.append(f"{name(path)}:{number}: {room(path)} must not include {target}")
    for number, target in includes(path, quoted=False):
        for library, owner in LIBRARIES.items():
            if target.startswith(library) and room(path) != owner:
                wrong.append(f"{name(path)}:{number}: <{target}> belongs to {owner or 'nobody'}")
    assert not wrong, "\n".join(wrong)


def test_the_master_knows_no_content_and_no_page():
    wrong = [f"{name(p)}:{n}: {t}" for p in FCGI.glob("pool/master*.[ch]") for n, t in includes(p)
             if t.startswith(("content/", "site/"))]
    assert not wrong, "\n".join(wrong)


def test_every_source_is_built():
    listed = set((TOP / "Makefile.am").read_text().split())
    missing = [str(p.relative_to(TOP)) for p in [*SOURCES, *TOP.glob("tests/unit/*.c")]
               if str(p.relative_to(TOP)) not in listed]
    assert not missing, f"not in Makefile.am: {missing}"
