"""Pictures for links, and the image_workers that draw them."""
import contextlib
import json
import os
import signal
import struct
from pathlib import Path

from .daemon import freeze
from .page import parse


def picture_of(site, path):
    """The address that the page names, without the host."""
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
    """Pids of the image_workers: children of the workers."""
    found = []
    for worker in site.children():
        for pid in Path(f"/proc/{worker}/task/{worker}/children").read_text().split():
            if Path(f"/proc/{pid}/comm").read_text().strip() == "image-worker":
                found.append(int(pid))
    return found


@contextlib.contextmanager
def frozen(site):
    """All image_workers stand still meanwhile.  Yields their pids."""
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
    """What `diptych status` tells of those that take requests."""
    status = json.loads(site.diptych("status", "--json", check=True).stdout)
    return [w for w in status["workers"] if w["state"] != "starting"]


def deferred(site):
    """For each worker, how many requests it has deferred."""
    return [w["deferred"] for w in workers(site)]
