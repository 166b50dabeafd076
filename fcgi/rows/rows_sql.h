/* The SQL that all readings share: digests of rows, conditions, times.
 *
 * A digest is 60 bits of the SHA-256 of a row's columns.  The server computes it, so a reading without texts transfers
 * none.  MySQL and MariaDB give the same result; MySQL 9 has no MD5().  Columns are separated by 0x1f; this binary
 * literal also makes the result a byte string, so collations and character sets do not matter.
 *
 * A digest has 60 bits so that it fits a signed integer.  A CASE over unsigned and signed values is a DECIMAL, and
 * BIT_XOR limits a DECIMAL to the largest signed integer.
 *
 * Long texts contribute their own hash, because CONCAT_WS gives NULL for results beyond max_allowed_packet. */
#ifndef DIPTYCH_ROWS_ROWS_SQL_H
#define DIPTYCH_ROWS_ROWS_SQL_H

#include "base/buf.h"
#include "base/clock.h"

#define ROWS_NUMBER(text) "CAST(CONV(LEFT(SHA2(" text ", 256), 15), 16, 10) AS UNSIGNED)"
#define ROWS_CELL(column) "IFNULL(" column ", 0x00)"
#define ROWS_LONG(column) "SHA2(IFNULL(" column ", 0x00), 256)"
#define ROWS_DIGEST(columns) ROWS_NUMBER("CONCAT_WS(0x1f, " columns ")")

#define ROWS_PRODUCT_DIGEST                                                                                            \
  ROWS_DIGEST(ROWS_CELL("p.slug") ", " ROWS_CELL("p.name") ", " ROWS_CELL("p.status") ", " ROWS_CELL(                 \
      "p.website_url") ", " ROWS_CELL("p.repository_url") ", " ROWS_CELL("p.logo_url") ", " ROWS_CELL("p.license")    \
              ", " ROWS_CELL("p.lifecycle") ", " ROWS_CELL("p.velocity_override") ", " ROWS_CELL("p.updated_at")         \
              ", " ROWS_CELL("p.summary"))
/* A view may lack the column body_format.  With this join behind such a view, its bare name is the column, or else NULL. */
#define ROWS_FORMAT_JOIN " NATURAL LEFT JOIN (SELECT NULL AS body_format) AS unsaid"
#define ROWS_FORMAT_CELL "CAST(body_format AS BINARY)" /* of views with different collations */

#define ROWS_EDITORIAL_DIGEST                                                                                          \
  ROWS_DIGEST("e.id, " ROWS_CELL("e.headline") ", " ROWS_LONG("e.current_state_md") ", " ROWS_LONG("e.heading_md")    \
              ", " ROWS_LONG("e.prediction_md") ", " ROWS_CELL("e.author") ", " ROWS_CELL(                            \
                  "e.published_at") ", " ROWS_CELL("e.updated_at") ", " ROWS_CELL("e.prediction_state")                  \
              ", " ROWS_CELL("e.prediction_activity_id") ", " ROWS_CELL("e.prediction_note") ", " ROWS_CELL(ROWS_FORMAT_CELL))
#define ROWS_ACTIVITY_DIGEST                                                                                           \
  ROWS_DIGEST("a.id, " ROWS_CELL("a.kind") ", " ROWS_CELL("a.class") ", " ROWS_CELL("a.title") ", " ROWS_CELL(        \
      "a.url") ", " ROWS_CELL("a.version") ", a.occurred_at")
#define ROWS_FAQ_DIGEST                                                                                                \
  ROWS_DIGEST("f.id, " ROWS_CELL("f.product_id") ", " ROWS_CELL("f.other_product_id") ", " ROWS_CELL("f.sort")        \
              ", " ROWS_CELL("f.question") ", " ROWS_LONG("f.answer_md") ", " ROWS_CELL(ROWS_FORMAT_CELL))
#define ROWS_COMPARISON_DIGEST                                                                                         \
  ROWS_DIGEST("c.id, " ROWS_CELL("c.product_id") ", " ROWS_CELL("c.other_product_id") ", " ROWS_LONG("c.intro_md")    \
              ", " ROWS_LONG("c.verdict_md") ", " ROWS_CELL(ROWS_FORMAT_CELL))
#define ROWS_ALTERNATIVE_DIGEST                                                                                        \
  ROWS_DIGEST("a.id, " ROWS_CELL("a.other_product_id") ", " ROWS_CELL("a.reason") ", " ROWS_CELL("a.sort"))
#define ROWS_FACT_DIGEST                                                                                               \
  ROWS_DIGEST("v.attribute_id, " ROWS_LONG("v.value") ", " ROWS_CELL("v.note") ", " ROWS_CELL("v.source_url")         \
              ", " ROWS_CELL("v.checked_on"))
#define ROWS_ATTRIBUTE_DIGEST                                                                                          \
  ROWS_DIGEST(ROWS_CELL("a.slug") ", " ROWS_CELL("a.name") ", " ROWS_CELL("a.kind") ", " ROWS_CELL("a.unit")          \
              ", " ROWS_CELL("a.help") ", " ROWS_CELL("a.group_name") ", " ROWS_CELL("a.sort") ", " ROWS_CELL("a.status"))
#define ROWS_SECTOR_DIGEST ROWS_DIGEST(ROWS_CELL("s.slug") ", " ROWS_CELL("s.name") ", " ROWS_CELL("s.sort"))
#define ROWS_THEME_DIGEST ROWS_DIGEST(ROWS_CELL("t.slug") ", " ROWS_CELL("t.name"))
#define ROWS_PAGE_DIGEST                                                                                               \
  ROWS_DIGEST(ROWS_CELL("g.slug") ", " ROWS_CELL("g.title") ", " ROWS_CELL("g.status") ", " ROWS_LONG("g.body_md")    \
              ", " ROWS_CELL("g.updated_at") ", " ROWS_CELL(ROWS_FORMAT_CELL))

/* Earlier times are zero dates: such an activity is in no timeline, and such an editorial is not due. */
#define ROWS_EARLIEST "'1000-01-01'"

/* A session with a lax sql_mode stores dates such as 2026-00-00 and 2026-02-31.  This condition is true for days that
 * exist; for the others it is false or NULL. */
#define ROWS_DAY_EXISTS(column) "DAYOFMONTH(" column ") BETWEEN 1 AND DAYOFMONTH(LAST_DAY(" column "))"

/* True: the text has more than blanks at its beginning.  Nearly every text shows it by its first byte.  The literals make the rest
 * a byte string, whatever its collation is. */
#define ROWS_HAS_WORDS(column)                                                                                         \
  "(IFNULL(ASCII(" column "), 0) > 32 OR"                                                                              \
  " TRIM(REPLACE(REPLACE(REPLACE(LEFT(IFNULL(" column ", ''), 4000), 0x0a, ''), 0x0d, ''), 0x09, '')) <> '')"

/* A Markdown body.  One over `most` bytes (markdown_bytes) is not read whole: it comes cut, but still over `most`, and ends with
 * a line that has its size; see rows_body_bytes. */
void rows_sql_body(struct buf *sql, const char *column, int64_t most);

/* A set of products: a sorted list of ids, or a range when ids is NULL. */
struct rows_set {
  const uint64_t *ids;
  size_t n;
  uint64_t first, last;
};

/* " column IN (1,2)" or " column BETWEEN 1 AND 9". */
void rows_sql_in(struct buf *sql, const char *column, const struct rows_set *set);
/* '2026-08-22 12:00:00.000000' */
void rows_sql_time(struct buf *sql, int64_t us);

#endif
