/* The tables and views that a statement reads, for error messages: "site_faq, site_comparison". */
#ifndef DIPTYCH_DB_DB_TABLES_H
#define DIPTYCH_DB_DB_TABLES_H

#include <stddef.h>

#include "base/span.h"

/* Each name once, in the order of the statement, as many as fit into `cap` bytes. */
void db_tables(struct span sql, char *out, size_t cap);

#endif
