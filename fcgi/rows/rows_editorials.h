/* Editorials: the columns that two readings share. */
#ifndef DIPTYCH_ROWS_ROWS_EDITORIALS_H
#define DIPTYCH_ROWS_ROWS_EDITORIALS_H

#include "rows/rows_reading.h"

/* The columns of the evidence, for rows_editorials_evidence. */
#define ROWS_EVIDENCE ", a.id, a.kind, a.class, a.title, a.url, a.version, a.occurred_at"

/* " LEFT JOIN site_activity a ON ...": evidence is a published activity of the product that is not in the future. */
void rows_editorials_evidence(const struct rows_reading *r, struct buf *sql);
/* The grade of e->prediction_md from two columns and those of ROWS_EVIDENCE, which begin at `evidence`.  An editorial without a
 * prediction has no grade, whatever its columns say: it reads as open. */
MUST_USE enum err rows_editorials_grade(struct rows_reading *r, const struct db_rows *rows, unsigned state, unsigned note,
                                        unsigned evidence, struct editorial *e);

#endif
