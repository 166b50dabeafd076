/* Sets the number of workers while the pool runs: `diptych scale`, the signals TTIN and TTOU, `workers = auto`, and a
 * reload or an upgrade, which keep what was set.
 *
 * A number outside workers_min and workers_max is refused as a wrong argument.  A number that the database does not
 * admit (app.admitted) is refused as a failure.  A refused command changes nothing and is answered with the reason.
 *
 * With `workers = auto`, autoscale.h chooses the number.  `diptych scale N` and the signals suspend that until
 * `diptych scale auto`.  The database must admit workers_max, because the pool may start as many; when it admits fewer
 * later, the pool grows to what it admits. */
#ifndef DIPTYCH_POOL_SCALING_H
#define DIPTYCH_POOL_SCALING_H

#include "pool/control.h"
#include "pool/handover.h"
#include "pool/workers.h"

struct scaling {
  int wanted;
  bool automatic;
};

/* At the start.  kept: what another master wrote with scaling_pass; NULL: none did. */
void scaling_begin(struct workers *w, const char *kept);
/* Writes what the next program should keep into out[HANDOVER_SCALING]. */
void scaling_pass(const struct workers *w, char *out);

void scaling_command(struct workers *w, struct control_client *client, struct span argument);
void scaling_signal(struct workers *w, int step, const char *source); /* step 1 or -1 */

/* Records a change of `wanted`, for reports.  text: who or what changed it. */
void scaling_note(struct workers *w, int from, enum scaling_reason reason, const char *text);

/* Logs when the backends admit fewer workers than there are, at most once a minute.  Call it now and then. */
void scaling_watch(const struct workers *w);

/* The most workers that the pool may start without being asked: those that must be admitted. */
int scaling_most(const struct config *c, const struct scaling *s);

struct scaling scaling_now(const struct workers *w);
/* Puts a number and its mode into force without a log line: a reload begins, or is undone. */
void scaling_restore(struct workers *w, const struct scaling *s);
/* The scaling after a reload to `next`: the one that was set while the pool ran, unless `workers` has changed in the file.
 * The number lies within the limits of `next`. */
struct scaling scaling_after_reload(const struct workers *w, const struct config *next);
/* After a reload: notes the change, and writes a line about a number that differs from the configuration's, or that a reload
 * has replaced.  was: before the reload, from the configuration `previous`. */
void scaling_explain(struct workers *w, const struct scaling *was, const struct config *previous, struct buf *out);

#endif
