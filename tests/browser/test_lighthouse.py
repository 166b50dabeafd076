"""Lighthouse on pages that search engines may show: one of every kind, and some of the sitemaps.

npm brings it into build/lighthouse (190 MB, once).  DIPTYCH_LIGHTHOUSE names a folder that has it already.  Accessibility, best
practices and SEO must be 100.  Performance depends on the machine: the best of three is written to build/lighthouse-*.txt, and
LEAST is what a busy one reaches.
"""
import fcntl
import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lib.servers import BUILD, SLOW
from pages import PAGES

VERSION = "12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FORMS = {"desktop": ["--preset=desktop"], "phone": []}
LEAST = 60
MORE = int(os.environ.get("DIPTYCH_LIGHTHOUSE_PAGES", 6))  # of the sitemaps

if "DIPTYCH_LIGHTHOUSE" not in os.environ and ("DIPTYCH_TEST_ALL" not in os.environ or SLOW > 1):
    pytest.skip("Lighthouse is 190 MB from npm; ./check --all installs it", allow_module_level=True)


@pytest.fixture(scope="module")
def lighthouse():
    folder = Path(os.environ.get("DIPTYCH_LIGHTHOUSE", BUILD / "lighthouse"))
    program = folder / "node_modules/.bin/lighthouse"
    for needed in ("chromium", "npm"):
        if not shutil.which(needed):
            pytest.skip(f"{needed} is not installed")
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": {"lighthouse": VERSION}}))
            done = subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900)
            if done.returncode:
                pytest.skip(f"Lighthouse could not be installed by npm: {done.stdout[-300:]}")
    return program


def scores(program, url, form):
    done = subprocess.run([program, url, "--quiet", "--output=json", "--output-path=stdout", *FORMS[form],
                           f"--only-categories={','.join(CATEGORIES)}",
                           "--chrome-flags=--headless=new --no-sandbox --disable-gpu"],
                          capture_output=True, text=True, timeout=180, env={**os.environ, "CHROME_PATH": shutil.which("chromium")})
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    wrong = [f"{a['title']}: {json.dumps(a.get('details', {}).get('items', ''))[:500]}" for name in CATEGORIES[1:]
             for ref in report["categories"][name]["auditRefs"] for a in [report["audits"][ref["id"]]]
             if ref["weight"] and a["score"] not in (1, None)]
    return {name: round(100 * report["categories"][name]["score"]) for name in CATEGORIES}, wrong


def indexable(site):
    """Paths: one of every kind of page, and some that only the sitemaps name.  robots.txt forbids what has a query."""
    kinds = [path for path in PAGES.values() if "?" not in path and site.get(path).status == 200
             and "noindex" not in site.get(path).text + str(site.get(path)["X-Robots-Tag"])]
    listed = {re.sub(r"^https?://[^/]*", "", url) for part in re.findall(r"<loc>([^<]*)</loc>", site.get("/sitemap.xml").text)
              for url in re.findall(r"<loc>([^<]*)</loc>", site.get(re.sub(r"^https?://[^/]*", "", part)).text)}
    assert len(kinds) >= 15 and len(listed) > 500
    return kinds + random.Random(1).sample(sorted(listed - set(kinds)), MORE)


@pytest.mark.parametrize("form", FORMS)
def test_lighthouse_gives_100(sample_site, lighthouse, form):
    lines, faults = [], []
    for path in indexable(sample_site):
        best = 0
        for _ in range(3):
            got, wrong = scores(lighthouse, sample_site.url + path, form)
            best = max(best, got["performance"])
            if best == 100:
                break
        lines.append(f"{form:8} performance {best:3}  accessibility {got['accessibility']:3}  practices {got['best-practices']:3}"
                     f"  seo {got['seo']:3}  {path}")
        print(lines[-1], flush=True)
        if wrong or best < LEAST:
            faults.append((lines[-1], wrong))
    (BUILD / f"lighthouse-{form}.txt").write_text("\n".join(lines) + "\n")
    assert not faults
