"""The house: fcgi/rooms says which rooms a room may include; no files go round in a circle."""
import re
import subprocess

import pytest

from tree import BUILD, FCGI, MAY, NEVER, ROOMS, SOURCES, TOP, includes, name, room

# Libraries that only one room may know, so that each stays replaceable there.
LIBRARIES = {
    "mysql.h": "db", "mariadb": "db", "libmemcached": "cache", "cmark.h": "markdown",
    "fcgiapp.h": "pool", "fcgi_stdio.h": None, "fcgios.h": "pool", "cairo.h": "image", "pango": "image",
}

# The one circle of files: a connection's states.  Its files share gateway_state.h, and each hands a
# connection on to the next.
STATE_MACHINE = {"pool/gateway_accept", "pool/gateway_deferred", "pool/gateway_serve", "pool/gateway_transfer"}


def test_every_file_is_in_a_room():
    assert {room(p) for p in SOURCES} == set(ROOMS)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_includes_only_what_its_room_may(path):
    wrong = []
    for number, target in includes(path):
        where = target.split("/")[0]
        if target == "config.h":
            continue
        if "/" not in target or not (FCGI / target).exists():
            wrong.append(f'{name(path)}:{number}: "{target}" is not written as "room/file.h"')
        elif where != room(path) and where not in MAY[room(path)]:
            wrong.append(f"{name(path)}:{number}: {room(path)} must not include {target}")
    for number, target in includes(path, quoted=False):
        for library, owner in LIBRARIES.items():
            if target.startswith(library) and room(path) != owner:
                wrong.append(f"{name(path)}:{number}: <{target}> belongs to {owner or 'nobody'}")
    assert not wrong, "\n".join(wrong)


def test_a_room_may_include_only_rooms_above_it():
    assert [(r, b) for i, r in enumerate(ROOMS) for b in MAY[r] if b not in ROOMS[:i]] == []


# ---- by any path

def reached(graph, start):
    """{node: the way to it} of all that `start` leads to."""
    ways, todo = {start: [start]}, [start]
    while todo:
        node = todo.pop()
        for following in sorted(graph.get(node, ())):
            if following not in ways:
                ways[following] = ways[node] + [following]
                todo.append(following)
    return ways


def circles(graph):
    """Each set of nodes that lead to one another."""
    ways = {node: set(reached(graph, node)) for node in graph}
    found = {frozenset(n for n in ways[node] if node in ways.get(n, ())) for node in graph}
    return [set(c) for c in found if len(c) > 1]


@pytest.fixture(scope="module")
def included():
    return {name(p): {t for _, t in includes(p) if "/" in t} for p in SOURCES}


@pytest.fixture(scope="module")
def called():
    """{"pool/master": {"base/clock", ...}}: whose functions and data each object file needs."""
    defined, needed = {}, {}
    for path in sorted((BUILD / "fcgi").rglob("*.o")):
        node = str(path.relative_to(BUILD / "fcgi").with_suffix(""))
        if not (FCGI / f"{node}.c").exists():
            continue  # of an earlier layout
        needed[node] = set()
        for line in subprocess.run(["nm", "-g", path], capture_output=True, text=True, check=True).stdout.splitlines():
            kind, symbol = line.split()[-2:]
            if kind == "U":
                needed[node].add(symbol)
            else:
                defined[symbol] = node
    assert len(needed) > 100, "build first"
    return {n: {defined[s] for s in symbols if defined.get(s, n) != n} for n, symbols in needed.items()}


@pytest.mark.parametrize("graph", ["included", "called"])
def test_what_a_room_must_never_reach(graph, request):
    graph = request.getfixturevalue(graph)
    wrong = [" -> ".join(way) for node in graph for end, way in reached(graph, node).items()
             if end.split("/")[0] in NEVER[node.split("/")[0]]]
    assert not wrong, "\n".join(wrong)


def test_the_pool_is_told_what_it_must_never_reach():
    assert {"db", "rows", "site"} <= NEVER["pool"]


def test_rooms_call_only_what_they_may_include(called):
    wrong = [f"{a} calls into {b}" for a in called for b in called[a]
             if a.split("/")[0] != b.split("/")[0] and b.split("/")[0] not in MAY[a.split("/")[0]]]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("graph", ["included", "called"])
def test_no_circle_of_files(graph, request):
    found = circles(request.getfixturevalue(graph))
    assert [c for c in found if not c <= STATE_MACHINE] == []


# ---- names

def test_no_two_files_share_a_name():
    stems = {}
    for path in SOURCES:
        stems.setdefault(path.stem, set()).add(path.parent)
    assert {s: f for s, f in stems.items() if len(f) > 1} == {}


def test_no_struct_and_function_share_a_name():
    text = "\n".join(p.read_text() for p in SOURCES)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    structs = set(re.findall(r"^\s*(?:static )?(?:const )?struct (\w+)(?: \{|;)", text, re.M))
    functions = set(re.findall(r"^(?:[a-z]\w*[ *]+)+(\w+)\([^;{}]*\)(?: MUST_USE)?[;\n]", text, re.M))
    assert sorted(structs & functions) == []


def test_every_source_is_built():
    listed = set((TOP / "Makefile.am").read_text().split())
    missing = [str(p.relative_to(TOP)) for p in [*SOURCES, *TOP.glob("tests/unit/*.c")]
               if str(p.relative_to(TOP)) not in listed]
    assert not missing, f"not in Makefile.am: {missing}"
