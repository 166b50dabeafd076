"""Pictures for links, and the image workers that draw them."""
import contextlib
import json
import os
import signal
import struct
from pathlib import Path

from .daemon import freeze
from .page import parse


def picture_of(site, path):
    """The address of the picture in the page, without the host."""
    page = parse(site.get(path).text)
    url = page.one("meta", {"property": "og:image"})["content"]
    assert url.startswith(site.url + "/og/")
    return url.removeprefix(site.url)


def assert_picture(answer):
    assert answer.status == 200, answer
    assert answer["Content-Type"] == "image/png" and answer["Content-Encoding"] is None
    assert answer.body[:8] == b"\x89PNG\r\n\x1a\n" and answer.body[-8:-4] == b"IEND"
    assert struct.unpack(">II", answer.body[16:24]) == (1200, 630)
    assert 5000 < len(answer.body) < 150_000


def image_workers(site):
    """Pids of the image workers, which are children of the workers."""
    found = []
    for worker in site.children():
        for pid in Path(f"/proc/{worker}/task/{worker}/children").read_text().split():
            if Path(f"/proc/{pid}/comm").read_text().strip() == "image-worker":
                found.append(int(pid))
    return found


@contextlib.contextmanager
def frozen(site):
    """Stops all image workers for the duration of the block.  Yields their pids."""
    pids = image_workers(site)
    assert pids
    for pid in pids:
        freeze(pid)
    try:
        yield pids
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def workers(site):
    """The entries of `diptych status` for workers that take requests."""
    status = json.loads(site.diptych("status", "--json", check=True).stdout)
    return [w for w in status["workers"] if w["state"] != "starting"]


def deferred(site):
    """The number of deferred requests of each worker."""
    return [w["deferred"] for w in workers(site)]
