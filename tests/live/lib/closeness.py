"""The rule of closeness, computed from the rows: what pages say of alternatives is held against it."""
from collections import Counter
from fractions import Fraction

SMALL = 8


def _half(database, table, column):
    terms = {}
    for product, term in database.sql(f"SELECT p.slug, l.{column} FROM product p JOIN {table} l ON l.product_id = p.id"
                                      " WHERE p.status = 'published'"):
        terms.setdefault(product, set()).add(term)
    return terms


def _part(n):
    return Fraction(1, 1 << (n - 1).bit_length())


class Closeness:
    def __init__(self, site):
        """Reads the rows once; places are those of the leaderboard."""
        self.sectors = _half(site.database, "product_sector", "sector_id")
        self.themes = _half(site.database, "product_theme", "theme_id")
        self.bearers = [Counter(t for terms in half.values() for t in terms) for half in (self.sectors, self.themes)]
        self.slugs = {r[0] for r in site.database.sql("SELECT slug FROM product WHERE status = 'published'")}
        self.picks = {}
        for product, other, reason in site.database.sql(
                "SELECT p.slug, o.slug, a.reason FROM alternative a JOIN product p ON p.id = a.product_id JOIN product o"
                " ON o.id = a.other_product_id WHERE a.status = 'published' AND o.status = 'published' ORDER BY a.sort, a.id"):
            self.picks.setdefault(product, {})[other] = reason
        self.places, path = {}, "/leaderboard.json"
        while path:
            view = site.get(path).json
            self.places |= {c["slug"]: c["rank"] for c in view["products"]}
            following = (view["pager"] or {}).get("next")
            path = following and following.replace("/leaderboard?", "/leaderboard.json?")

    def _both(self, a, b):
        return [half.get(a, set()) & half.get(b, set()) for half in (self.sectors, self.themes)]

    def of(self, a, b):
        sectors, themes = self._both(a, b)
        return sum(_part(self.bearers[0][s]) for s in sectors) + sum(2 * _part(self.bearers[1][t]) for t in themes)

    def shares(self, a, b):
        return bool(self._both(a, b)[0])

    def close(self, a, b):
        sectors, themes = self._both(a, b)
        return a != b and bool(sectors) and bool(themes or any(self.bearers[0][s] <= SMALL for s in sectors))

    def alternatives(self, slug):
        """Picks, close ones, and others that share a sector, each in their order."""
        picks = list(self.picks.get(slug, {}))
        near = sorted((s for s in self.slugs - set(picks) if self.close(slug, s)),
                      key=lambda s: (-self.of(slug, s), self.places[s]))[:12]
        rest = [s for s in self.slugs - {slug} - set(picks) - set(near) if self.shares(slug, s)]
        return picks, near, sorted(rest, key=self.places.get)

    def of_set(self, members):
        """Those of the six for a comparison that are picks or close, in their order."""
        picks = [o for m in members for o in self.picks.get(m, {}) if o not in members]
        near = sorted((s for s in self.slugs - set(members) - set(picks) if any(self.close(m, s) for m in members)),
                      key=lambda s: (-sum(self.of(m, s) for m in members), self.places[s]))
        return (list(dict.fromkeys(picks)) + near)[:6]

    def means_something(self, a, b):
        return self.close(a, b) or b in self.picks.get(a, {}) or a in self.picks.get(b, {})
