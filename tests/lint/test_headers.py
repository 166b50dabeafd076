"""Every header compiles alone, needs no header before it, and may be included twice."""
import re
import shlex
import subprocess

import pytest

from tree import BUILD, FCGI, HEADERS, name


@pytest.fixture(scope="module")
def compiler():
    """The compiler with the flags of the build."""
    makefile = (BUILD / "Makefile").read_text().replace("\\\n", " ")

    def value(variable):
        text = re.search(rf"^{variable} =(.*)", makefile, re.M)[1]
        return re.sub(r"\$\((\w+)\)", lambda m: "" if m[1] in ("srcdir", "builddir") else value(m[1]), text)

    flags = [f for f in shlex.split(value("AM_CFLAGS")) if not f.startswith("-fsanitize")]
    return [*shlex.split(value("CC")), *flags, f"-I{FCGI}", f"-I{BUILD}", '-DPKGDATADIR=""', '-DSYSCONFDIR=""',
            "-D_GNU_SOURCE", "-Werror", "-fsyntax-only", "-x", "c", "-"]


@pytest.mark.parametrize("header", HEADERS, ids=name)
def test_compiles_alone(compiler, header):
    line = f'#include "{name(header)}"\n'
    done = subprocess.run(compiler, input=line * 2, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
