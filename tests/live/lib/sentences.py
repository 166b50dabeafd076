"""Every generated sentence, computed from the rows the long way.  The tests hold pages against it.

Numbers reads the rows; each function below returns the sentence that a page must show for a list of its products.
"""
import re
from fractions import Fraction
from statistics import median

AS_OF = "22 August 2026, 12:00 UTC"
BANDS = ("dormant", "slow", "steady", "active", "surging")
WORDS = (None, "one", "two", "three", "four")


class Numbers:
    def __init__(self, sql):
        window = "AND status = 'published' AND occurred_at <= '2026-08-22 12:00'"
        self.products = {r[0]: {"slug": r[1], "name": r[2], "summary": r[3], "license": r[4], "override": r[5], "lifecycle": r[6]}
                         for r in sql("SELECT id, slug, name, summary, license, velocity_override, lifecycle FROM product"
                                      " WHERE status = 'published' ORDER BY slug")}
        for p in self.products.values():
            p.update(n90=0, s30=0, activities=0, themes=[], sectors=[], sector_names=[], latest=None, first=None, newest=[])
        self._count(sql, window)
        self._terms(sql)
        self._releases(sql, window)
        self._scores()
        self._ranks()

    def _count(self, sql, window):
        for ident, n90, s30, n in sql(
                "SELECT product_id, SUM(kind IN ('release','post') AND occurred_at > '2026-08-22 12:00' - INTERVAL 90 DAY),"
                " SUM(class = 'spark' AND occurred_at > '2026-08-22 12:00' - INTERVAL 30 DAY), COUNT(*) FROM activity"
                f" WHERE 1 {window} GROUP BY product_id"):
            if ident in self.products:
                self.products[ident].update(n90=int(n90), s30=int(s30), activities=int(n))

    def _terms(self, sql):
        for kind in ("theme", "sector"):
            for ident, slug, name in sql(f"SELECT l.product_id, t.slug, t.name FROM product_{kind} l JOIN {kind} t"
                                         f" ON t.id = l.{kind}_id ORDER BY l.sort, l.id"):
                if ident in self.products:
                    self.products[ident][kind + "s"].append(slug)
                    if kind == "sector":
                        self.products[ident]["sector_names"].append(name)

    def _releases(self, sql, window):
        for ident, version, when, url in sql(
                "SELECT product_id, version, occurred_at, url FROM activity WHERE kind = 'release' AND version <> ''"
                f" {window} ORDER BY occurred_at, id DESC"):
            if ident in self.products:
                p = self.products[ident]
                p["first"] = p["first"] if p["first"] and p["first"][1] < when else (version, when, url)
                p["latest"] = (version, when, url)
        for ident, kind, version, when in sql("SELECT product_id, kind, version, occurred_at FROM activity"
                                              f" WHERE 1 {window} ORDER BY occurred_at DESC, id"):
            if ident in self.products and len(self.products[ident]["newest"]) < 6:
                self.products[ident]["newest"].append((kind, version, when))

    def _scores(self):
        everyone = list(self.products.values())
        bearers = [t for p in everyone for t in p["themes"]]
        for p in everyone:
            own = [q["n90"] for q in everyone if q["sectors"][:1] == p["sectors"][:1]]
            p["median"] = Fraction(median(map(Fraction, own))) if p["sectors"] else None
            p["m"] = max(Fraction(1), p["median"] or 0)
            cadence = Fraction(10 * p["n90"]) / (p["n90"] + p["m"])
            v = cadence + (10 - cadence) * Fraction(p["s30"], p["s30"] + 4)
            p["computed"] = int(10 * v + Fraction(1, 2))
            p["tenths"] = p["computed"] if p["override"] is None else int(10 * p["override"])
            if not p["activities"] and p["override"] is None:
                p["tenths"] = None
            p["borne"] = any(bearers.count(t) >= 2 for t in p["themes"][:4])

    def _ranks(self):
        order = sorted(self.products.values(), key=lambda p: (-(p["tenths"] if p["tenths"] is not None else -1), p["slug"]))
        for p in order:
            p["rank"] = order.index(p) + 1, len(order)
            same = [q for q in order if p["sectors"][:1] and p["sectors"][0] in q["sectors"]]
            p["sector_rank"] = (same.index(p) + 1, len(same)) if same else None

    def by_slug(self):
        return {p["slug"]: p for p in self.products.values()}


# ---- parts of sentences

def join(names, last="and"):
    names = list(names)
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" {last} {names[-1]}"


def stop(text):
    seen = text.rstrip(")]\"'”’“»«›」』）】\u2069")
    return text if seen[-1:] and seen[-1] in ".!?…。！？" else text + "."


def once(text):
    """The text of a message with one mark at its end, where a name brings another."""
    before = text[:-1].rstrip(" \u00a0\u202f")
    return before if text[-1] == "?" and before.rstrip("\u2069")[-1:] in ("?", "？", "؟") else text


def number(n):
    return f"{float(n):g}"


def band(tenths):
    return BANDS[sum(tenths >= edge for edge in (10, 30, 50, 80))]


def times(n):
    return {0: "not at all", 1: "once", 2: "twice"}.get(n, f"{n} times")


def bare(n):
    return {0: "not at all", 1: "once", 2: "twice"}.get(n, str(n))


def day(when):
    return f"{when.day} {when:%B %Y}"


def names(of):
    return [p["name"] for p in of]


def by(of, key):
    """Larger first; the same stay in their order."""
    return sorted(of, key=lambda p: -p[key])


def similar(more, less):
    return less > 0 and (2 * more <= 3 * less or more - less == 1)


def score(p):
    return f"{p['tenths'] / 10:.1f} ({band(p['tenths'])})" + (" as set by the editors" if p["override"] is not None else "")


# ---- sentences about a set

def overlap(of):
    shared = [t for t in of[0]["themes"] if all(t in p["themes"] for p in of)]
    if not shared:
        return f"{join(names(of))} have no top theme in common." if any(p["borne"] for p in of) else ""
    top = " top" if all(t in p["themes"][:4] for t in shared for p in of) else ""
    count = WORDS[len(shared)] if len(shared) < 5 else len(shared)
    return f"{join(names(of))} share {count}{top} theme{'s' if len(shared) > 1 else ''}: {join(shared)}."


def nobody(of):
    return f"either {of[0]['name']} nor {of[1]['name']}" if len(of) == 2 else f"one of {join(names(of))}"


def others(parts, order):
    """Several that shipped nothing are told together."""
    silent = [p["name"] for p in order if not p["n90"]]
    if len(silent) < 2:
        return join(parts)
    rest = parts[:-len(silent)]
    return (f"{join(rest)}, " if rest else "") + f"{join(silent)} not at all"


def counts(of):
    order = by(of, "n90")
    if not order[0]["n90"]:
        return f"N{nobody(of)} shipped in 90 days."
    if order[0]["n90"] == order[-1]["n90"]:
        return f"{join(names(of))} each shipped {times(order[0]['n90'])} in 90 days."
    rest = others([f"{p['name']} {bare(p['n90'])}" for p in order[1:]], order)
    return f"{order[0]['name']} shipped {times(order[0]['n90'])} in 90 days, {rest}."


def newest(of):
    order = sorted((p for p in of if p["latest"]), key=lambda p: p["latest"][1], reverse=True)
    listed = [f"{p['name']} {p['latest'][0]} ({day(p['latest'][1])}{older_line(p).rsplit(' (', 1)[0]})" for p in order]
    return f"Newest release{'s' if len(listed) > 1 else ''}: {join(listed)}." if listed else ""


def lede(of):
    return f"{counts(of)} {newest(of)}".rstrip()


def shipped(of):
    order = by(of, "n90")
    most, least = order[0]["n90"], order[-1]["n90"]
    if not most:
        return f"In 90 days n{nobody(of)} shipped a release or post."
    if most == least:
        return f"In 90 days {join(names(of))} each shipped {times(most)}."
    parts = [f"{order[0]['name']} shipped {times(most)}"] + [f"{p['name']} {bare(p['n90'])}" for p in order[1:]]
    return f"In 90 days {others(parts, order)}" + (", a similar number." if similar(most, least) else ".")


def basis(scored):
    """(counts against medians explain the order of the scores, one sector, the sectors' pace explains an inversion)"""
    medians = all(p["override"] is None and p["sectors"] for p in scored)
    differ = False
    for i, p in enumerate(scored):
        for k, q in enumerate(scored):
            if p["tenths"] < q["tenths"] or (p["tenths"] == q["tenths"] and i >= k):
                continue
            tie = p["tenths"] == q["tenths"]
            medians = medians and (tie or p["n90"] * q["m"] > q["n90"] * p["m"])
            more, less = max(p["n90"], q["n90"]), min(p["n90"], q["n90"])
            differ = differ or (p["m"] != q["m"] and ((more != less and not similar(more, less)) if tie else p["n90"] <= q["n90"]))
    return medians, len({tuple(p["sectors"][:1]) for p in scored}) == 1, differ and medians


def paces(scored):
    """Two are measured against different medians."""
    return len({p["m"] for p in scored if p["sectors"]}) > 1


def pace(scored, alone):
    medians, one_sector, differ = basis(scored)
    listed = join(f"{p['name']} {score(p)}" for p in by(scored, "tenths"))
    if not medians:
        plain = len(scored) == 1 or any(p["override"] is not None for p in scored)
        return ("Velocity: " if plain else "Their sectors differ in pace, and velocity counts sparks as well: " if paces(scored) else
                "Velocity, which counts sparks as well: ") + listed
    single = len(scored) == 1 or (len(scored) == 2 and scored[0]["tenths"] != scored[1]["tenths"])
    measure = "the median of their sector" if one_sector and len(scored) > 1 else \
        "the median of its own sector" if single else "the medians of their own sectors"
    begin = "Against " if not differ else f"Their sectors differ in pace{': a' if len(scored) == 2 else '. A'}gainst "
    if len(scored) == 1:
        return f"{begin}{measure} {scored[0]['name']} stands at {score(scored[0])}"
    if len(scored) > 2:
        return f"{begin}{measure}: {listed}"
    high, low = by(scored, "tenths")
    if high["tenths"] == low["tenths"]:
        return f"{begin}{measure} {'' if alone else join(names(scored)) + ' '}both stand at {score(high)}"
    if high["tenths"] - low["tenths"] < 10:
        return f"{begin}{measure} {high['name']} stands at {score(high)} and {low['name']} at {score(low)}"
    return f"{begin}{measure} {high['name']} is the faster, {score(high)} to {score(low)}"


def unscored(of):
    rest = [p["name"] for p in of if p["tenths"] is None]
    return f"; {join(rest)} {'are' if len(rest) > 1 else 'is'} not scored" if rest else ""


def cadence(of):
    scored = [p for p in of if p["tenths"] is not None]
    if not scored:
        return shipped(of) + (" Neither is scored yet." if len(of) == 2 else " None of them is scored yet.")
    return f"{shipped(of)} {pace(scored, len(scored) == len(of))}{unscored(of)}."


def moves(n, first):
    if not first:
        return f"with {n or 'none'}"
    return f"with {n} releases and posts in 90 days" if n > 1 else f"with {('no', 'one')[n]} release or post in 90 days"


def standing(of):
    scored = [p for p in of if p["tenths"] is not None]
    if not scored:
        return "Neither has a score yet." if len(of) == 2 else "None of them has a score yet."
    order = by(scored, "tenths")
    level = [p for p in order if p["tenths"] == order[-1]["tenths"] and not p["n90"] and p["override"] is None]
    level = level if len(level) > 1 and order[-len(level):] == level else []
    order = order[:len(order) - len(level)]
    text = join(f"{p['name']} {'at' if i else 'stands at'} {score(p)}{',' if p['override'] is not None else ''} {moves(p['n90'], i == 0)}"
                for i, p in enumerate(order)) if order else ""
    if level:
        text += f"{', ' if order else ''}{join(names(level))} {'at' if order else 'stand at'} {score(level[0])} {moves(0, not order)}"
    medians, _, differ = basis(scored)
    why = "" if any(p["override"] is not None for p in scored) else \
        " Their sectors differ in pace, and sparks count as well." if len(scored) > 1 and not medians and paces(scored) else \
        " Sparks count as well." if len(scored) > 1 and not medians else " Their sectors differ in pace." if differ else ""
    return f"{text}{unscored(of)}.{why}"


def difference(of):
    return f"{overlap(of)} {cadence(of)} As of {AS_OF}. The table at a glance sets their figures side by side.".lstrip()


def better(of):
    fit = "neither" if len(of) == 2 else "none of them"
    return ("Sidelight picks no winner: velocity measures how often a product ships compared with its sector, not what it does or "
            f"how well it fits. {standing(of)} As of {AS_OF}. The best fit may be {fit}.")


def questions(of):
    n = names(of)
    return [once(f"What is the difference between {join(n)}?"),
            once(f"Is {n[0]} better than {n[1]}?" if len(of) == 2 else f"Which is better: {join(n, 'or')}?"),
            *(once(f"What are the best alternatives to {name}?") for name in n)]


def cards_intro(of, picks, close, others):
    """picks, close, others: how many are among the cards.  One has no order."""
    who = join(names(of), "or")
    if not (picks or close or others):
        return stop(f"No other product tracked here shares a sector with {who}")
    text = f"Outside this comparison, no close alternative to {who} is tracked here" if not (picks or close) else \
        (f"The editors’ pick{'s' if picks > 1 else ''}" if picks else "Close") + (f", then {'products' if close > 1 else 'one product'} close" if picks and close else "") + \
        (" to " if close else " for ") + who + (" by shared sectors and themes" if close else "") + (", closest first" if close > 1 else "")
    if others == 1:
        text += "; then one that shares only a sector" if picks or close else "; this one shares only a sector"
    elif others:
        text += "; then others that share only a sector, ranked by velocity" if picks or close else \
            "; these share only a sector, ranked by velocity"
    return f"{stop(text)} Each links to its trajectory and to a comparison with {'either' if len(of) == 2 else 'each of them'}."


# ---- sentences about one product

def line_of(version):
    """(major, minor, patch), missing ones 0; None: it does not begin with a number."""
    found = re.match(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?", version)
    return found and tuple(int(n or 0) for n in found.groups())


def older_line(p):
    """Of the newest six activities, a release of a higher line than the latest release."""
    own = line_of(p["latest"][0])
    known = [(line_of(version), version, when) for kind, version, when in p["newest"] if kind == "release" and line_of(version)]
    higher = [k for k in known if own and k[0][:2] > own[:2]]
    if not higher:
        return ""
    best = max(k[0] for k in higher)
    version, when = next(k[1:] for k in higher if k[0] == best)
    return f", on an older line than {version} ({day(when)})"


def license_words(expression):
    """A choice of licences as a list; other expressions of SPDX stay as they are."""
    if "(" in expression or " AND " in expression:
        return expression
    return join([one.removeprefix("LicenseRef-") for one in expression.split(" OR ")], "or")


def outline(p):
    latest = f"The latest release is {p['latest'][0]} ({day(p['latest'][1])}){older_line(p)}; " if p["latest"] else ""
    does = f"shipped {times(p['n90'])}" if p["n90"] else "did not ship"
    own = p["license"] and p["license"].lower() == p["name"].lower()
    licence = f"; the licence is its own ({p['license']})" if own else f"; the licence is {license_words(p['license'])}" if p["license"] else ""
    return stop(f"{latest}{p['name']} {does} in 90 days{licence}")


def speed(p):
    if p["tenths"] is None:
        return f"Nothing that {p['name']} shipped is on record yet."
    does = f"shipped {times(p['n90'])}" if p["n90"] else "did not ship"
    compared = f" (sector median {number(p['m'])})" if p["sectors"] and p["median"] >= 1 else ""
    by_hand = ", set by the editors" if p["override"] is not None else ""
    return f"{p['name']} {does} in 90 days{compared}: velocity {p['tenths'] / 10:.1f}, {band(p['tenths'])}{by_hand}."


def product_lede(p):
    life = f" {p['name']} is in maintenance." if p["lifecycle"] == "maintenance" else ""
    return speed(p) + life + (f" As of {AS_OF}." if p["tenths"] is not None else "")


def how_fast(p):
    if p["tenths"] is None:
        return "That cannot be said before its first ship move is on record."
    made = f"{p['n90']} releases and posts" if p["n90"] > 1 else f"{('no', 'one')[p['n90']]} release or post"
    text, at = f"{p['name']} made {made} in the 90 days to {AS_OF}.", f"{p['tenths'] / 10:.1f} of 10, which is {band(p['tenths'])}."
    if p["override"] is not None:
        return f"{text} The editors have set its velocity to {at}"
    if p["s30"]:
        text += f" Its velocity also counts {p['s30']} spark{'s' if p['s30'] > 1 else ''} of the last 30 days."
    if p["sectors"] and p["median"] >= 1:
        text += f" The median of {p['sector_names'][0]} is {number(p['m'])}."
    return f"{text} {p['name']} stands at {at}"


def ranked(p):
    if p["tenths"] is None:
        return ""
    text = "Ranked {} of {}".format(*p["rank"])
    return stop(text + (", and {} of {} in {}".format(*p["sector_rank"], p["sector_names"][0]) if p["sector_rank"] else ""))


def what_is(p, headline):
    themes = p["themes"][:4]
    tracked = stop(f"{p['name']} is tracked in {join(p['sector_names']) if p['sectors'] else 'no sector yet'}" +
                   (f", with the theme{'s' if len(themes) > 1 else ''} {join(themes)}" if themes else ""))
    return f"{stop(p['summary']) if p['summary'] else tracked} {outline(p)}" + (f" The editors’ headline: {stop(headline)}" if headline else "")


def best(name, picks, close):
    """picks and close: the names, in their order, at most three in all."""
    close = close[:3 - len(picks[:3])]
    picks = picks[:3]
    if not picks and not close:
        return f"No close alternative to {name} is tracked here."
    if not picks:
        return stop(f"By shared sectors and themes, the closest to {name} {'is' if len(close) == 1 else 'are'} {join(close)}")
    first = (f"The editors’ pick as an alternative to {name} is " if len(picks) == 1 else
             f"The editors’ picks as alternatives to {name} are ") + join(picks)
    return stop(first + (f"; by shared sectors and themes, the next closest {'is' if len(close) == 1 else 'are'} {join(close)}"
                         if close else ""))


def sector_intro(products, firsts, middle, order):
    """middle: the median of the firsts, whose first sector it is."""
    text = f"{products} products, {order}." if products > 1 else "One product."
    if not firsts:
        return text
    shipped = {1: "once", 2: "twice"}.get(middle, f"{number(middle)} times")
    if firsts == products > 1:
        return f"{text} The sector’s median product shipped {shipped} in 90 days."
    if firsts == 1:
        return f"{text} The one that has it as its first sector shipped {shipped} in 90 days."
    return f"{text} The {firsts} that have it as their first sector shipped {shipped} in 90 days at the median."


def alternatives_intro(p, picks, close, others):
    """How many picks, close and other products there are."""
    sectors, name = join(p["sector_names"], "or") if p["sectors"] else "", p["name"]
    if not picks + close + others:
        return stop(f"No other product tracked here is in {sectors}") if sectors else \
            f"{name} is in no sector yet, so nothing can be named as its alternative."
    parts = [f"{picks} alternative{'s' if picks > 1 else ''} to {name} picked by the editors"] if picks else []
    if close:
        parts.append(f"{close} product{'s' if close > 1 else ''} close to {'it' if picks else name} by shared sectors and themes"
                     + (", closest first" if close > 1 else ""))
    said = [stop(", then ".join(parts))] if parts else []
    if others:
        more = "more" if parts else "product" if others == 1 else "products"
        share = ("shares" if others == 1 else "share") + (" only" if parts else "")
        said.append(f"{others} {more} {share} a sector with {'it' if parts else name} ({sectors})" +
                    ("." if others == 1 else " and are ranked by velocity, which says how often a product ships, not how well it fits."))
    return " ".join([*said, f"Scores are as of {AS_OF}."])
