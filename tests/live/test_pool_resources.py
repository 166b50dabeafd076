"""New templates under a running pool, as an upgrade or an editor puts them there: they count when the pool is
told, for all workers at once."""
import os
import shutil
import signal

from lib.servers import SLOW, TOP, wait_until

PAGE = "/compare/kafka-vs-kubernetes"


def test_a_worker_that_is_replaced_has_what_the_others_have(make_site, tmp_path):
    folder = shutil.copytree(TOP / "templates", tmp_path / "templates")
    site = make_site(config={"template_dir": folder})
    template = folder / "compare.html.mustache"
    text, page = template.read_text(), site.get(PAGE)
    before = site.workers()

    template.write_text(text + "{{no_such_field}}")
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not site.workers() & before, 10 * SLOW, "new workers")
    assert (site.get(PAGE).status, site.get(PAGE).body) == (200, page.body)

    refused = site.diptych("reload")
    assert refused.returncode == 1 and f"{template}:" in refused.stderr and '"no_such_field"' in refused.stderr
    assert site.get(PAGE).body == page.body

    template.write_text(text.replace("</h1>", "</h1>Upgraded", 1))
    assert site.diptych("reload").returncode == 0
    site.workers(2)  # an old one may answer once more on a connection that nginx keeps
    assert "</h1>Upgraded" in site.get(PAGE).text
