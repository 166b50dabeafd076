/* What every page's data is made of: the shared views (see template/shape.h for how views are declared).
 *
 * A view is the contract between a page's builder (C), its templates (HTML, XML, Markdown) and its
 * JSON representation, which is written from the same description.  Rules for all of them:
 *
 *   - Words that follow from rules (ledes, overlap, cadence, counts in words) are made in C and are
 *     TEXT.  Fixed labels and sentences stand in the templates.
 *   - `href` is a path from the root ("/products/kafka"); `url` is an absolute address from outside,
 *     already checked to be http or https; empty when there is none or it was refused.
 *   - A RECORD is NULL when the thing does not exist (no editorial); templates then say so.
 *   - `position` is "a", "b", "c" or "d": the product's place in the set, its hue and shape.  It is
 *     "a" where a page has one product, and empty where no position has a meaning.
 *   - Numbers that are computed with fractions are TEXT, already rounded ("5.0").
 *   - Views whose names end in _draw hold only geometry: the JSON representation leaves them out, and `page` too.
 *   - Percentages in _draw views are of the drawing's width and go into SVG attributes as they are.
 * All memory belongs to the request's arena. */
#ifndef DIPTYCH_SITE_VIEW_H
#define DIPTYCH_SITE_VIEW_H

#include "template/shape.h"

/* A moment.  datetime "2026-08-22T11:00:00Z"; label, the relative time, "1h ago";
 * absolute, always shown beside it, "22 Aug 2026" (no clock time: datetime has it). */
#define TIME_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(datetime) TEXT(label) TEXT(absolute)
VIEW_DECLARE(time_view, TIME_VIEW)

/* A link.  text makes sense without its surroundings. */
#define LINK_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(text) TEXT(href)
VIEW_DECLARE(link_view, LINK_VIEW)

/* A sector or theme of a product.  label is what is shown: a sector's name, a theme's slug.
 * shared: another product of the page has it too.  sep: ", " after every one but the last, "". */
#define CHIP_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(slug)                                                                                                           \
  TEXT(label)                                                                                                          \
  TEXT(href)                                                                                                           \
  FLAG(shared)                                                                                                         \
  TEXT(sep)
VIEW_DECLARE(chip_view, CHIP_VIEW)

/* The velocity meter, a scale from 0 to 10 across the whole width: at = 10 * score, in percent;
 * median_at: where a product that ships at its sector's median stands (50: 5.0). */
#define METER_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) INT(at) INT(median_at) TEXT(position)
VIEW_DECLARE(meter_draw, METER_DRAW)

/* A product's velocity and everything it was computed from.
 *   scored    false: the product never had an activity; score, band, cadence, computed are empty,
 *             meter is NULL and the page says "not scored"
 *   score     "5.0", the rounded score or the editors' override
 *   band      "dormant", "slow", "steady", "active" or "surging"
 *   override  the editors set the score; computed then says what the formula gives
 *   n90 s30   releases and posts in 90 days; sparks in 30 days
 *   median    m of the formula, "12" or "12.5"; sector is the name of the one it is the median of,
 *             empty (with sector_href) for a product without a sector
 *   cadence   the formula's first part, two decimals: "4.44"
 *   computed  the formula's result, one decimal
 *   as_of     when the windows end: "12:00 UTC" */
#define VELOCITY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                      \
  FLAG(scored)                                                                                                         \
  TEXT(score)                                                                                                          \
  TEXT(band)                                                                                                           \
  FLAG(override)                                                                                                       \
  INT(n90)                                                                                                             \
  INT(s30)                                                                                                             \
  TEXT(median)                                                                                                         \
  TEXT(sector)                                                                                                         \
  TEXT(sector_href)                                                                                                    \
  TEXT(cadence)                                                                                                        \
  TEXT(computed)                                                                                                       \
  TEXT(as_of)                                                                                                          \
  RECORD(meter, meter_draw)
VIEW_DECLARE(velocity_view, VELOCITY_VIEW)

/* A Markdown body: html rendered and safe, headings shifted under the block's; markdown, its source,
 * for the .md representation only ({{&markdown}} there).  refused: over a limit, a notice stands in its place and html is empty.
 * Neither html nor refused: nobody has written it. */
#define BODY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) HTML(html) TEXT(markdown) FLAG(refused)
VIEW_DECLARE(body_view, BODY_VIEW)

/* The shown editorial.  The three bodies are never NULL.  updated: the later of published_at and
 * updated_at; published: published_at. */
#define EDITORIAL_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                     \
  TEXT(headline)                                                                                                       \
  RECORD(current_state, body_view)                                                                                     \
  RECORD(heading, body_view)                                                                                           \
  RECORD(prediction, body_view)                                                                                        \
  TEXT(author)                                                                                                         \
  RECORD(published, time_view)                                                                                         \
  RECORD(updated, time_view)
VIEW_DECLARE(editorial_view, EDITORIAL_VIEW)

/* A product that the page is about.
 *   sign          its shape as a character for Markdown: ● ◆ ■ ▲ by position
 *   monogram      two letters, drawn when logo is empty; logo is an https address
 *   lifecycle     "active", "maintenance" or "discontinued"; the flags say the same
 *   sectors       all, in order; themes all, top_themes the first four; sep runs within each list
 *   velocity      never NULL
 *   sparks        sparks in 30 days (velocity.s30, also when not scored)
 *   website_host, repository_host  the address without scheme and trailing slash, for showing:
 *                 "kafka.apache.org", "github.com/apache/kafka" */
#define PRODUCT_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                       \
  TEXT(slug)                                                                                                           \
  TEXT(name)                                                                                                           \
  TEXT(href)                                                                                                           \
  TEXT(position)                                                                                                       \
  TEXT(sign)                                                                                                           \
  TEXT(monogram)                                                                                                       \
  TEXT(logo)                                                                                                           \
  TEXT(lifecycle)                                                                                                      \
  FLAG(maintenance)                                                                                                    \
  FLAG(discontinued)                                                                                                   \
  TEXT(license)                                                                                                        \
  TEXT(website_url)                                                                                                    \
  TEXT(website_host)                                                                                                   \
  TEXT(repository_url)                                                                                                 \
  TEXT(repository_host)                                                                                                \
  LIST(sectors, chip_view)                                                                                             \
  LIST(themes, chip_view)                                                                                              \
  LIST(top_themes, chip_view)                                                                                          \
  RECORD(velocity, velocity_view)                                                                                      \
  INT(sparks)                                                                                                          \
  RECORD(editorial, editorial_view)
VIEW_DECLARE(product_view, PRODUCT_VIEW)

/* A link from a card to its comparison with a product of the page: with is that product's name, text
 * the whole, "Redis vs Apache Kafka". */
#define VERSUS_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(with) TEXT(text) TEXT(position) TEXT(href)
VIEW_DECLARE(versus_view, VERSUS_VIEW)

/* Another product as a card or a row of a ranking.
 *   rank       its place in the list it stands in, from 1; 0: not a ranking
 *   headline   of its editorial; empty: none yet
 *   versus     its comparisons with each product of the page, in the page's order
 *   n90, s30   as in velocity_view; scored, score, band, override too
 *   lifecycle  as in product_view */
#define CARD_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  INT(rank)                                                                                                            \
  TEXT(slug)                                                                                                           \
  TEXT(name)                                                                                                           \
  TEXT(href)                                                                                                           \
  TEXT(monogram)                                                                                                       \
  TEXT(headline)                                                                                                       \
  FLAG(scored)                                                                                                         \
  TEXT(score)                                                                                                          \
  TEXT(band)                                                                                                           \
  FLAG(override)                                                                                                       \
  INT(n90)                                                                                                             \
  INT(s30)                                                                                                             \
  TEXT(lifecycle)                                                                                                      \
  FLAG(discontinued)                                                                                                   \
  LIST(sectors, chip_view)                                                                                             \
  LIST(versus, versus_view)
VIEW_DECLARE(card_view, CARD_VIEW)

/* One ship move.
 *   product, product_slug, product_href, position, sign   whose it is
 *   title      never empty; url: where it leads, empty when refused
 *   kind       "release", "post" or "event"; class: "spark", "improvement" or "trivial" */
#define ACTIVITY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                      \
  RECORD(when, time_view)                                                                                              \
  TEXT(product)                                                                                                        \
  TEXT(product_slug)                                                                                                   \
  TEXT(product_href)                                                                                                   \
  TEXT(position)                                                                                                       \
  TEXT(sign)                                                                                                           \
  TEXT(title)                                                                                                          \
  TEXT(url)                                                                                                            \
  TEXT(version)                                                                                                        \
  TEXT(kind)                                                                                                           \
  TEXT(class)                                                                                                          \
  FLAG(spark)
VIEW_DECLARE(activity_view, ACTIVITY_VIEW)

/* A question and its answer.
 *   id        of the element, unique on the page: "faq-1"
 *   text      a generated answer in plain words; empty for an editor's
 *   body      an editor's answer; NULL for a generated one
 *   links     follow the text: "See Apache Kafka vs Kubernetes at a glance"
 *   position  of the one product that it is about, else empty */
#define QA_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                            \
  TEXT(id)                                                                                                             \
  TEXT(question)                                                                                                       \
  TEXT(text)                                                                                                           \
  RECORD(body, body_view)                                                                                              \
  LIST(links, link_view)                                                                                               \
  TEXT(position)
VIEW_DECLARE(qa_view, QA_VIEW)

/* A sector in lists: how many published products have it, the median n90 of those whose first sector
 * it is ("12.5"), and the one ranked first (leader empty: none has a score). */
#define SECTOR_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                        \
  TEXT(slug)                                                                                                           \
  TEXT(name)                                                                                                           \
  TEXT(href)                                                                                                           \
  INT(products)                                                                                                        \
  TEXT(median)                                                                                                         \
  TEXT(leader)                                                                                                         \
  TEXT(leader_href)                                                                                                    \
  TEXT(leader_score)
VIEW_DECLARE(sector_view, SECTOR_VIEW)

/* A product of the page where only who and where matters: column heads, legends, links.
 *   separator         " vs " before every one but the first, which has ""
 *   alternatives_href "/alternatives/{slug}"
 *   without_href      the set without this product; empty for a pair (nothing to compare would be left)
 *   atom_href         "/products/{slug}.atom" */
#define MEMBER_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                        \
  TEXT(slug)                                                                                                           \
  TEXT(name)                                                                                                           \
  TEXT(href)                                                                                                           \
  TEXT(position)                                                                                                       \
  TEXT(sign)                                                                                                           \
  FLAG(discontinued)                                                                                                   \
  TEXT(separator)                                                                                                      \
  TEXT(alternatives_href)                                                                                              \
  TEXT(without_href)                                                                                                   \
  TEXT(atom_href)
VIEW_DECLARE(member_view, MEMBER_VIEW)

/* A discontinued product, said near the top with a way out: best, its three best ranked alternatives
 * (text is the name, href its trajectory); all_href "/alternatives/{slug}". */
#define ENDED_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  TEXT(name)                                                                                                           \
  TEXT(position)                                                                                                       \
  LIST(best, link_view)                                                                                                \
  TEXT(all_href)
VIEW_DECLARE(ended_view, ENDED_VIEW)

/* The place in a list that pages at 50.  first and last count from 1; prev and next are hrefs, empty
 * at the ends (the first page's is the bare path).  NULL when everything is on one page. */
#define PAGER_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  INT(page)                                                                                                            \
  INT(pages)                                                                                                           \
  INT(first)                                                                                                           \
  INT(last)                                                                                                            \
  INT(total)                                                                                                           \
  TEXT(prev)                                                                                                           \
  TEXT(next)
VIEW_DECLARE(pager_view, PAGER_VIEW)

/* The frame of every page.
 *   head_title    of <title>; title: the h1, without the site's name
 *   canonical     absolute; description: one or two sentences from the content
 *   og_type       "website", "article" or "profile"; og_image: absolute, empty when there is none
 *   json_ld       one JSON document, already escaped for a script element; empty: none
 *   json_path, md_path, prev, next   hrefs, empty when there is none
 *   feeds         Atom feeds that belong to this page, or the site's; text is the feed's title
 *   stylesheet, icon   hrefs with the content's hash
 *   breadcrumb    from the home page to this page; the last one's href is empty; on the home page the
 *                 list is empty
 *   on_...        the part of the site that is current in the navigation; at most one is true
 *   as_of         the site's now: label "22 August 2026, 12:00 UTC", absolute "22 Aug 2026"
 *   frozen        the clock is set by the configuration
 *   contact       mailto: or https: address; empty: none
 *   query         what stands in the search field */
#define PAGE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(lang)                                                                                                           \
  TEXT(site_name)                                                                                                      \
  TEXT(head_title)                                                                                                     \
  TEXT(title)                                                                                                          \
  TEXT(description)                                                                                                    \
  TEXT(canonical)                                                                                                      \
  FLAG(noindex)                                                                                                        \
  TEXT(og_type)                                                                                                        \
  TEXT(og_image)                                                                                                       \
  HTML(json_ld)                                                                                                        \
  TEXT(json_path)                                                                                                      \
  TEXT(md_path)                                                                                                        \
  TEXT(prev)                                                                                                           \
  TEXT(next)                                                                                                           \
  LIST(feeds, link_view)                                                                                               \
  TEXT(stylesheet)                                                                                                     \
  TEXT(icon)                                                                                                           \
  LIST(breadcrumb, link_view)                                                                                          \
  FLAG(on_compare)                                                                                                     \
  FLAG(on_leaderboard)                                                                                                 \
  FLAG(on_sectors)                                                                                                     \
  FLAG(on_faq)                                                                                                         \
  FLAG(about)                                                                                                          \
  FLAG(on_about)                                                                                                       \
  FLAG(on_methodology)                                                                                                 \
  RECORD(as_of, time_view)                                                                                             \
  FLAG(frozen)                                                                                                         \
  TEXT(contact)                                                                                                        \
  TEXT(query)
VIEW_DECLARE(page_view, PAGE_VIEW)

#endif
