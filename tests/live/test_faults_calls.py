"""Calls to the kernel that are interrupted, come back too early or fail, on the whole way of one page: that of
`diptych render`, with its worker, its watcher and the libraries that talk to the database and memcached."""
import subprocess

import pytest

from lib.servers import BINARY, BUILD, SLOW

PAGE = "/compare/kafka-vs-kubernetes"


@pytest.fixture(scope="module")
def render(module_site):
    def run(*prefix, **kw):
        return subprocess.run([*prefix, BINARY, "render", PAGE, "--config", module_site.config_path],
                              timeout=30 * SLOW, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **kw})
    return run


@pytest.mark.skipif(BUILD.name.endswith("asan"), reason="LeakSanitizer does not work under ptrace")
@pytest.mark.parametrize("when", ["1+2", "5+7"])
@pytest.mark.parametrize("call, error", [("poll", "EINTR"), ("recvfrom", "EINTR"), ("recvfrom", "EAGAIN"),
                                         ("sendto", "EINTR"), ("sendto", "EAGAIN"), ("sendmsg", "EAGAIN")])
def test_the_page_is_the_same_whatever_is_interrupted(module_site, render, call, error, when):
    right = render().stdout
    assert right.startswith(b"Status: 200\n")
    module_site.cache.flush()
    broken = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
              f"inject={call}:error={error}:when={when}")
    for _ in range(2):  # from the database, then from memcached
        done = render(*broken)
        assert (done.returncode, done.stdout) == (0, right), done.stderr


def test_a_full_disk_is_told(render):
    with open("/dev/full", "wb") as full:
        done = render(stdout=full)
    assert done.returncode == 1 and b"could not be written: No space left on device" in done.stderr


@pytest.mark.skipif(BUILD.name.endswith("asan"), reason="LeakSanitizer does not work under ptrace")
def test_a_process_that_cannot_be_started_is_told(render):
    done = render("strace", "-qq", "-o", "/dev/null", "-e", "trace=clone,clone3", "-e",
                  "inject=clone,clone3:error=EAGAIN:when=1+1")
    assert done.returncode == 1 and not done.stdout
    assert b"cannot start the watcher: Resource temporarily unavailable" in done.stderr
