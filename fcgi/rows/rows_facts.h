/* The facts of many products.  The watcher and the pages share this part.
 *
 * rows_facts_read takes five statements.  It fills the reading with products, their facts, versions, links, aliases
 * and the ids of pairs and picks; with `texts` also with editorials, questions, texts on pairs and reasons of picks.
 * A product whose slug breaks the rules is left out. */
#ifndef DIPTYCH_ROWS_ROWS_FACTS_H
#define DIPTYCH_ROWS_ROWS_FACTS_H

#include "rows/rows_reading.h"

/* For db_snapshot; arg is a struct rows_reading. */
MUST_USE enum err rows_facts_read(struct db *db, void *arg);

/* Parts of rows_facts_read, one statement each. */
MUST_USE enum err rows_links_read(struct rows_reading *r);     /* revisions, sectors, themes, aliases */
MUST_USE enum err rows_editorials_read(struct rows_reading *r); /* due editorials, and when the next one falls due */
MUST_USE enum err rows_questions_read(struct rows_reading *r); /* questions, texts on pairs, picks, facts */

#endif
