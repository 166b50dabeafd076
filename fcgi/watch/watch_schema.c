/* Names what the schema lacks, for `diptych status`: a lost trigger is worth a word before an edit is missed.  It looks after a
 * round of the sweep, at most once in EVERY_US, and after every round while something is wrong.  The check opens every table of the
 * schema once. */
#include <stdio.h>

#include "base/log.h"
#include "db/schema.h"
#include "watch/watch.h"

#define EVERY_US (60 * CLOCK_SECOND)

enum err watch_schema(struct watcher *w)
{
  struct schema_faults faults;
  int64_t now_us = clock_mono_us();
  char before[sizeof w->schema_trouble];
  if (now_us < w->schema_after_us && !w->schema_trouble[0])
    return ERR_OK;
  w->schema_after_us = now_us + EVERY_US;
  arena_reset(w->arena);
  enum err err = schema_faults_read(w->db, w->arena, watch_deadline(), &faults);
  if (err != ERR_OK)
    return err;
  memcpy(before, w->schema_trouble, sizeof before);
  w->schema_trouble[0] = 0;
  if (faults.n)
    snprintf(w->schema_trouble, sizeof w->schema_trouble, "%.*s%s: run `diptych migrate --repair`",
             (int)(faults.v[0].words.n < 200 ? faults.v[0].words.n : 200), faults.v[0].words.p, faults.n > 1 ? ", and more" : "");
  if (faults.n && strcmp(before, w->schema_trouble) != 0)
    log_warn("the schema is not whole: %s", w->schema_trouble);
  return ERR_OK;
}
