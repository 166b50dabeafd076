"""The rows of a timeline: as a page shows them, and as the moves of a product make them."""
from itertools import groupby


def rows_shown(page):
    """Each row: its time, class and text, its links in their order, and the pages on which its day began and goes on."""
    found = []
    for item in page.id("activity").one("ol").all("li"):
        times = [t["datetime"] for t in item.all("time")]
        other = {a.text: a["href"] for a in item.all("a") if a["class"] == "of"}
        found.append({"time": times[0] if times else None, "class": item["class"], "text": item.text,
                      "links": [(a.text, a["href"]) for a in item.all("a") if a["class"] == "what"],
                      "before": other.get("continued"), "after": other.get("and more that day"),
                      "more": next((text for text in other if text.endswith(" more that day")), None)})
    return found


def rows_of(moves, name):
    """The rows of a product as (time, links), from its moves (time, id, title, version, url), newest first."""
    rows = []
    for _, day in groupby(moves, lambda m: m[0].date()):
        day = sorted(day, key=lambda m: m[:2])
        rows.append((day[-1][0].strftime("%Y-%m-%dT%H:%M:%SZ"),
                     [(m[3] if m[2] == f"{name} {m[3]} released" else m[2], m[4]) for m in day]))
    return rows
