"""New templates under a running pool, as an upgrade or an editor puts them there: they count when the pool is
told, for all workers at once."""
import json
import os
import shutil
import signal

from lib.servers import TOP, wait_until

PAGE = "/compare/kafka-vs-kubernetes"


def ready(site):
    workers = json.loads(site.diptych("status", "--json").stdout)["workers"]
    return {w["pid"] for w in workers if w["state"] == "ready"}


def test_a_worker_that_is_replaced_has_what_the_others_have(make_site, tmp_path):
    folder = shutil.copytree(TOP / "templates", tmp_path / "templates")
    site = make_site(config={"template_dir": folder})
    template = folder / "compare.html.mustache"
    text, page = template.read_text(), site.get(PAGE)
    before = ready(site)

    template.write_text(text + "{{no_such_field}}")
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(ready(site) - before) == len(before), 10, "new workers")
    assert (site.get(PAGE).status, site.get(PAGE).body) == (200, page.body)

    refused = site.diptych("reload")
    assert refused.returncode == 1 and f"{template}:" in refused.stderr and '"no_such_field"' in refused.stderr
    assert site.get(PAGE).body == page.body

    template.write_text(text.replace("</h1>", "</h1>Upgraded", 1))
    assert site.diptych("reload").returncode == 0
    assert "</h1>Upgraded" in site.get(PAGE).text
