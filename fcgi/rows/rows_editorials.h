/* Editorials: the columns that two readings share. */
#ifndef DIPTYCH_ROWS_ROWS_EDITORIALS_H
#define DIPTYCH_ROWS_ROWS_EDITORIALS_H

#include "rows/rows_reading.h"

/* The columns of the evidence, for rows_editorials_evidence. */
#define ROWS_EVIDENCE ", a.id, a.kind, a.class, a.title, a.url, a.version, a.occurred_at"

/* " LEFT JOIN site_activity a ON ...": evidence is a published activity of the product that is not in the future. */
void rows_editorials_evidence(const struct rows_reading *r, struct buf *sql);
/* The grade from three columns and the evidence that follow each other: state, note, ROWS_EVIDENCE. */
MUST_USE enum err rows_editorials_grade(struct rows_reading *r, const struct db_rows *rows, unsigned state, unsigned note,
                                        unsigned evidence, struct grade *out);

#endif
