/* Which tables and views a statement reads, as words for an operator: "site_faq, site_comparison". */
#ifndef DIPTYCH_DB_DB_TABLES_H
#define DIPTYCH_DB_DB_TABLES_H

#include <stddef.h>

#include "base/span.h"

/* Each once, in their order, as many as fit. */
void db_tables(struct span sql, char *out, size_t cap);

#endif
