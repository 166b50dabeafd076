/* The views that pages share.  template/shape.h explains how views are declared.
 *
 * A view is the contract between the build function of a page, its templates (HTML, XML, Markdown) and its JSON
 * representation, which is written from the same shape.  Rules for all views:
 *
 *   - Sentences that follow from rules (ledes, overlap, cadence, counts) are made in C and are TEXT.  Fixed labels
 *     and sentences are in the templates.
 *   - `href` is a path from the root ("/products/kafka").  `url` is an absolute address that the editors entered,
 *     already checked to be http or https; empty when there is none or it was refused.
 *   - A RECORD is NULL when the thing does not exist (no editorial).  The template then shows that.
 *   - `position` is "a", "b", "c" or "d": the product's place in the set, which determines its hue and shape.  It is
 *     "a" on a page with one product, and empty where a position has no meaning.
 *   - Numbers with fractions are TEXT, already rounded ("5.0").
 *   - Views with names that end in _draw contain what other fields say already, arranged: geometry, rows.  The JSON
 *     representation leaves them out, and `page`.
 *   - Percentages in _draw views are relative to the width of the drawing and are used as SVG attributes unchanged.
 * All memory belongs to the request's arena. */
#ifndef DIPTYCH_SITE_VIEW_H
#define DIPTYCH_SITE_VIEW_H

#include "site/view_preview.h"
#include "template/template_block.h"

/* A time.  datetime "2026-08-22T11:00:00Z"; label, the relative time, "1h ago"; absolute, always shown next to the
 * label, "22 Aug 2026" (without the time of day, which datetime has). */
#define TIME_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(datetime) TEXT(label) TEXT(absolute)
VIEW_DECLARE(time_view, TIME_VIEW)

/* Hidden words after the text of a link that is a generic word (site/link_words.h). */
#define KIND_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(words)
VIEW_DECLARE(kind_draw, KIND_DRAW)

/* A link.  text is understandable out of context; with those of `kind`, where it is a generic word. */
#define LINK_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(text) TEXT(href) RECORD(kind, kind_draw)
VIEW_DECLARE(link_view, LINK_VIEW)

/* A sector or theme of a product.  label is shown: the name of a sector, the slug of a theme.
 * shared: another product of the page has it too.  sep: ", ", and "" for the last.  kind: as in link_view. */
#define CHIP_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(slug)                                                                                                           \
  TEXT(label)                                                                                                          \
  TEXT(href)                                                                                                           \
  FLAG(shared)                                                                                                         \
  TEXT(sep)                                                                                                            \
  RECORD(kind, kind_draw)
VIEW_DECLARE(chip_view, CHIP_VIEW)

/* The velocity meter, a scale from 0 to 10 over the whole width.  at: 10 * score, in percent. */
#define METER_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) INT(at) TEXT(position)
VIEW_DECLARE(meter_draw, METER_DRAW)

/* A product's velocity and the numbers from which it was computed.
 *   scored    false: the product never had an activity; score, band, cadence and computed are empty,
 *             meter is NULL and the page shows "not scored"
 *   score     "5.0", the rounded score or the editors' override
 *   band      "dormant", "slow", "steady", "active" or "surging"
 *   override  the editors set the score; computed still has the result of the formula
 *   n90 s30   releases and posts in 90 days; sparks in 30 days
 *   median    m of the formula, "12" or "12.5"; sector_median: the median itself, which may be "0"; floored: it is below
 *             1, so m is 1
 *   sector    the name of the sector of that median; empty, like sector_href and sector_median, for a product without a
 *             sector
 *   cadence   the first part of the formula, two decimals: "4.44"
 *   computed  the result of the formula, one decimal
 *   as_of     when the windows end: "22 August 2026, 12:00 UTC" */
#define VELOCITY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                      \
  FLAG(scored)                                                                                                         \
  TEXT(score)                                                                                                          \
  TEXT(band)                                                                                                           \
  FLAG(override)                                                                                                       \
  INT(n90)                                                                                                             \
  INT(s30)                                                                                                             \
  TEXT(median)                                                                                                         \
  TEXT(sector_median)                                                                                                  \
  FLAG(floored)                                                                                                        \
  TEXT(sector)                                                                                                         \
  TEXT(sector_href)                                                                                                    \
  TEXT(cadence)                                                                                                        \
  TEXT(computed)                                                                                                       \
  TEXT(as_of)                                                                                                          \
  RECORD(meter, meter_draw)
VIEW_DECLARE(velocity_view, VELOCITY_VIEW)

/* A Markdown body.  html: rendered and safe, with headings below the heading of its block; markdown: the source, only
 * for the .md representation ({{&markdown}}).  refused: the body exceeds a limit, html is empty and the page shows a
 * notice.  No html and not refused: the body is not written. */
#define BODY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) HTML(html) TEXT(markdown) FLAG(refused)
VIEW_DECLARE(body_view, BODY_VIEW)

/* The activity that settled a prediction.  url: its link, empty when there is none; href: the product's timeline. */
#define EVIDENCE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                      \
  TEXT(title) TEXT(url) TEXT(href) TEXT(datetime) TEXT(date)
VIEW_DECLARE(evidence_view, EVIDENCE_VIEW)

/* How the editors graded a prediction.  state: "open", "came_true" or "failed"; the flags repeat it.  note: their sentence
 * why; evidence: NULL when they named none. */
#define GRADE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  TEXT(state)                                                                                                          \
  FLAG(open)                                                                                                           \
  FLAG(came_true)                                                                                                      \
  FLAG(failed)                                                                                                         \
  TEXT(note)                                                                                                           \
  RECORD(evidence, evidence_view)
VIEW_DECLARE(grade_view, GRADE_VIEW)

/* The current editorial of a product.  The three bodies and the grade of its prediction are never NULL.  published:
 * published_at; updated: the later of published_at and updated_at.  new: published since the day of ?since=; revised: older,
 * but updated since that day. */
#define EDITORIAL_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                     \
  TEXT(headline)                                                                                                       \
  RECORD(current_state, body_view)                                                                                     \
  RECORD(heading, body_view)                                                                                           \
  RECORD(prediction, body_view)                                                                                        \
  RECORD(grade, grade_view)                                                                                            \
  TEXT(author)                                                                                                         \
  RECORD(published, time_view)                                                                                         \
  RECORD(updated, time_view)                                                                                           \
  FLAG(new)                                                                                                            \
  FLAG(revised)
VIEW_DECLARE(editorial_view, EDITORIAL_VIEW)

/* A release.  url: its link, empty when there is none; datetime "2026-08-12T00:00:00Z"; date "12 Aug 2026". */
#define RELEASE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(version) TEXT(url) TEXT(datetime) TEXT(date)
VIEW_DECLARE(release_view, RELEASE_VIEW)

/* text: "What is Apache Kafka?" */
#define QUESTION_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(text)
VIEW_DECLARE(question_draw, QUESTION_DRAW)

/* A product that the page is about.
 *   what          the question of its section on comparisons; NULL: no memory
 *   sign          its shape as a character for Markdown: ● ◆ ■ ▲ by position
 *   monogram      about two letters that no other product of the page has (model/monogram.h), drawn when logo is empty;
 *                 logo is an https address
 *   lifecycle     "active", "maintenance" or "discontinued"; the flags repeat it
 *   summary       one line of the editors: what it is; empty: none
 *   outline       one generated sentence: latest release, moves in 90 days, licence
 *   latest_release, first_release  with a version; first: the earliest on record; NULL: none
 *   moves         releases and posts in 90 days (velocity.n90, also when not scored)
 *   sectors       all, in order
 *   themes        all, in order; top_themes: the first four
 *   velocity      never NULL
 *   sparks        sparks in 30 days (velocity.s30, also when not scored)
 *   website_host, repository_host  the address as it is shown, without scheme and trailing slash:
 *                 "kafka.apache.org", "github.com/apache/kafka"; without an address: what the editors wrote instead */
#define PRODUCT_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                       \
  TEXT(slug)                                                                                                           \
  TEXT(name)                                                                                                           \
  TEXT(href)                                                                                                           \
  TEXT(position)                                                                                                       \
  RECORD(what, question_draw)                                                                                          \
  TEXT(sign)                                                                                                           \
  TEXT(monogram)                                                                                                       \
  TEXT(logo)                                                                                                           \
  TEXT(lifecycle)                                                                                                      \
  FLAG(maintenance)                                                                                                    \
  FLAG(discontinued)                                                                                                   \
  TEXT(summary)                                                                                                        \
  TEXT(outline)                                                                                                        \
  TEXT(license)                                                                                                        \
  TEXT(website_url)                                                                                                    \
  TEXT(website_host)                                                                                                   \
  TEXT(repository_url)                                                                                                 \
  TEXT(repository_host)                                                                                                \
  LIST(sectors, chip_view)                                                                                             \
  LIST(themes, chip_view)                                                                                              \
  LIST(top_themes, chip_view)                                                                                          \
  RECORD(velocity, velocity_view)                                                                                      \
  RECORD(latest_release, release_view)                                                                                 \
  RECORD(first_release, release_view)                                                                                  \
  INT(moves)                                                                                                           \
  INT(sparks)                                                                                                          \
  RECORD(editorial, editorial_view)                                                                                    \
  RECORD(block, block_draw)
VIEW_DECLARE(product_view, PRODUCT_VIEW)

/* A link from a card to its comparison with a product of the page.  with: the name of that product; text: the link's
 * text, "Redis vs Apache Kafka". */
#define VERSUS_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(with) TEXT(text) TEXT(position) TEXT(href)
VIEW_DECLARE(versus_view, VERSUS_VIEW)

/* Why a search found the product of a card: a text in pieces.  label: of a fact ("Licence"); empty: it is the summary.
 *   mark  the piece is a word that was looked for */
#define PIECE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(text) FLAG(mark)
VIEW_DECLARE(piece_view, PIECE_VIEW)
#define FOUND_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(label) LIST(pieces, piece_view)
VIEW_DECLARE(found_view, FOUND_VIEW)

/* A calendar month.  month "2026-08"; moves: releases and posts. */
#define MONTH_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(month) INT(moves)
VIEW_DECLARE(month_view, MONTH_VIEW)

/* A bar for each of 12 months, as path data for a viewBox of 48 by 16; a month without moves has none.  label "40 moves since
 * September 2025". */
#define BARS_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(bars) TEXT(label)
VIEW_DECLARE(bars_draw, BARS_DRAW)

/* Texts of the editors before other text: each ends its sentence. */
#define PROSE_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(summary) TEXT(reason)
VIEW_DECLARE(prose_draw, PROSE_DRAW)

/* Another product, as a card or as a row of a ranking.
 *   rank       its place in the list, from 1; 0: the list has no places; ranked: the place is a rank, not that of its name
 *   letter     by name: the letter that begins with this product ("K", "0–9"), letter_id its id in the HTML; else empty
 *   summary    one line of the editors: what it is; headline: of its editorial; empty: none
 *   reason     of an alternative that the editors picked: their sentence why; empty: they did not pick it.  reason_for: of a
 *              set, the member for which they picked it
 *   prose      summary and reason as sentences; NULL: neither is there
 *   also_in    of an alternative that is not close: the sector that it shares; empty: it is close, or no alternative
 *   versus     links to its comparison with each product of the page, in the page's order
 *   found      of a search that found the product by another text than its name; NULL: it did not.  found_summary: by its
 *              summary
 *   scored, score, band, override, n90, s30   as in velocity_view
 *   latest_release  with a version; NULL: none
 *   months     the last 12, oldest first; bars: the same as a small chart; empty and NULL: the card was not read
 *   lifecycle  as in product_view */
#define CARD_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  INT(rank)                                                                                                            \
  FLAG(ranked)                                                                                                         \
  TEXT(letter)                                                                                                         \
  TEXT(letter_id)                                                                                                      \
  TEXT(slug)                                                                                                           \
  TEXT(name)                                                                                                           \
  TEXT(href)                                                                                                           \
  TEXT(monogram)                                                                                                       \
  TEXT(summary)                                                                                                        \
  TEXT(headline)                                                                                                       \
  FLAG(scored)                                                                                                         \
  TEXT(score)                                                                                                          \
  TEXT(band)                                                                                                           \
  FLAG(override)                                                                                                       \
  INT(n90)                                                                                                             \
  INT(s30)                                                                                                             \
  RECORD(latest_release, release_view)                                                                                 \
  LIST(months, month_view)                                                                                             \
  RECORD(bars, bars_draw)                                                                                              \
  TEXT(lifecycle)                                                                                                      \
  FLAG(discontinued)                                                                                                   \
  LIST(sectors, chip_view)                                                                                             \
  RECORD(block, block_draw)                                                                                            \
  TEXT(reason)                                                                                                         \
  TEXT(reason_for)                                                                                                     \
  RECORD(prose, prose_draw)                                                                                            \
  TEXT(also_in)                                                                                                        \
  LIST(versus, versus_view)                                                                                            \
  RECORD(found, found_view)                                                                                            \
  FLAG(found_summary)
VIEW_DECLARE(card_view, CARD_VIEW)

/* A ship move.
 *   product, product_slug, product_href, position, sign   the product that made it
 *   title      never empty; url: its link, empty when refused
 *   kind       "release", "post" or "event"; class: "spark", "improvement" or "trivial"
 *   new        since the day of ?since= */
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
  FLAG(spark)                                                                                                          \
  FLAG(new)
VIEW_DECLARE(activity_view, ACTIVITY_VIEW)

/* A move in a row of the timeline.  text: its version when that says all that its title says, else its title; name: its
 * title, when text is its version; sep: ", " or "; ", and "" for the last. */
#define DAY_MOVE_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(text) TEXT(name) TEXT(url) FLAG(spark) TEXT(sep)
VIEW_DECLARE(day_move_draw, DAY_MOVE_DRAW)

/* A row of the timeline: the moves of a product on one day, in order of time.  The JSON representation has each move as an
 * entry of its own instead.
 *   when         of the newest of them
 *   new          since the day of ?since=
 *   more         "2 more that day", when the timeline ends within the day; more_href: where they are
 *   before_href  the day began on this page of the timeline; empty: here
 *   after_href   the day goes on on this page of the timeline; empty: it ends here */
#define DAY_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                           \
  RECORD(when, time_view)                                                                                              \
  TEXT(product)                                                                                                        \
  TEXT(position)                                                                                                       \
  TEXT(sign)                                                                                                           \
  FLAG(new)                                                                                                            \
  LIST(moves, day_move_draw)                                                                                           \
  TEXT(more)                                                                                                           \
  TEXT(more_href)                                                                                                      \
  TEXT(before_href)                                                                                                    \
  TEXT(after_href)                                                                                                     \
  RECORD(block, block_draw)
VIEW_DECLARE(day_draw, DAY_DRAW)
#define DAYS_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) LIST(days, day_draw)
VIEW_DECLARE(days_draw, DAYS_DRAW)

/* A question and its answer.
 *   id        of the HTML element, unique on the page: "faq-1"
 *   text      a generated answer, plain text; empty for an editors' answer
 *   body      an editors' answer; NULL for a generated answer
 *   links     shown after the text: "See Apache Kafka vs Kubernetes at a glance"
 *   position  of the product that the question is about; empty when there is not exactly one */
#define QA_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                            \
  TEXT(id)                                                                                                             \
  TEXT(question)                                                                                                       \
  TEXT(text)                                                                                                           \
  RECORD(body, body_view)                                                                                              \
  LIST(links, link_view)                                                                                               \
  TEXT(position)
VIEW_DECLARE(qa_view, QA_VIEW)

/* A sector in a list.  products: the number of its published products; median: the median n90 of the products with
 * this as their first sector ("12.5"), empty when there are none; firsts: how many they are; mixed: not all products are
 * among them; leader: the product ranked first, empty when none has a score; leader_kind: as in
 * link_view. */
#define SECTOR_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                        \
  TEXT(slug)                                                                                                           \
  TEXT(name)                                                                                                           \
  TEXT(href)                                                                                                           \
  INT(products)                                                                                                        \
  TEXT(median)                                                                                                         \
  INT(firsts)                                                                                                          \
  FLAG(mixed)                                                                                                          \
  TEXT(leader)                                                                                                         \
  TEXT(leader_href)                                                                                                    \
  TEXT(leader_score)                                                                                                   \
  RECORD(leader_kind, kind_draw)
VIEW_DECLARE(sector_view, SECTOR_VIEW)

/* A product of the page for column heads, legends and links.
 *   separator         " vs ", and "" for the first
 *   alternatives_href "/alternatives/{slug}"
 *   without_href      the comparison without this product; empty for a pair
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

/* A link of an enumeration.  sep: ",", and "." for the last. */
#define LISTED_LINK_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(text) TEXT(href) TEXT(sep) RECORD(kind, kind_draw)
VIEW_DECLARE(listed_link_view, LISTED_LINK_VIEW)

/* The notice that a product is discontinued, near the top of the page.  lead: "Try instead:", or that there is no alternative;
 * best: of the three alternatives closest to it, those that are not discontinued themselves (text: the name, href: the
 * trajectory); sector: when no alternative is close, a link to its sector; NULL: there are some, or it has no
 * sector.  all_href: "/alternatives/{slug}".  The first page of the alternatives has none of the four, because it says all that
 * itself. */
#define ENDED_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  TEXT(name)                                                                                                           \
  TEXT(position)                                                                                                       \
  TEXT(lead)                                                                                                           \
  LIST(best, listed_link_view)                                                                                         \
  RECORD(sector, link_view)                                                                                            \
  TEXT(all_href)
VIEW_DECLARE(ended_view, ENDED_VIEW)

/* The shown part of a list with 50 items on a page.  first and last count from 1.  prev and next are hrefs, empty at
 * the ends; the href of the first page has no query.  NULL when the list has only one page. */
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
 *   head_title    the content of <title>; title: the h1, without the site's name
 *   canonical     absolute; another page when that one stands for this page in search engines
 *   address       absolute, of this page; description: one or two sentences from the content
 *   languages     this page in each language of the site, for search engines: text is the tag, href absolute; the last is
 *                 x-default; empty: the site has one language, or another page stands for this one
 *   og_type       "website", "article" or "profile"; og_image: absolute, empty when there is none;
 *                 og_alt: the picture in words
 *   json_ld       one JSON document, already escaped for a script element; empty: none
 *   json_path, md_path, prev, next   hrefs, empty when there is none
 *   feeds         the Atom feeds of this page, or the site's feed; text is the title of the feed
 *   follow        "Follow", or "Follow these two": what the links to the feed and the calendar do; empty: the page has
 *                 no feed of its own; calendar_href: its calendar, empty: none
 *   stylesheet, icon   hrefs with a hash of the content; theme_stylesheet: theme.css of a theme, empty: none
 *   breadcrumb    from the home page to this page; the last href is empty; empty on the home page
 *   on_...        the current section in the navigation; at most one is true
 *   as_of         the time of the counts: label "22 August 2026, 12:00 UTC", absolute "22 Aug 2026"
 *   frozen        the configuration sets the clock
 *   contact       mailto: or https: address; empty: none
 *   query         the content of the search field
 *   preview       the banner of a preview; NULL: a public page */
#define PAGE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(lang)                                                                                                           \
  TEXT(site_name)                                                                                                      \
  TEXT(head_title)                                                                                                     \
  TEXT(title)                                                                                                          \
  TEXT(description)                                                                                                    \
  TEXT(canonical)                                                                                                      \
  TEXT(address)                                                                                                        \
  LIST(languages, link_view)                                                                                           \
  FLAG(noindex)                                                                                                        \
  TEXT(og_type)                                                                                                        \
  TEXT(og_image)                                                                                                       \
  TEXT(og_alt)                                                                                                         \
  HTML(json_ld)                                                                                                        \
  TEXT(json_path)                                                                                                      \
  TEXT(md_path)                                                                                                        \
  TEXT(prev)                                                                                                           \
  TEXT(next)                                                                                                           \
  LIST(feeds, link_view)                                                                                               \
  TEXT(follow)                                                                                                         \
  TEXT(calendar_href)                                                                                                  \
  TEXT(stylesheet)                                                                                                     \
  TEXT(theme_stylesheet)                                                                                               \
  TEXT(icon)                                                                                                           \
  LIST(breadcrumb, link_view)                                                                                          \
  FLAG(on_compare)                                                                                                     \
  FLAG(on_leaderboard)                                                                                                 \
  FLAG(on_products)                                                                                                    \
  FLAG(on_sectors)                                                                                                     \
  FLAG(on_themes)                                                                                                      \
  FLAG(on_faq)                                                                                                         \
  FLAG(about)                                                                                                          \
  FLAG(on_about)                                                                                                       \
  FLAG(on_predictions)                                                                                                 \
  FLAG(on_methodology)                                                                                                 \
  RECORD(as_of, time_view)                                                                                             \
  FLAG(frozen)                                                                                                         \
  TEXT(contact)                                                                                                        \
  TEXT(query)                                                                                                          \
  RECORD(preview, preview_view)
VIEW_DECLARE(page_view, PAGE_VIEW)

#endif
