/* Files for programs: feeds, sitemaps, OpenSearch, robots.txt, llms.txt, security.txt, the badge.
 * Addresses of the site in them are absolute, made from base_url. */
#ifndef DIPTYCH_SITE_VIEW_MACHINE_H
#define DIPTYCH_SITE_VIEW_MACHINE_H

#include "site/view.h"

/* An Atom entry (RFC 4287).  id: a tag: URI made from the id of the row; href: the link; times as "2026-08-22T11:00:00Z";
 * author: a name, empty: the author of the feed; content: markup, empty: only the summary. */
#define FEED_ENTRY_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                    \
  TEXT(id)                                                                                                             \
  TEXT(title)                                                                                                          \
  TEXT(href)                                                                                                           \
  TEXT(published)                                                                                                      \
  TEXT(updated)                                                                                                        \
  TEXT(author)                                                                                                         \
  TEXTS(categories)                                                                                                    \
  TEXT(summary)                                                                                                        \
  HTML(content)
VIEW_DECLARE(feed_entry_view, FEED_ENTRY_VIEW)

/* A feed of the site, a product, a set or a sector.  updated: of the newest entry; never empty. */
#define FEED_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(lang)                                                                                                           \
  TEXT(id)                                                                                                             \
  TEXT(title)                                                                                                          \
  TEXT(subtitle)                                                                                                       \
  TEXT(self)                                                                                                           \
  TEXT(alternate)                                                                                                      \
  TEXT(icon)                                                                                                           \
  TEXT(author)                                                                                                         \
  TEXT(updated)                                                                                                        \
  LIST(entries, feed_entry_view)
VIEW_DECLARE(feed_view, FEED_VIEW)

/* An address of a sitemap, or a part of the index.  lastmod empty: unknown. */
#define SITEMAP_URL_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(loc) TEXT(lastmod)
VIEW_DECLARE(sitemap_url_view, SITEMAP_URL_VIEW)

/* A sitemap (sitemap.xml template) or the index of its parts (sitemap_index.xml template). */
#define SITEMAP_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) LIST(urls, sitemap_url_view)
VIEW_DECLARE(sitemap_view, SITEMAP_VIEW)

/* The view of opensearch.xml, robots.txt, llms.txt and security.txt.  expires (RFC 9116): "2027-06-01T00:00:00Z".
 * contact may be empty; security.txt then names base_url/about, or the home page of a site without that page.  short_name,
 * long_name: the site's name, cut to the 16 and 48 characters that OpenSearch allows.  icon: absolute. */
#define MACHINE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                       \
  TEXT(site_name)                                                                                                      \
  TEXT(long_name)                                                                                                      \
  TEXT(short_name)                                                                                                     \
  TEXT(base_url)                                                                                                       \
  TEXT(base_path)                                                                                                      \
  TEXT(lang)                                                                                                           \
  TEXT(contact)                                                                                                        \
  FLAG(about)                                                                                                          \
  TEXT(expires)                                                                                                        \
  TEXT(icon)
VIEW_DECLARE(machine_view, MACHINE_VIEW)

/* /badge/{slug}.svg.  label "velocity"; value "5.5 active" or "not scored"; title "Kubernetes: velocity 5.5, active";
 * widths in pixels, of the badge and of its label; x: the middle of the label and of the value. */
#define BADGE_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  TEXT(title)                                                                                                          \
  TEXT(label)                                                                                                          \
  TEXT(value)                                                                                                          \
  INT(width)                                                                                                           \
  INT(label_width)                                                                                                     \
  INT(value_width)                                                                                                     \
  INT(label_x)                                                                                                         \
  INT(value_x)
VIEW_DECLARE(badge_view, BADGE_VIEW)

#endif
