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
        """The close ones and the others that share a sector, both in their order."""
        near = sorted((s for s in self.slugs if self.close(slug, s)), key=lambda s: (-self.of(slug, s), self.places[s]))[:12]
        rest = [s for s in self.slugs - {slug} - set(near) if self.shares(slug, s)]
        return near, sorted(rest, key=self.places.get)

    def of_set(self, members):
        """Six for a comparison; how many of them are close."""
        outside = self.slugs - set(members)
        near = sorted((s for s in outside if any(self.close(m, s) for m in members)),
                      key=lambda s: (-sum(self.of(m, s) for m in members), self.places[s]))[:6]
        return near
