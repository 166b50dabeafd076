/* Facts: what products have of the editors' attributes (model/attribute.h), on comparisons and trajectories.
 *
 * A value of one product:
 *   slug, product, position, sign   the product
 *   recorded    false: the product has no such fact, and all fields below are empty
 *   value       as the editors wrote it; text: as readers see it, "1,024 MB"
 *   url         a link, of an attribute of kind url; datetime: "2014-07-28", of one of kind date; else empty, also
 *               when the value does not fit the kind
 *   note        a remark of the editors; source: the address where they found it; source_text: what they
 *               wrote in its place, when it is no address
 *   checked_on  "2026-08-22"; checked: "22 Aug 2026"; empty: unknown
 *   new         checked since the day of ?since=
 *   other_day   it was checked on another day than that of facts_view; undated: facts_view has a day, and it has none
 *
 * An attribute (a row):
 *   name, unit, help, group   the editors' words; kind: "text", "number", "bool", "date", "version", "list" or "url"
 *   first_of_group            the row before it has another group
 *   values                    one for each product of the page
 *
 * A block of rows:
 *   block       "differ": two products have different values; "same": all have the same; "partial": those that have a
 *               value have the same, and one has none; "recorded": on the page of one product
 *   heading     "Where they differ"; empty for "recorded"
 *   differs     the block is "differ"; columns: of the table, one more than products
 *
 * All facts of a page:
 *   checked_on, checked   the day on which most values were checked; empty: none has a day
 *   several_days          some were checked on other days, or have none
 *   all_since             "1 June 2026", when all values were checked since the day of ?since=; else empty */
#ifndef DIPTYCH_SITE_VIEW_FACTS_H
#define DIPTYCH_SITE_VIEW_FACTS_H

#include "template/template_block.h"

/* The name of the attribute of a value. */
#define FACT_NAME_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) TEXT(name)
VIEW_DECLARE(fact_name_draw, FACT_NAME_DRAW)

#define FACT_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                          \
  TEXT(slug)                                                                                                           \
  TEXT(product)                                                                                                        \
  TEXT(position)                                                                                                       \
  TEXT(sign)                                                                                                           \
  FLAG(recorded)                                                                                                       \
  TEXT(value)                                                                                                          \
  TEXT(text)                                                                                                           \
  TEXT(url)                                                                                                            \
  TEXT(datetime)                                                                                                       \
  TEXT(note)                                                                                                           \
  TEXT(source)                                                                                                         \
  TEXT(source_text)                                                                                                    \
  RECORD(of, fact_name_draw)                                                                                           \
  RECORD(block, block_draw)                                                                                            \
  TEXT(checked_on)                                                                                                     \
  TEXT(checked)                                                                                                        \
  FLAG(other_day)                                                                                                      \
  FLAG(undated)                                                                                                        \
  FLAG(new)
VIEW_DECLARE(fact_view, FACT_VIEW)

/* The values of a product, by the order of their attributes.  attribute: its index; key: equal values have equal keys; day:
 * days since 1970, INT64_MIN without one. */
#define FACT_CELL_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                     \
  INT(attribute) TEXT(key) INT(day) RECORD(fact, fact_view)
VIEW_DECLARE(fact_cell_draw, FACT_CELL_DRAW)
#define FACT_CELLS_DRAW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD) LIST(cells, fact_cell_draw)
VIEW_DECLARE(fact_cells_draw, FACT_CELLS_DRAW)

#define FACT_ROW_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                      \
  TEXT(slug)                                                                                                           \
  TEXT(name)                                                                                                           \
  TEXT(kind)                                                                                                           \
  TEXT(unit)                                                                                                           \
  TEXT(help)                                                                                                           \
  TEXT(group)                                                                                                          \
  FLAG(first_of_group)                                                                                                 \
  LIST(values, fact_view)
VIEW_DECLARE(fact_row_view, FACT_ROW_VIEW)

#define FACT_BLOCK_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                    \
  TEXT(block)                                                                                                          \
  TEXT(heading)                                                                                                        \
  FLAG(differs)                                                                                                        \
  INT(columns)                                                                                                         \
  LIST(rows, fact_row_view)
VIEW_DECLARE(fact_block_view, FACT_BLOCK_VIEW)

#define FACTS_VIEW(TEXT, HTML, FLAG, INT, TEXTS, LIST, RECORD)                                                         \
  TEXT(checked_on)                                                                                                     \
  TEXT(checked)                                                                                                        \
  FLAG(several_days)                                                                                                   \
  TEXT(all_since)                                                                                                      \
  LIST(blocks, fact_block_view)
VIEW_DECLARE(facts_view, FACTS_VIEW)

#endif
