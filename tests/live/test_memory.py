"""Memory that runs out at any one allocation, or at all from there on: the right page, or an error that says
so; never another page, a crash or a hang.  `diptych render` goes the whole way from the configuration to
the page, with a worker and a watcher."""
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.servers import BINARY, BUILD, SLOW, TOP, configuration_text

PAGE = "/compare/kafka-vs-kubernetes"
WHOLE = "DIPTYCH_TEST_ALL" in os.environ
pytestmark = pytest.mark.skipif(BUILD.name.endswith("asan"), reason="the sanitizers bring a malloc of their own")


@pytest.fixture(scope="module")
def preload(tmp_path_factory):
    made = tmp_path_factory.mktemp("preload") / "fail_malloc.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", made, TOP / "tests/live/fail_malloc.c"], check=True)
    return made


@pytest.fixture(scope="module", params=["warm", "cold"])
def render(request, module_site, preload):
    """Every fragment from memcached, or all made anew for the page."""
    config = module_site.config_path.with_suffix(f".{request.param}")
    config.write_text(configuration_text({**module_site.config, **({} if request.param == "warm" else {"memcached": ""})}))

    def run(k, **how):
        env = {**os.environ, "LD_PRELOAD": str(preload), "FAIL_AT": str(k), **how}
        return subprocess.run([BINARY, "render", PAGE, "--config", config], env=env, capture_output=True,
                              timeout=20 * SLOW)
    assert run(0).returncode == 0
    return run


def swept(render, ks, **how):
    with ThreadPoolExecutor(4) as pool:
        yield from zip(ks, pool.map(lambda k: render(k, **how), ks))


def right(render, **how):
    """The page as it should be, and how many allocations it takes."""
    done = render(10**9, FAIL_SAY="1", **how)
    assert done.returncode == 0, done
    return done.stdout, int(re.search(rb"allocations (\d+)", done.stderr)[1])


def assert_honest(k, done, page):
    status = re.match(rb"Status: (\d+)\n", done.stdout)
    if done.returncode == 0:
        assert done.stdout == page, f"another page at {k}"
    elif status:
        assert status[1] in (b"500", b"503") and b"<h1>" in done.stdout, (k, done.stdout[:300])
    else:
        assert done.stdout == b"", k


def test_own_memory_runs_out_once(render):
    """Of the program's own allocations: those of the start here and there, those of the page all."""
    page, most = right(render, FAIL_OWN="1")
    seen = set()
    for k, done in swept(render, [*range(1, most - 80, 149 if WHOLE else 599),
                                *range(most - 80, most + 1)], FAIL_OWN="1"):
        assert done.returncode in (0, 1) and (done.stdout or done.stderr), (k, done)
        assert_honest(k, done, page)
        seen.add((done.returncode, done.stdout[:11]))
    assert {(0, b"Status: 200"), (1, b"Status: 503"), (1, b"")} <= seen, "answered, refused and not begun"


def test_own_memory_is_gone_for_good(render):
    page, most = right(render, FAIL_OWN="1")
    for k, done in swept(render, [1, 2, 20, 300, most - 90, *range(most - 60, most + 1, 6)], FAIL_OWN="1", FAIL_ON="1"):
        assert done.returncode in (0, 1) and (done.stdout or done.stderr), (k, done)
        assert_honest(k, done, page)


def test_what_libraries_make_of_it_is_no_other_page(render):
    """Some of them end the process, which costs one worker; none may lead to a page that looks right."""
    page, most = right(render)
    for k, done in swept(render, [*range(1, 280, 12), *range(280, most, 399), *range(most - 80, most + 1, 4)]):
        assert_honest(k, done, page)
