"""Last-Modified tells also of what no row of the page tells (SITE.md, section 4)."""
import email.utils
import time

from lib.servers import wait_until


def test_a_date_tells_also_of_what_a_page_has_no_longer(own_site):
    """No row of the page tells of it.  Archived, unpublished, deleted or filed elsewhere, and back."""
    kafka = "product_id = (SELECT id FROM product WHERE slug = 'kafka')"
    lists = ["/leaderboard", "/leaderboard.json", "/products.md", "/sectors/devops", "/sitemaps/products-1.xml",
             "/sitemaps/pairs-1.xml", "/alternatives/nats", "/methodology", "/sectors"]
    for statements, paths in [
            (["UPDATE product SET status = 'archived' WHERE slug = 'kafka'"], lists),
            (["UPDATE product SET status = 'published' WHERE slug = 'kafka'"], lists),
            ([f"DELETE FROM product_theme WHERE {kafka}"], ["/themes/streaming", "/themes"]),
            ([f"UPDATE editorial SET status = 'draft' WHERE {kafka}"], ["/predictions"]),
            (["UPDATE page SET status = 'draft' WHERE slug = 'about'"], ["/sitemaps/pages-1.xml", "/leaderboard", "/llms.txt"]),
            (["DELETE FROM page WHERE slug = 'editors-guide'"], ["/sitemaps/pages-1.xml"])]:
        before = {path: own_site.get(path) for path in paths}
        edited = int(time.time())
        for statement in statements:
            own_site.sql(statement)
        for path, answer in before.items():
            wait_until(lambda: own_site.get(path)["ETag"] != answer["ETag"], 5)
            after = email.utils.parsedate_to_datetime(own_site.get(path)["Last-Modified"]).timestamp()
            assert edited <= after <= time.time(), (path, statements)
