/* The facts of many products.  The watcher and the pages share this part.
 *
 * rows_facts_read takes five statements in two round trips: the products themselves, then everything about them.  It fills
 * the reading with products, their facts, versions, links, aliases and the ids of pairs and picks; with `texts` also with
 * editorials, questions, texts on pairs, reasons of picks and the activities that bodies name.  A product whose slug breaks the
 * rules is left out. */
#ifndef DIPTYCH_ROWS_ROWS_FACTS_H
#define DIPTYCH_ROWS_ROWS_FACTS_H

#include "rows/rows_reading.h"

/* For db_snapshot; arg is a struct rows_reading. */
MUST_USE enum err rows_facts_read(struct db *db, void *arg);

/* Parts of rows_facts_read, one statement each. */
void rows_links_sql(const struct rows_reading *r, struct buf *sql); /* revisions, sectors, themes, aliases */
MUST_USE enum err rows_links_take(struct rows_reading *r, struct db_rows *rows);
void rows_editorials_sql(const struct rows_reading *r, struct buf *sql); /* due editorials, and when the next one falls due */
MUST_USE enum err rows_editorials_take(struct rows_reading *r, struct db_rows *rows);
void rows_questions_sql(const struct rows_reading *r, struct buf *sql); /* questions, texts on pairs, picks, facts */
MUST_USE enum err rows_questions_take(struct rows_reading *r, struct db_rows *rows);

#endif
