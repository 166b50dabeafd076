/* What statements on the change log have in common: the kinds of their rows, and the columns of an entry. */
#ifndef DIPTYCH_WATCH_WATCH_ENTRIES_H
#define DIPTYCH_WATCH_WATCH_ENTRIES_H

#include "watch/watch.h"

#define WATCH_ENTRIES_MOST 20000 /* of one statement; the next poll follows at once */

enum watch_kind { KIND_NEW, KIND_MISSING, KIND_ANCHOR, KIND_HEAD, KIND_COUNT, KIND_GALERA };

enum { C_KIND, C_SEQ, C_ENTITY, C_ENTITY_ID, C_CHANGED }; /* of an entry */

/* Notes what the entry of the current row announces.  false: no memory. */
MUST_USE bool watch_entry_take(struct watcher *w, struct db_rows *rows);

#endif
